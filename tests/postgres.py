"""A real PostgreSQL server in a folder, for tests."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def program(name):
    """One of PostgreSQL's programs; Debian keeps those of a server apart."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}")) or [shutil.which(name)]
    assert found[-1], f"{name} is missing: scripts/system-packages test installs it"
    return str(found[-1])


class Server:
    """A server of its own in a folder, reached by a socket there; root is not allowed to run one."""

    def __init__(self, folder):
        self.folder, self.data = folder, folder / "data"
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", self.data, "-U", "teacher", "-A", "trust", "--no-sync", "-E", "UTF8")

    def _run(self, name, *arguments):
        user = "postgres" if os.geteuid() == 0 else None
        subprocess.run(
            [program(name), *map(str, arguments)],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )

    def start(self):
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-o", options, "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def new_database(self, name):
        """Make a database and give its address."""
        self._run("createdb", "-h", self.folder, "-U", "teacher", name)
        return f"postgresql+psycopg://teacher@/{name}?host={self.folder}"


@contextmanager
def running_server() -> Iterator[Server]:
    """A server that is there for a while."""
    # Not in pytest's own folder: the path of a socket must be short, and `postgres` must reach it.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    made = Server(folder)
    made.start()
    try:
        yield made
    finally:
        made.stop("immediate")
        shutil.rmtree(folder)
