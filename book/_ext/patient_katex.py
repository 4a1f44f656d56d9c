"""Wait for the formula renderer until it listens.

sphinxcontrib.katex starts it and connects as soon as its socket exists, which on a busy machine is before
it listens: the build fails, and the renderer stays behind. Here the connection is tried again and again.
"""

import socket
import time
from pathlib import Path
from subprocess import PIPE, Popen

from sphinx.application import Sphinx
from sphinxcontrib import katex

TIMEOUT = 60.0  #: seconds
PAUSE = 0.01


def start_server_process(rundir: Path, timeout: float) -> tuple[Popen[bytes], socket.socket]:
    """Start the renderer, and connect to it.

    By a socket of the file system: over TCP each of some thousand formulas waits 40 ms for an
    acknowledgement, as its length and its text are sent one after the other.
    """
    path = rundir / "katex.sock"
    process = Popen(katex.KaTeXServer.build_command(socket=path), stdin=PIPE, stdout=PIPE, cwd=rundir)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            time.sleep(PAUSE)
        else:
            return process, client
    process.kill()
    raise katex.KaTeXServer.timeout_error(timeout)


def setup(_: Sphinx) -> dict[str, bool]:
    """Start the renderer the patient way, where there are sockets of the file system."""
    katex.KaTeXServer.start_server_process = staticmethod(start_server_process)
    katex.STARTUP_TIMEOUT = TIMEOUT
    return {"parallel_read_safe": True, "parallel_write_safe": True}
