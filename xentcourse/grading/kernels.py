"""Kernels that nobody else can get in the way of: nbgrader_config.py lets nbgrader start such."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from jupyter_client.manager import AsyncKernelManager

LONGEST = 103  #: bytes that a socket's path may have on macOS; Linux has room for four more


class OwnKernelManager(AsyncKernelManager):
    """Talks with its kernel by files in a folder of the two, where the system has such, and not by ports.

    A port is looked for, let go, and taken by the kernel a second later; by then another's kernel may have
    it, and this one dies. A folder is nobody else's, and other users of the machine can't listen either.
    """

    def __init__(self, **settings: Any):
        self._folder = Path(mkdtemp(prefix="kernel-"))
        if os.name == "posix" and len(os.fsencode(self._folder / "kernel-ipc-5")) <= LONGEST:
            settings["transport"] = "ipc"
        super().__init__(connection_file=str(self._folder / "kernel.json"), **settings)

    def cleanup_ipc_files(self) -> None:
        """As jupyter_client has it, and the folder, unless the kernel starts again."""
        super().cleanup_ipc_files()
        with suppress(OSError):
            self._folder.rmdir()
