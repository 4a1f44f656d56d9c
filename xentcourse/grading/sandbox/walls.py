"""The walls: a bubblewrap in which learners' code sees a read-only system and nothing of the course.

Inside there is no network, no home, no other process, none of the course's files but those few that
the sandbox itself needs, and a stub in place of the rest of the package.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from xentcourse.course import CourseError

#: The parts of the package that are needed inside. They hold no answers.
INSIDE = (
    "checks/memory.py",
    "checks/plain.py",
    "checks/calling.py",
    "grading/sandbox/wire.py",
    "grading/sandbox/calls.py",
    "grading/sandbox/inside.py",
)
#: What is shown of an environment's folder: it may be the class's own, with the solutions in it.
PARTS_OF_PYTHON = ("bin", "lib", "lib64", "share", "etc", "pyvenv.cfg")
PACKAGE = Path(__file__).parents[2]
STUB = Path(__file__).with_name("stub.py")
INSTALL = (
    "Install it (Debian and Ubuntu: apt-get install bubblewrap), or grade without walls by --no-sandbox."
)


def arguments(files: Path | None, descriptor: int, modules: list[str]) -> list[str]:
    """What bubblewrap is told: the walls, and the warm parent behind them.

    files      : a folder that the assignment's code may read, or None
    descriptor : the inherited socket by which the warm parent is asked for children
    modules    : what it imports beforehand
    """
    return [
        *("--die-with-parent", "--new-session"),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--hostname", "sandbox", "--clearenv", "--cap-add", "ALL"),
        *system(),
        *python(),
        *course(),
        *(read_only(files, "/assignment") if files else ("--dir", "/assignment")),
        *("--dir", "/home/learner", "--chdir", "/home/learner"),
        # Nowhere a file that the next child would find: an ordinary user's children own these folders.
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *environment(),
        *(sys.executable, "-I", "-B", "/inside/start.py", str(descriptor), *modules),
    ]


def system() -> list[str]:
    """The read-only system: libraries and programs, a few files of /etc, fresh /proc, /dev and /tmp."""
    arguments = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        folder = Path("/", name)
        if folder.is_symlink():
            arguments += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.is_dir():
            arguments += ["--ro-bind", str(folder), str(folder)]
    for name in ("ld.so.cache", "localtime", "fonts", "alternatives"):
        arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    return arguments


def python() -> list[str]:
    """The running Python and its libraries, with any installed copy of the course covered."""
    arguments: list[str] = []
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not Path(prefix).is_relative_to("/usr"):
            for path in (Path(prefix, part) for part in PARTS_OF_PYTHON):
                if path.is_symlink():
                    arguments += ["--symlink", str(path.readlink()), str(path)]
                elif path.exists():
                    arguments += read_only(path, str(path))
    for installed in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for copy in Path(installed).glob("*xentcourse*"):
            cover = ("--tmpfs", str(copy)) if copy.is_dir() else ("--ro-bind", "/dev/null", str(copy))
            arguments += cover
    return arguments


def course() -> list[str]:
    """The few modules of the course that the sandbox needs, and the stub for the others."""
    arguments = read_only(STUB, "/inside/xentcourse/__init__.py")
    for folder in sorted({str(Path(name).parent) for name in INSIDE} | {"grading"}):
        arguments += read_only("/dev/null", f"/inside/xentcourse/{folder}/__init__.py")
    for name in INSIDE:
        arguments += read_only(PACKAGE / name, f"/inside/xentcourse/{name}")
    return arguments + read_only(Path(__file__).with_name("start.py"), "/inside/start.py")


def read_only(source: str | Path, target: str) -> list[str]:
    """Show `source` at `target`, below folders that everybody may enter (bubblewrap's own are for root)."""
    parents = [str(parent) for parent in reversed(Path(target).parents)][1:]
    return [*(part for parent in parents for part in ("--dir", parent)), "--ro-bind", str(source), target]


def environment() -> list[str]:
    """One thread a process, since there is a process for each core; nothing of the grader's own."""
    variables = {"PATH": "/usr/bin:/bin", "HOME": "/home/learner", "LANG": "C.UTF-8", "MPLCONFIGDIR": "/tmp"}
    threads = ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
    variables |= {f"{library}_NUM_THREADS": "1" for library in threads}
    # Some processors need OpenBLAS told what they are.
    variables |= {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
    return [part for name, value in variables.items() for part in ("--setenv", name, value)]


def bubblewrap() -> str:
    """The path of bwrap, which works here; a CourseError says what to do where it is missing or refused."""
    found = shutil.which("bwrap")
    if found is None:
        raise CourseError(
            f"Grading runs learners' code behind walls, and bubblewrap (bwrap) is missing. {INSTALL}"
        )
    tried = subprocess.run(
        [found, "--ro-bind", "/", "/", "--unshare-pid", "--unshare-net", "--proc", "/proc", "true"],
        capture_output=True,
        text=True,
        check=False,
    )
    if tried.returncode != 0:
        raise CourseError(
            f"Bubblewrap is installed, but this system refuses it: {tried.stderr.strip()}. "
            "Containers need the option to make namespaces (Docker: --privileged, or a seccomp profile that "
            "allows unshare and mount); some kernels need kernel.unprivileged_userns_clone=1. "
            "Or grade without walls by --no-sandbox."
        )
    return found
