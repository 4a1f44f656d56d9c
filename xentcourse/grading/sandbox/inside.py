"""What runs behind the walls: a warm parent, and for each submission a child of it.

The warm parent has imported the heavy libraries once. It forks a child for each submission and never
runs a learner's code itself. A child gets process, mount, network and IPC namespaces of its own and
an unprivileged uid, then obeys its channel: run a cell, call a function. It holds no secret, so nothing
is lost when a learner's code takes it over: it can only answer, and the other side does not believe it.
The warm parent keeps an eye on how much memory all processes of a child take together.

Started as `python inside.py FD MODULE...`; FD is the socket on which the trusted side asks for children.
"""

import array
import contextlib
import ctypes
import gc
import importlib
import io
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xentcourse.checks.calling import CallHere, Outcome
from xentcourse.checks.plain import Plain
from xentcourse.grading.sandbox import wire
from xentcourse.grading.sandbox.calls import refuse_calls

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET = 0x00020000, 0x08000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
MS_REC, MS_PRIVATE = 16384, 1 << 18
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAPBSET_DROP = 24
LAST_CAPABILITY = 40

HOME = "/home/learner"
FILES = "/assignment"  # what the assignment brings along, read-only
PRIVATE = ("/tmp", "/dev/shm", HOME)  # each child has its own, empty at first
REQUEST_LIMIT = 64 << 20
WATCH_SECONDS = 0.1
END_SECONDS = 5.0
FILES_IN_A_FOLDER = 10_000

libc = ctypes.CDLL(None, use_errno=True)


# ---- the warm parent --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Child:
    """A child of the warm parent: the init of a PID namespace, and how much memory it may take."""

    pid: int
    memory: int


def main() -> None:
    """Import once, then fork a child whenever the trusted side asks, until it hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for module in sys.argv[2:]:
        with contextlib.suppress(Exception):  # a missing library is the learner's ImportError, not ours
            importlib.import_module(module)
    shell = make_shell()
    warm_up(shell)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # a child is forked twice, and still ours to reap
    children: dict[int, Child] = {}
    wire.send(control, {"ready": os.getpid()})
    while True:
        while not select.select([control], [], [], WATCH_SECONDS if children else None)[0]:
            reap(children)
            end_greedy(children)
        try:
            request, channel = receive_with_socket(control)
        except wire.Closed:
            os._exit(0)
        reap(children)
        if request["do"] == "spawn":
            assert channel is not None
            pid = fork_child(channel, control, request["limits"], shell)
            channel.close()
            children[request["id"]] = Child(pid, request["limits"]["memory"])
        elif request["id"] in children:
            child = children[request["id"]]
            if request["do"] == "interrupt":
                os.kill(child.pid, signal.SIGINT)
            else:
                os.kill(child.pid, signal.SIGKILL)
                # The next submission shall not share the machine with the remains of this one.
                until = time.monotonic() + END_SECONDS
                while request["id"] in children and time.monotonic() < until:
                    time.sleep(0.002)
                    reap(children)
        wire.send(control, {"done": request["id"]})


def receive_with_socket(control: socket.socket) -> tuple[dict[str, Any], socket.socket | None]:
    """A request of the trusted side, and the socket that came with it, if any."""
    # One byte carries the descriptor; the request itself follows as an ordinary message.
    try:
        marker, ancillary, *_ = control.recvmsg(1, socket.CMSG_SPACE(4))
    except OSError as error:
        raise wire.Closed(str(error)) from None
    if not marker:
        raise wire.Closed("the trusted side hung up")
    channel = None
    for _, _, data in ancillary:
        descriptors = array.array("i")
        descriptors.frombytes(data[:4])
        channel = socket.socket(fileno=descriptors[0])
    return wire.receive(control, limit=REQUEST_LIMIT), channel


def reap(children: dict[int, Child]) -> None:
    """Forget children that have ended, with all of their processes."""
    for number, child in list(children.items()):
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(child.pid, os.WNOHANG) == (0, 0):
                continue
        del children[number]


def end_greedy(children: dict[int, Child]) -> None:
    """End every child whose processes together take more memory than it was given.

    A limit of the kernel's own holds for one process, and many small ones fill a machine as well.
    """
    status = {int(path.name): status_of(path) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    ours = status.get(os.getpid(), {}).get("VmRSS", 0)
    for child in children.values():
        family = family_of(child.pid, status)
        allowed = child.memory + ours
        # What forks share is counted once only if it has to be known: that takes longer to find out.
        taken = sum(status[pid].get("VmRSS", 0) for pid in family)
        if taken > allowed and sum(proportional_memory(pid, status[pid]) for pid in family) > allowed:
            os.kill(child.pid, signal.SIGKILL)


def status_of(process: Path) -> dict[str, int]:
    """Parent and memory (in bytes) from /proc/<pid>/status; empty for a process that is gone."""
    try:
        lines = (line.split() for line in (process / "status").read_text(errors="replace").splitlines())
    except OSError:
        return {}
    units = {"PPid:": 1, "VmRSS:": 1024}
    return {words[0][:-1]: int(words[1]) * units[words[0]] for words in lines if words and words[0] in units}


def family_of(ancestor: int, status: dict[int, dict[str, int]]) -> list[int]:
    """The process and all that descend from it."""
    family, found = set[int](), {ancestor} & status.keys()
    while found:
        family |= found
        found = {pid for pid, told in status.items() if told.get("PPid") in found}
    return sorted(family)


def proportional_memory(pid: int, status: dict[str, int]) -> int:
    """The process's memory in bytes, its share only of pages that several have."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except PermissionError:
        return status.get("VmRSS", 0)
    except (OSError, StopIteration):  # it has just ended
        return 0


def make_shell() -> Any:
    """A ready IPython shell without history, so that a child need not build one."""
    os.environ.setdefault("IPYTHONDIR", tempfile.mkdtemp())
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.ast_node_interactivity = "last_expr"
    shell = InteractiveShell.instance(config=config)
    if "matplotlib" in sys.modules:
        with contextlib.suppress(Exception):
            shell.enable_matplotlib("inline")
    return shell


def warm_up(shell: Any) -> None:
    """Do once what every child would do for the first time, so that none of them has to."""
    forget_randomness()
    run_cell(shell, "pass", 100)
    run_cell(shell, "1 / 0", 100)  # what shows a traceback is imported when it is needed
    for name in ("last_exc", "last_type", "last_value", "last_traceback"):
        if hasattr(sys, name):
            delattr(sys, name)
    gc.collect()
    gc.freeze()  # a child that collects garbage would copy every page of its parent's


# ---- a child ----------------------------------------------------------------------------------------


def fork_child(channel: socket.socket, control: socket.socket, limits: dict[str, int], shell: Any) -> int:
    """Fork a child into namespaces of its own; returns the pid of its first process.

    Killing that process ends every other of the child's: it is the init of their PID namespace.
    """
    report, told = os.pipe()
    outer = os.fork()
    if outer == 0:
        try:
            own_namespaces()
            inner = os.fork()
            if inner == 0:
                os.close(report)
                os.close(told)
                live(channel, control, limits, shell)
            os.write(told, str(inner).encode())
            os._exit(0)
        except BaseException as error:
            os.write(told, f"-{error!r}".encode())
        finally:
            os._exit(1)
    os.close(told)
    with os.fdopen(report, "rb") as answer:
        said = answer.read().decode(errors="replace")
    os.waitpid(outer, 0)
    if said.startswith("-"):
        raise RuntimeError(f"no walls for a child: {said[1:]}")
    return int(said)


def own_namespaces() -> None:
    """Leave the warm parent's PID, mount, network and IPC namespaces."""
    if libc.unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def live(channel: socket.socket, control: socket.socket, limits: dict[str, int], shell: Any) -> None:
    """The whole life of a child; never returns."""
    try:
        control.close()
        try:
            prepare(channel.fileno(), limits)
        except BaseException as error:
            wire.send(channel, f"no walls for a child: {error!r}")
            os._exit(70)
        obey(channel, shell, limits)
    except BaseException:
        os._exit(70)
    os._exit(0)


def prepare(channel: int, limits: dict[str, int]) -> None:
    """Build the walls around this process, before it meets a learner's code."""
    os.setsid()
    with contextlib.suppress(OSError):  # where memory runs out all the same, this is to be ended first
        Path("/proc/self/oom_score_adj").write_text("1000")
    private_files(limits)
    close_all_but(channel)
    forget_randomness()
    drop_privileges(limits)
    refuse_calls()
    signal.signal(signal.SIGINT, signal.default_int_handler)


def private_files(limits: dict[str, int]) -> None:
    """Fresh /proc, /tmp, /dev/shm and home; the rest of the system stays read-only."""
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    size = f"size={limits['disk']},nr_inodes={FILES_IN_A_FOLDER},mode=1777"  # empty files take memory too
    with pythons_kept_in_view():
        for folder in PRIVATE:
            mount("none", folder, "tmpfs", MS_NOSUID | MS_NODEV, size)
    try:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:  # not allowed in a user namespace: then nobody's /proc is better than everybody's
        mount("none", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=0,mode=555")
    copy_tree(Path(FILES), Path(HOME))
    os.chdir(HOME)


@contextlib.contextmanager
def pythons_kept_in_view() -> Iterator[None]:
    """Show Python and its libraries again, read-only, where they lie in a folder that the block covers."""
    prefixes = {Path(sys.base_prefix), Path(sys.prefix)}
    covered = sorted(p for p in prefixes if any(p.is_relative_to(folder) for folder in PRIVATE))
    folders = [os.open(prefix, os.O_PATH) for prefix in covered]
    yield
    for prefix, folder in zip(covered, folders, strict=True):
        prefix.mkdir(parents=True, exist_ok=True)
        os.fchdir(folder)
        mount(".", str(prefix), None, MS_BIND | MS_REC)
        mount("none", str(prefix), None, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV)
        os.close(folder)


def copy_tree(source: Path, target: Path) -> None:
    """Give the child its own writable copy of the assignment's files."""
    import shutil

    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
        for path in (target / path.relative_to(source) for path in source.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        target.chmod(0o1777)  # copying made it like the source, which only its owner may write to


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount a file system."""
    encoded = [text.encode() if text is not None else None for text in (source, target, kind)]
    if libc.mount(*encoded, ctypes.c_ulong(flags), data.encode() if data else None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def close_all_but(keep: int) -> None:
    """Leave the learner's code no descriptor but its channel, and /dev/null for the standard three."""
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    sys.stdout = sys.stderr = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), write_through=True)
    for low, high in ((3, keep), (keep + 1, os.sysconf("SC_OPEN_MAX"))):
        os.closerange(low, high)


def forget_randomness() -> None:
    """Siblings are forked from one parent: each seeds its generators anew."""
    import random

    import numpy as np

    random.seed()
    np.random.seed()  # noqa: NPY002  (the legacy generator is what learners' code may use)
    if torch := sys.modules.get("torch"):
        torch.seed()


def drop_privileges(limits: dict[str, int]) -> None:
    """Limit the amounts, then become nobody in particular, for good."""
    address_space = virtual_memory() + limits["memory"]
    for what, amount in {
        resource.RLIMIT_AS: address_space,
        resource.RLIMIT_FSIZE: limits["disk"],
        resource.RLIMIT_NPROC: limits["processes"],
        resource.RLIMIT_NOFILE: 128,  # each may be a socket, and its buffer is nobody's memory
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }.items():
        resource.setrlimit(what, (amount, amount))
    if limits["uid"]:
        os.setgroups([])
        os.setresgid(limits["uid"], limits["uid"], limits["uid"])
        os.setresuid(limits["uid"], limits["uid"], limits["uid"])
    else:
        for capability in range(LAST_CAPABILITY + 1):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        drop_capabilities()
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def drop_capabilities() -> None:
    """capset(2) to nothing, for a child that can't change its uid."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    if libc.capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def virtual_memory() -> int:
    """How much address space this process has taken already, torch's mappings included."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE") or 16 << 30


# ---- obeying ----------------------------------------------------------------------------------------


def obey(channel: socket.socket, shell: Any, limits: dict[str, int]) -> None:
    """Answer the channel's requests until it closes."""
    os.environ.clear()
    os.environ.update(HOME=HOME, PATH="/usr/bin:/bin", LANG="C.UTF-8", TMPDIR="/tmp", MPLCONFIGDIR="/tmp")
    shell.user_ns["__name__"] = "__main__"
    caller = CallHere(shell.user_ns)
    wire.send(channel, "ready")
    while True:
        try:
            request = wire.receive(channel, limit=REQUEST_LIMIT)
        except wire.Closed:
            return
        except KeyboardInterrupt:
            continue  # an interrupt that came between two requests
        try:
            if request["do"] == "run":
                answer = run_cell(shell, request["source"], limits["output"])
            else:
                answer = call(caller, shell, request)
        except KeyboardInterrupt:
            answer = {"interrupted": True}
        wire.send(channel, {"to": request["to"], "answer": answer})


def call(caller: CallHere, shell: Any, request: dict[str, Plain]) -> Plain:
    """Call a learner's function and describe what it did."""
    name = request["name"]
    if not callable(shell.user_ns.get(name)):
        return {"missing": name}
    return described(caller(name, request["args"], request["kwargs"]))


def described(outcome: Outcome) -> dict[str, Plain]:
    """An Outcome as plain data."""
    raised = outcome.raised
    return {
        "value": outcome.value,
        "arguments": outcome.arguments,
        "raised": [raised.type, raised.message, raised.function, raised.line] if raised else None,
        "not_plain": outcome.not_plain,
        "printed": outcome.printed[:4000],
        "grown": outcome.grown,
    }


def run_cell(shell: Any, source: str, limit: int) -> dict[str, Plain]:
    """Run a cell as a notebook does and return its outputs, in nbformat's words."""
    from IPython.utils.capture import capture_output

    results: list[dict[str, Any]] = []
    shell.displayhook.write_format_data = lambda data, _=None: results.append(data)
    shell.displayhook.write_output_prompt = shell.displayhook.finish_displayhook = lambda: None
    errors: list[list[str]] = []
    shell._showtraceback = lambda kind, value, lines: errors.append([kind.__name__, str(value), *lines])
    with capture_output() as captured:
        outcome = shell.run_cell(source, store_history=False, silent=False)
    outputs: list[dict[str, Plain]] = []
    for name, text in (("stdout", captured.stdout), ("stderr", captured.stderr)):
        if text:
            outputs.append({"output_type": "stream", "name": name, "text": clipped(text, limit)})
    for shown in captured.outputs:
        outputs.append({"output_type": "display_data", "data": texts(shown.data, limit)})
    for data in results:
        outputs.append({"output_type": "execute_result", "data": texts(data, limit)})
    for kind, message, *lines in errors:
        traceback = [clipped(line, limit) for line in lines]
        outputs.append(
            {"output_type": "error", "ename": kind, "evalue": message[:2000], "traceback": traceback}
        )
    if not outcome.success and not errors:
        error = outcome.error_before_exec or outcome.error_in_exec
        outputs.append(
            {"output_type": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": []}
        )
    return {"outputs": outputs, "ok": bool(outcome.success)}


def texts(data: dict[str, Any], limit: int) -> dict[str, str]:
    """The representations of an output that are text, each clipped."""
    return {mime: clipped(text, limit) for mime, text in data.items() if isinstance(text, str)}


def clipped(text: str, limit: int) -> str:
    """`text`, or its beginning and a word on the rest."""
    return text if len(text) <= limit else f"{text[:limit]}\n[… {len(text) - limit:,} more characters]"


if __name__ == "__main__":
    main()
