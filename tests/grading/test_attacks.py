"""Hostile submissions: each gets what its functions deserve, harms nothing, and costs nobody else theirs.

Whatever an attack manages that it should not, it shows: it prints ESCAPED and says what.
"""

import contextlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from grading.submissions import (
    ACTING,
    FULL,
    HERE,
    SOFTMAX,
    WITHOUT_LEAF,
    WRONG,
    as_bytes,
    calling,
    cell,
    changed,
    leaf,
    returning,
    solution_of,
    solved,
    with_cell,
    wrong_leaf,
)

from xentcourse.course import Course, CourseError
from xentcourse.grading import stock
from xentcourse.grading.assignment import of_chapter
from xentcourse.grading.bundle import Bundle, make_bundle
from xentcourse.grading.grade import Options, grade_class
from xentcourse.grading.intake import rebuild
from xentcourse.grading.notebook import executed_notebook
from xentcourse.grading.run import Executed, Graded, grade_submission
from xentcourse.grading.sandbox import walls
from xentcourse.grading.sandbox.calls import ALLOW, MACHINES, RETURN, program
from xentcourse.grading.sandbox.session import Limits, Nursery, uids
from xentcourse.grading.source import source_notebook

LIMITS = Limits(cell_seconds=3, notebook_seconds=12, memory=512 << 20, disk=8 << 20, processes=24)
AT_MOST = 40  # seconds for one submission, on a machine that others use too
MARK = "xent-was-here"  # the name of what attacks leave behind
ESCAPED = "ESCAPED"


@dataclass(frozen=True)
class Attack:
    """What is handed in, the points that it deserves, and a word of what is said about it."""

    name: str
    content: bytes
    points: float = WITHOUT_LEAF
    says: str = ""


# ---- believing the learner's process ----------------------------------------------------------------

LYING = """
import numpy as np
class Liar(float):
    __array_priority__ = 1e9
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __bool__(self): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __array__(self, *_, **__): return np.zeros(())
    def __float__(self): return 0.0
    def __array_ufunc__(self, *_, **__): return np.True_
    def __array_function__(self, *_, **__): return True
    __hash__ = None
class LyingArray(np.ndarray):
    def __eq__(self, other): return np.True_
    def __array_ufunc__(self, *_, **__): return np.True_
    def __array_function__(self, *_, **__): return True
    def __array_finalize__(self, _): pass
"""

CHEATS = [
    Attack("displays full points", calling("get_ipython().displayhook(5.0)\nreturn 5.0")),
    Attack("returns a liar", leaf(LYING + "def soft_cross_entropy(logits, targets):\n    return Liar()")),
    Attack(
        "returns a lying array",
        leaf(LYING + "def soft_cross_entropy(l, t):\n    return np.zeros(()).view(LyingArray)"),
    ),
    Attack(
        "drops what it does not like from every cell",
        wrong_leaf("""
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return None
    def visit_Expr(self, node): return None
get_ipython().ast_transformers.append(Drop())
get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"] if "check." in lines[0] else lines)
"""),
    ),
    Attack(
        "replaces how cells run",
        wrong_leaf("""
ip = get_ipython()
ip.run_cell = lambda *_, **__: type("R", (), {"success": True, "error_in_exec": None})()
kernel = getattr(ip, "kernel", None)
if kernel: kernel.do_execute = None
"""),
        0.0 + 3 + 2 + 3 + 3,  # later cells of its own no longer run, so `gradient` and `fit` are not defined
        "not defined",
    ),
    Attack(
        "rebinds what compares",
        wrong_leaf("""
import builtins, math
np.testing.assert_allclose = np.testing.assert_array_equal = lambda *_, **__: None
np.isclose = lambda a, *_, **__: np.ones(np.shape(a), bool)
np.allclose = np.array_equal = lambda *_, **__: True
builtins.all = builtins.any = builtins.isinstance = lambda *_: True
math.isclose = lambda *_, **__: True
"""),
        says="ended the process",  # what it broke is its own
    ),
    Attack(
        "replaces the checks",
        wrong_leaf("""
import sys, types
check = types.SimpleNamespace()
sys.modules["xentcourse.checks.softmax"] = check
sys.modules["xentcourse.checks.check"] = types.ModuleType("check")
"""),
    ),
    Attack(
        "replaces the course's own code in its process",
        wrong_leaf("""
from xentcourse.checks.calling import CallHere, Outcome
from xentcourse.grading.sandbox import wire, inside
CallHere.__call__ = lambda self, name, args, kwargs: Outcome(True)
inside.described = lambda outcome: {"points": 3, "passed": True}
"""),
        11.0,  # what comes later is answered by its own code, too
        "returned True",
    ),
    Attack("returns its input", returning("logits")),
    Attack(
        "answers by the count of calls",
        leaf("n = 0\ndef soft_cross_entropy(l, t):\n    global n\n    n += 1\n    return n"),
    ),
    Attack("returns a generator", returning("(x for x in targets)"), says="generator"),
    Attack("returns a function", returning("soft_cross_entropy"), says="function"),
    Attack("returns a verdict", returning('{"result": "passed", "points": 3}')),
    Attack("returns nan in a dictionary", returning("{float('nan'): float('nan') for _ in range(9)}")),
    Attack("returns text of ten million characters", returning("'x' * 10_000_000")),
    Attack("returns a list within itself", calling("a = []\na.append(a)\nreturn a"), says="Recursion"),
    Attack(
        "returns a list that is nested deeply",
        calling("a = 0.5\nfor _ in range(300):\n    a = [a]\nreturn a"),
        says="malformed",
    ),
    Attack("returns a list with one long text", returning("['x' * 10**5] + [''] * 1000"), says="too large"),
    Attack(
        "returns an array of long texts between small ones",
        returning("[np.full(1500, 'x' * 9000)] + [np.ones(1500, bool)] * 1000"),
        says="too large",
    ),
    Attack("returns a number of 4,000 digits", returning("[10**4000, 1.5]"), says="returned"),
    Attack(
        "returns an array as if it had a million million entries",
        returning("np.broadcast_to(0.5, (10**6, 10**6))"),
    ),
    Attack(
        "makes an array of a million million entries", calling("return np.empty(10**12)"), says="MemoryError"
    ),
    Attack("returns no entries, in a shape beyond measure", returning("np.empty((0, 10**17))")),
    Attack("changes its arguments", calling("targets[:] = 0\nlogits[:] = 0\nreturn 0.0")),
    Attack(
        "raises an exception whose text takes for ever to search",
        calling("raise ValueError('could not be broadcast ' * 500_000)"),
        says="could not be broadcast",
    ),
    Attack(
        "raises an exception that can't be shown",
        calling("class E(Exception):\n    def __str__(self): raise self\nraise E"),
        says="E",
    ),
    Attack("raises with lone surrogates", calling(r"raise ValueError('\ud800\x00')"), says="ValueError"),
    Attack("leaves by SystemExit", calling("raise SystemExit"), says="SystemExit"),
    Attack("pretends to be interrupted", calling("raise KeyboardInterrupt")),
]

# ---- looking for what it should not see -------------------------------------------------------------

PLACES = [
    str(HERE.root),
    str(SOFTMAX.solution),
    str(HERE.root / "gradebook.db"),
    str(HERE.root / "submitted"),
    str(HERE.root / "xentcourse/reference/softmax.py"),
    str(HERE.root / "xentcourse/checks/softmax.py"),
    str(HERE.root / "xentcourse/grading/run.py"),
    *("/etc/passwd", "/etc/shadow", "/root", "/sys/kernel", "/var", "/boot", str(Path.home() / ".ssh")),
    *(
        "../../../gradebook.db",
        "../../source",
        "../../../solutions",
        "/proc/1/root/root",
        "/proc/1/cwd/../../root",
    ),
]

SPIES = [
    Attack(
        "reads gradebook, solutions, checks and others' work",
        wrong_leaf(f"""
import os
from pathlib import Path
for place in {PLACES!r}:
    try:
        found = os.listdir(place) if os.path.isdir(place) else Path(place).read_bytes()[:50]
    except OSError:
        continue
    # Folders that only lead to Python itself are in view, and nothing else in them.
    if found and set(found) - set({[*Path(sys.prefix).parts, *Path(sys.base_prefix).parts, "home"]!r}):
        print("ESCAPED: read", place, found)
for folder, _, files in os.walk("/"):
    if folder.startswith(("/proc", "/usr", "/dev")):
        continue
    for file in files:
        if file in ("softmax.py", "gradebook.db", "check.py", "run.py") and "xentcourse" in folder:
            print("ESCAPED: found", folder, file)
"""),
    ),
    Attack(
        "imports the reference",
        leaf("""
from xentcourse.reference import softmax as reference
from xentcourse.checks.slips import softmax as slips
def soft_cross_entropy(logits, targets):
    return reference.softmax_cross_entropy(logits, targets)
"""),
    ),
    Attack(
        "walks frames and objects for what is expected",
        calling("""
import gc, inspect, sys
best = None
frame = sys._getframe()
while frame:
    for value in frame.f_locals.values():
        if callable(value) and "cross_entropy_of" in getattr(value, "__name__", ""):
            print("ESCAPED: an oracle", value)
    for name in ("expected", "oracle", "verdict", "reference"):
        if name in frame.f_locals:
            print("ESCAPED:", name)
            best = frame.f_locals[name]
    frame = frame.f_back
for thing in gc.get_objects():
    if type(thing).__name__ in ("Answer", "Check", "Tolerance", "Slip", "Verdict", "Bundle", "Limits"):
        print("ESCAPED:", type(thing).__name__)
modules = [m for m in sys.modules if m.startswith("xentcourse.") and "reference" in m]
if modules:
    print("ESCAPED:", modules)
return 0.5 if best is None else best
"""),
    ),
    Attack(
        "digs in memory",
        wrong_leaf("""
import ctypes, re
needles = [b"softmax_cross_entropy" + b"_gradient(logits", b"### BEGIN" + b" SOLUTION", b"auto_" + b"score"]
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        if "rw" not in line or "[heap]" not in line and len(line.split()) > 5:
            continue
        low, high = (int(part, 16) for part in line.split()[0].split("-"))
        if high - low > 1 << 28:
            continue
        try:
            memory.seek(low)
            content = memory.read(high - low)
        except (OSError, ValueError):
            continue
        for needle in needles[2:]:
            if content.count(needle) > 20:
                print("ESCAPED: memory has", needle)
ctypes.string_at(id(memory), 16)
"""),
    ),
    Attack(
        "reads other processes",
        wrong_leaf("""
import os
own = set()
for name in os.listdir("/proc"):
    if not name.isdecimal():
        continue
    status = open(f"/proc/{name}/status").read()
    command = open(f"/proc/{name}/cmdline").read()
    if int(name) > 3 or "bwrap" in status or "pytest" in command:
        print("ESCAPED: sees", name, command)
for secret in ("/proc/1/environ", "/proc/keys", "/proc/sys/kernel/core_pattern", "/proc/kmsg", "/proc/kcore"):
    try:
        content = open(secret, "rb").read(100)
    except OSError:
        continue
    if b"PYTEST" in content or b"XENT" in content or secret in ("/proc/kmsg", "/proc/kcore"):
        print("ESCAPED: read", secret)
for written in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches"):
    try:
        open(written, "w").close()
    except OSError:
        continue
    print("ESCAPED: may write", written)
if {k: v for k, v in os.environ.items() if k not in ("HOME", "PATH", "LANG", "TMPDIR", "MPLCONFIGDIR")}:
    print("environment", sorted(os.environ))
"""),
    ),
    Attack(
        "counts descriptors and shared memory",
        wrong_leaf("""
import os
for name in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        continue
    if int(name) > 2 and not target.startswith(("socket:", "/proc")):
        print("ESCAPED: holds", target)
sockets = [n for n in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{n}") is False
           and int(n) > 2]
shared = [line for line in open("/proc/self/maps") if "rw-s" in line]
if shared:
    print("ESCAPED: shares", shared)
"""),
    ),
]

# ---- the channel ------------------------------------------------------------------------------------

CHANNEL = """
import json, os, socket, struct, sys
def question():
    frame = sys._getframe()
    while frame.f_code.co_name != "obey":
        frame = frame.f_back
    return frame.f_locals["request"]["to"]
def channel():
    for number in range(3, 128):
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):
                return socket.socket(fileno=os.dup(number))
        except OSError:
            pass
def frame(message, body=b""):
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack("!QQ", len(text), len(body)) + text + body
def as_dict(**entries):
    return {"dict": [[key, value] for key, value in entries.items()]}
def tell(answer, body=b""):
    channel().sendall(frame(as_dict(to=question(), answer=answer), body))
numbers = {"array": ["<f8", [2], True]}
def answer(value):
    return as_dict(value=value, arguments=[], raised=None, not_plain="", printed="")
"""


def forging(body: str) -> bytes:
    """The leaf, called, does this with its own end of the channel."""
    lines = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return leaf(f"{CHANNEL}\ndef soft_cross_entropy(logits, targets):\n{lines}\n    return 0.5\n")


FORGERIES = [
    Attack("sends rubbish", forging("channel().sendall(os.urandom(4096))"), says="ended|sent"),
    Attack(
        "announces more than can be",
        forging("channel().sendall(struct.pack('!QQ', 2**63, 2**64 - 1))"),
        says="allowed",
    ),
    Attack(
        "announces and never sends",
        forging("channel().sendall(struct.pack('!QQ', 10**6, 0))"),
        says="longer than",
    ),
    Attack("sends what is no JSON", forging("channel().sendall(frame(b'{' * 50))"), says="malformed"),
    Attack("nests without end", forging("channel().sendall(frame(b'[' * 1_000_000))"), says="malformed"),
    Attack(
        "sends a number of a million digits",
        forging("channel().sendall(frame(b'9' * 10**6))"),
        says="malformed",
    ),
    Attack(
        "sends millions of lists",
        forging("channel().sendall(frame(b'[' + b'[],' * 3_000_000 + b'1]'))"),
        says="items",
    ),
    Attack(
        "sends keys that collide",
        forging("tell({'dict': [[i * (2**61 - 1), 0] for i in range(100_000)]})"),
        says="malformed",
    ),
    Attack(
        "sends no answer",
        forging("channel().sendall(frame(as_dict(points=3, result='passed')))"),
        says="none",
    ),
    Attack(
        "answers another question",
        forging("channel().sendall(frame(as_dict(to='0', answer=answer(0.7))))"),
        says="returned 0.5",
    ),
    Attack(
        "answers to an array",
        forging("channel().sendall(frame(as_dict(to=numbers, answer=1), bytes(16)))"),
        says="none",
    ),
    Attack("answers with a list", forging("tell([1, 2, 3])"), says="none"),
    Attack("answers with a verdict", forging("tell(as_dict(points=3, result='passed'))"), says="none"),
    Attack(
        "was interrupted by an array", forging("tell(as_dict(interrupted=numbers), bytes(16))"), says="none"
    ),
    Attack("claims to be interrupted", forging("tell(as_dict(interrupted=True))"), says="longer than"),
    Attack(
        "claims that there is no function",
        forging("tell(as_dict(missing=numbers), bytes(16))"),
        says="not defined",
    ),
    Attack(
        "claims an array with an absurd shape",
        forging("tell(answer({'array': ['<f8', [10**30, 0], True]}))"),
        says="malformed",
    ),
    Attack(
        "claims an array of no bytes",
        forging("tell(answer({'array': ['<U0', [10**15], True]}))"),
        says="malformed",
    ),
    Attack(
        "claims an array of objects",
        forging("tell(answer({'array': ['|O8', [1], True]}), bytes(8))"),
        says="malformed",
    ),
    Attack(
        "claims text of no characters",
        forging("tell(answer({'array': ['<U1', [1], True]}), b'\\xff\\xff\\xff\\x7f')"),
        says="malformed",
    ),
    Attack(
        "claims sixty megabytes of arguments",
        forging(
            "many = {'array': ['|u1', [60 << 20], True]}\n"
            "tell(as_dict(value=1, arguments=many, raised=None), bytes(60 << 20))"
        ),
        says="none",
    ),
    Attack(
        "claims an exception that is none",
        forging("tell(as_dict(value=1, arguments=[], raised=numbers), bytes(16))"),
        says="none",
    ),
    Attack(
        "claims an exception whose text takes for ever to search",
        forging("tell(as_dict(raised=['E', 'could not be broadcast ' * 10**6, '', '']))"),
        says="could not be broadcast",
    ),
    Attack(
        "answers before it is asked",
        leaf(CHANNEL + "for _ in range(3): tell(answer(0.7))\n" + WRONG),
        says="returned 0.5",
    ),
    Attack("closes the channel", forging("os.closerange(3, 128)"), says="ended"),
    Attack(
        "forges the outputs of its cell",
        wrong_leaf(
            CHANNEL
            + """
html = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
data = as_dict(**{"text/html": html, "application/javascript": "alert(1)"})
shown = as_dict(output_type="display_data", data=data)
huge = as_dict(output_type="stream", name="stdout", text="y" * 15_000_000)
bad = as_dict(output_type="error", ename="\\ud800", evalue=[1], traceback=5)
tell(as_dict(ok=True, outputs=[shown, huge, bad, 5, shown] + [shown] * 5000))
"""
        ),
        says="stream",
    ),
]

# ---- time, memory, processes, disk ------------------------------------------------------------------

BOMBS = [
    Attack("never returns", calling("while True: pass"), says="longer than"),
    Attack(
        "never returns and will not be interrupted",
        calling("""
import time
while True:
    try: time.sleep(60)
    except BaseException: pass
"""),
        says="could not be interrupted",
    ),
    Attack(
        "ignores the interrupt in every cell",
        as_bytes(
            solved(
                **{
                    part: f"{solution_of(part)}\nimport signal\n"
                    "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
                    for part in (
                        "softmax",
                        "log_softmax",
                        "cross_entropy",
                        "soft_cross_entropy",
                        "gradient",
                        "fit",
                    )
                }
            )
        ),
        0.0,
        "not defined|whole notebook",
    ),
    Attack("exits in its cell", wrong_leaf("import os\nos._exit(0)"), says="ended the process"),
    Attack("exits when called", calling("import os\nos._exit(0)"), says="ended"),
    Attack("crashes", calling("import ctypes\nreturn ctypes.string_at(0)"), says="ended"),
    Attack(
        "signals whom it can",
        wrong_leaf("""
import os, signal
for target in (os.getppid(), 0 if False else 2, 3, 4, 1000):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError:
        pass
os.kill(1, signal.SIGSTOP)
os.kill(1, signal.SIGKILL)
try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
"""),
    ),
    Attack("recurses", calling("return soft_cross_entropy(logits, targets)"), says="RecursionError"),
    Attack("takes memory", calling("a = []\nwhile True: a.append(np.ones(10**7))"), says="MemoryError"),
    Attack(
        "takes memory in many processes",
        wrong_leaf("""
import os, time
for _ in range(8):
    if os.fork() == 0:
        try:
            block = np.ones(20 << 20)
            time.sleep(60)
        finally:
            os._exit(0)
time.sleep(2.9)
print("ESCAPED: has 1280 MB")
"""),
        says="memory",
    ),
    Attack(
        "forks without end",
        wrong_leaf("""
import os, time
children = 0
try:
    while True:
        if os.fork() == 0:
            while True: time.sleep(1)
        children += 1
except OSError:
    pass
if children > 24: print("ESCAPED:", children, "processes")
"""),
    ),
    Attack(
        "starts threads without end",
        wrong_leaf("""
import threading, time
try:
    for number in range(1000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    print("ESCAPED: 1000 threads")
except RuntimeError:
    pass
"""),
    ),
    Attack(
        "fills every folder",
        wrong_leaf("""
import os
for folder in ("/tmp", "/dev/shm", os.environ["HOME"], "/assignment", "/", "/dev", "/inside", "/home"):
    try:
        with open(f"{folder}/xent-was-here", "wb") as file:
            for _ in range(100):
                file.write(bytes(1 << 20))
        print("ESCAPED: 100 MB in", folder)
    except OSError as error:
        pass
"""),
    ),
    Attack(
        "makes files without end",
        wrong_leaf("""
try:
    for number in range(200_000):
        open(f"/tmp/{number}", "w").close()
    print("ESCAPED: 200,000 files")
except OSError:
    pass
"""),
    ),
    Attack(
        "opens files without end",
        wrong_leaf("""
import os
try:
    kept = [os.open("/dev/null", 0) for _ in range(1000)]
    print("ESCAPED: 1000 descriptors")
except OSError:
    pass
for number in range(60, 128):
    os.close(number)
"""),
    ),
    Attack("prints fifteen megabytes", wrong_leaf("for _ in range(15): print('y' * 1_000_000)")),
    Attack(
        "shows fifteen megabytes in many pieces", wrong_leaf("for _ in range(200): display('y' * 90_000)")
    ),
    Attack(
        "shows too much in every cell",
        changed(
            lambda notebook: notebook.cells.extend(
                nbformat.v4.new_code_cell("for _ in range(100): display('y' * 90_000)") for _ in range(4)
            )
        ),
        FULL,
    ),
    Attack("prints when called", calling("print('y' * 15_000_000)\nreturn 0.5")),
    Attack(
        "leaves a daemon behind",
        wrong_leaf("""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True: time.sleep(0.1)
    os._exit(0)
"""),
    ),
    Attack(
        "burns on after its cell",
        wrong_leaf("""
import threading, atexit, time
def burn():
    while True: sum(range(1000))
for _ in range(2): threading.Thread(target=burn, daemon=True).start()
atexit.register(time.sleep, 60)
"""),
    ),
    Attack(
        "lifts its limits",
        wrong_leaf("""
import os, resource
for what in range(16):
    soft, hard = resource.getrlimit(what)
    if hard == resource.RLIM_INFINITY: continue
    try:
        resource.setrlimit(what, (hard + 1, hard + 1))
        print("ESCAPED: limit", what)
    except (OSError, ValueError):
        pass
try:
    os.nice(-5)
    print("ESCAPED: nicer")
except OSError:
    pass
"""),
    ),
]

# ---- the walls --------------------------------------------------------------------------------------

BREAKOUTS = [
    Attack(
        "speaks to the network",
        wrong_leaf("""
import os, socket
def tried(family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(0.2)
            s.connect(address)
            s.send(b"hello")
            print("ESCAPED to", address)
    except OSError:
        pass
tried(socket.AF_INET, ("1.1.1.1", 443))
tried(socket.AF_INET, ("8.8.8.8", 53), socket.SOCK_DGRAM)
tried(socket.AF_INET, ("127.0.0.1", 22))
tried(socket.AF_INET6, ("2606:4700:4700::1111", 443))
for path in ("\\0/tmp/.X11-unix/X0", "\\0xent", "/run/dbus/system_bus_socket", "/var/run/docker.sock"):
    tried(socket.AF_UNIX, path)
for family, kind in ((socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW),
                     (socket.AF_VSOCK, socket.SOCK_STREAM), (socket.AF_ALG, socket.SOCK_SEQPACKET),
                     (socket.AF_INET, socket.SOCK_RAW)):
    try:
        socket.socket(family, kind).close()
        print("ESCAPED: a socket of", family, kind)
    except OSError:
        pass
"""),
    ),
    Attack(
        "asks the kernel for more",
        wrong_leaf("""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
calls = {
    "unshare user": lambda: libc.unshare(0x10000000),
    "unshare mounts": lambda: libc.unshare(0x00020000),
    "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    "unmount": lambda: libc.umount2(b"/tmp", 2),
    "chroot": lambda: libc.chroot(b"/tmp"),
    "ptrace": lambda: libc.ptrace(0, 0, 0, 0),
    "setuid": lambda: libc.setuid(0),
    "setgid": lambda: libc.setgid(0),
    "setgroups": lambda: libc.setgroups(0, None),
    "shared memory": lambda: libc.shmget(0, 1 << 20, 0o1777),
    "semaphores": lambda: libc.semget(0, 1, 0o1777),
    "memory without owner": lambda: libc.memfd_create(b"x", 0),
    "keys": lambda: libc.syscall(250, 0, -3, 0),
    "bpf": lambda: libc.syscall(321, 0, 0, 0),
    "clone": lambda: libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0),
    "clone3": lambda: libc.syscall(435, 0, 0),
    "x32": lambda: libc.syscall(0x40000000 + 39),
    "reboot": lambda: libc.reboot(0),
    "host name": lambda: libc.sethostname(b"xent", 4),
    "clock": lambda: libc.clock_settime(0, (ctypes.c_long * 2)(0, 0)),
    "mknod": lambda: libc.mknod(b"/tmp/xent-was-here", 0o60666, 0x800),
    "kill everybody's": lambda: libc.kill(-1, 0),
}
for name, call in calls.items():
    if call() != -1 and os.getpid() == 1:
        print("ESCAPED by", name)
"""),
    ),
    Attack(
        "runs programs that become root",
        wrong_leaf("""
import os, subprocess
for command in (["su", "-c", "id"], ["mount"], ["sudo", "-n", "id"], ["unshare", "-Ur", "id"],
                ["bwrap", "--ro-bind", "/", "/", "id"]):
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=5, stdin=subprocess.DEVNULL)
        if "uid=0" in said.stdout:
            print("ESCAPED by", command, said.stdout)
    except (OSError, subprocess.TimeoutExpired):
        pass
if "CapEff:\\t0000000000000000" not in open("/proc/1/status").read():
    print("ESCAPED: has capabilities")
"""),
    ),
    Attack(
        "poisons every place that a later process could look at",
        wrong_leaf("""
import os, glob
from pathlib import Path
poison = "raise SystemExit('poisoned')"
places = ["/tmp", "/dev/shm", "/dev", "/", "/home", "/home/learner", "/inside", "/inside/xentcourse"]
places += ["/usr/lib", "/usr/local/lib", "/etc", "/var/tmp", "/proc", "/assignment"]
places += [*glob.glob("/dev/*/"), os.path.dirname(np.__file__)]
for place in places:
    for name in ("sitecustomize.py", "sklearn.py", "numpy/__init__.py", "decimal.py", "xent-was-here"):
        try:
            target = Path(place, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(poison)
        except OSError:
            continue
        if not place.startswith(("/tmp", "/dev/shm", "/home/learner")):
            print("ESCAPED: wrote", target)
startup = Path.home() / ".ipython/profile_default/startup"
startup.mkdir(parents=True, exist_ok=True)
(startup / "00.py").write_text(poison)
import multiprocessing
lock = multiprocessing.Semaphore(1)
for name in os.listdir("/dev"):
    try:
        os.chmod(f"/dev/{name}", 0)
        if name != "shm": print("ESCAPED: changed /dev/" + name)
    except OSError:
        pass
"""),
    ),
    Attack(
        "looks for what another left behind",
        wrong_leaf("""
import os, sys
from pathlib import Path
for folder, folders, files in os.walk("/", followlinks=False):
    if folder.startswith(("/proc", "/usr")) or "/lib/python" in folder:
        folders.clear()
        continue
    if "xent-was-here" in files or "sitecustomize.py" in files:
        print("ESCAPED: found", folder)
for folder in ("/tmp", "/dev/shm", "/home/learner"):
    # Where this Python itself lies below such a folder, the way to it is there.
    if set(os.listdir(folder)) - {*Path(sys.prefix).parts, *Path(sys.base_prefix).parts}:
        print("ESCAPED:", folder, os.listdir(folder))
"""),
    ),
]

# ---- the notebook and its file ----------------------------------------------------------------------


def without_checks(notebook: nbformat.NotebookNode) -> None:
    notebook.cells = [c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]


def flipped(notebook: nbformat.NotebookNode) -> None:
    for each in notebook.cells:
        if about := each.metadata.get("nbgrader"):
            about.update(grade=not about["grade"], solution=not about["solution"], locked=not about["locked"])
            about.update(points=300, schema_version="x", task=True)


def skipped(notebook: nbformat.NotebookNode) -> None:
    for each in notebook.cells:
        each.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


def edited(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "soft_cross_entropy").source = "3.0"
    cell(notebook, "setup").source = "import numpy as np\nclass check:\n    pass"


def doubled(notebook: nbformat.NotebookNode) -> None:
    check = cell(notebook, "soft_cross_entropy")
    notebook.cells[:0] = [nbformat.from_dict(dict(check, source="3.0")) for _ in range(50)]


def retagged(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "soft_cross_entropy").metadata.nbgrader.grade_id = "softmax-fit_"
    cell(notebook, "intro").metadata.nbgrader.grade_id = "\ud800<script>alert(1)</script>"


def as_text(notebook: nbformat.NotebookNode) -> None:
    cell(notebook, "soft_cross_entropy").cell_type = "markdown"
    cell(notebook, "soft_cross_entropy_solution").cell_type = "raw"


def many(notebook: nbformat.NotebookNode) -> None:
    notebook.cells += [nbformat.v4.new_code_cell("1") for _ in range(2000)]


def helper(notebook: nbformat.NotebookNode) -> None:
    """An honest learner copies a cell: the copy defines what the second uses."""
    original = cell(notebook, "soft_cross_entropy_solution")
    copy = nbformat.from_dict(dict(original, source="def average(losses):\n    return losses.mean()"))
    notebook.cells.insert(notebook.cells.index(original), copy)
    original.source = original.source.replace("return -(", "return average(-(").replace(".mean()", ")")


def version_3() -> bytes:
    cells = [
        {
            "cell_type": c.cell_type,
            "metadata": c.metadata,
            ("input" if c.cell_type == "code" else "source"): c.source,
        }
        for c in solved().cells
    ]
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}], "metadata": {}}).encode()


XSS = "\n\n".join(ACTING)
GOOD = as_bytes(solved())

FILES = [
    Attack("tags its cells to be skipped", changed(skipped, soft_cross_entropy=WRONG)),
    Attack("deletes the checks", changed(without_checks, soft_cross_entropy=WRONG), says="missing"),
    Attack("flips every flag", changed(flipped, soft_cross_entropy=WRONG)),
    Attack("edits checks", changed(edited, soft_cross_entropy=WRONG), says="edited"),
    Attack("doubles checks", changed(doubled, soft_cross_entropy=WRONG), says="more than once"),
    Attack("gives checks other names", changed(retagged, soft_cross_entropy=WRONG), says="foreign"),
    Attack("turns cells into text", changed(as_text, soft_cross_entropy=WRONG), says="changed from"),
    Attack("has two thousand cells", changed(many), 0.0, "2035 cells|cells; at most"),
    Attack("is cut off", GOOD[: len(GOOD) // 2], 0.0, "cut off"),
    Attack("is empty", b"", 0.0, "no notebook"),
    Attack("is a list", b"[]", 0.0, "no notebook"),
    Attack("is nested without end", b"[" * 1_000_000, 0.0, "no notebook"),
    Attack("is nested without end within a cell", b'{"cells": [' + b'{"a":' * 100_000, 0.0, "no notebook"),
    Attack("is a number of a million digits", b'{"cells": ' + b"9" * 1_000_000 + b"}", 0.0, "no notebook"),
    Attack("is noise", bytes(range(256)) * 1000, 0.0, "no notebook"),
    Attack(
        "has cells that are none",
        b'{"cells": [1, null, {"cell_type": [], "source": {}, "metadata": 5}]}',
        0.0,
        "missing",
    ),
    Attack(
        "has strange names of cells",
        json.dumps(
            {"cells": [{"metadata": {"nbgrader": {"grade_id": x}}} for x in ([], {}, 1, None, "\0")]}
        ).encode(),
        0.0,
        "missing",
    ),
    Attack("is of version 3", version_3(), FULL),
    Attack("is UTF-16", GOOD.decode().encode("utf-16"), FULL),
    Attack("has a byte order mark", b"\xef\xbb\xbf" + GOOD, FULL),
    Attack("has NUL and lone surrogates in its cells", with_cell("# \0 \ud800\nx = '\ud800'"), FULL),
    Attack("prints lone surrogates", with_cell(r"print('\ud800\udfff\x00\x1b[31m')"), FULL),
    Attack(
        "ships a numpy of its own",
        with_cell(
            "import os, sys\nos.makedirs('numpy')\nopen('numpy/__init__.py', 'w').write('isclose = 1')\n"
            "sys.path.insert(0, '.')\nimport importlib"
        ),
        FULL,
    ),
    Attack("copies a cell in good faith", changed(helper), FULL, "more than once"),
    Attack(
        "shows what acts",
        with_cell(
            "from IPython.display import HTML, Javascript, SVG\n"
            f"display(HTML({XSS!r}), Javascript('alert(1)'))\nprint({XSS!r})"
        ),
        FULL,
    ),
    Attack("raises what acts", calling(f"raise ValueError({XSS!r})"), says="alert"),
    Attack("is called what acts", changed(lambda n: n.cells.insert(0, nbformat.v4.new_raw_cell(XSS))), FULL),
    Attack(
        "writes what acts", changed(lambda n: n.cells.insert(0, nbformat.v4.new_markdown_cell(XSS))), FULL
    ),
]

# ---- work that is right, though unusual -------------------------------------------------------------

RIGHT = [
    Attack(
        "prints, warns and logs",
        leaf(
            solution_of("soft_cross_entropy").replace(
                "### BEGIN SOLUTION", "print(logits); import warnings; warnings.warn('careful')"
            )
        ),
        FULL,
    ),
    Attack(
        "uses processes",
        with_cell(
            "import multiprocessing as mp\nwith mp.get_context('fork').Pool(2) as pool:\n"
            "    assert pool.map(abs, [-1, 2]) == [1, 2]"
        ),
        FULL,
    ),
    Attack(
        "uses threads",
        with_cell(
            "from concurrent.futures import ThreadPoolExecutor\n"
            "list(ThreadPoolExecutor(4).map(abs, range(9)))"
        ),
        FULL,
    ),
    Attack(
        "uses magics and a shell",
        with_cell(
            "%matplotlib inline\n%timeit -n1 -r1 1\n!ls\nimport matplotlib.pyplot as plt\nplt.plot([1]);"
        ),
        FULL,
    ),
    Attack("stops in a cell of its own", with_cell("1 / 0"), FULL),
    Attack("asks for input", with_cell("input()"), FULL),
    Attack("exits politely", with_cell("exit()"), FULL),
    Attack("waits too long in a cell of its own", with_cell("import time\ntime.sleep(60)"), FULL, "stopped"),
    Attack(
        "keeps files",
        with_cell("import os\nos.chdir('/tmp')\nopen('x', 'w').write('y')\nassert open('x').read()"),
        FULL,
    ),
    Attack(
        "returns a matrix of an odd kind",
        leaf(
            solution_of("soft_cross_entropy")
            + "\nright = soft_cross_entropy\ndef soft_cross_entropy(l, t):\n"
            "    return np.float32(0) + np.longdouble(right(l, t))"
        ),
        FULL,
    ),
    Attack("takes much memory for a moment", with_cell("x = np.ones(20 << 20); x.sum(); del x"), FULL),
]

ATTACKS = [
    *(CHEATS + SPIES + FORGERIES),
    *(BOMBS + BREAKOUTS + FILES + RIGHT),
]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return make_bundle("softmax", "softmax", source_notebook(SOFTMAX), seed=1, limits=LIMITS)


@pytest.fixture(scope="module")
def nursery(bundle: Bundle) -> Iterator[Nursery]:
    with Nursery.of(bundle) as nursery:
        yield nursery


def said_about(graded: Graded) -> str:
    """Everything that a person can read about it."""
    outputs = [output for executed in graded.cells for output in executed.outputs]
    return json.dumps([graded.report, [mark.message for mark in graded.marks], outputs], ensure_ascii=False)


def processes() -> set[int]:
    """The processes of this grader's children, by uid, and all that descend from this process."""
    found: dict[int, tuple[int, int]] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
            if not fields["State"].strip().startswith("Z"):
                found[int(status.parent.name)] = (int(fields["PPid"]), int(fields["Uid"].split()[0]))
    family = {os.getpid()}
    while more := {pid for pid, (parent, _) in found.items() if parent in family} - family:
        family |= more
    return {pid for pid, (_, uid) in found.items() if uid in uids()} | family - {os.getpid()}


def left_behind() -> list[Path]:
    """What attacks have written where they should not be able to."""
    places = [
        Path("/"),
        Path("/tmp"),
        Path("/dev"),
        Path("/dev/shm"),
        Path("/var/tmp"),
        Path("/home"),
        Path.home(),
    ]
    places += [HERE.root, Path.cwd(), Path(sys.prefix), SOFTMAX.solution.parent]
    return [place / MARK for place in places if (place / MARK).exists()]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "_"))
def test_a_submission_gets_what_it_deserves_and_harms_nobody(
    attack: Attack, bundle: Bundle, nursery: Nursery
) -> None:
    assert grade_submission(bundle, GOOD, nursery).points == FULL
    warm = processes()
    started = time.monotonic()
    graded = grade_submission(bundle, attack.content, nursery)
    seconds = time.monotonic() - started
    said = said_about(graded)
    assert graded.points == attack.points, said[:3000]
    assert re.search(attack.says, said), said[:3000]
    assert not re.search(r"(\\n|\"|')ESCAPED", said), said[said.index(ESCAPED) :][:500]
    assert seconds < AT_MOST
    assert processes() <= warm
    assert not left_behind()
    written = nbformat.writes(executed_notebook(graded, digest="")).encode()
    assert len(written) < 15_000_000
    lost = [mark for mark in graded.marks if mark.points != mark.max_points]
    assert all(mark.message for mark in lost)  # a reason for every point that is missing
    assert grade_submission(bundle, GOOD, nursery).points == FULL


# ---- what people and pages are shown ----------------------------------------------------------------


class Acting(HTMLParser):
    """What acts in a page: scripts, handlers of events, links that are programs, MathJax's links."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        if tag in ("svg", "iframe", "form", "object", "embed", "base", "meta", "link", "input", "button"):
            self.found.append(tag)
        for name, value in attrs:
            followed = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or followed.startswith(("javascript:", "vbscript:", "data:text")):
                self.found.append(f"{tag} {name}={value}")
            if name == "style" and "fixed" in followed:
                self.found.append(f"{tag} {value}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag in ("script", "pre", "code") else self._inside

    def handle_data(self, data: str) -> None:
        script = self._inside == "script" and "MathJax" not in data
        code = self._inside in ("pre", "code", "span", "script")
        if script or (not code and re.search(r"\\(href|require)\b", data)):
            self.found.append(data)


def acting_everywhere() -> bytes:
    """Everything that acts, in every place of a notebook that reaches a page."""
    notebook = solved(soft_cross_entropy=f"def soft_cross_entropy(l, t):\n    raise ValueError({XSS!r})")
    for text in ACTING:
        notebook.cells.append(nbformat.v4.new_markdown_cell(text))
        notebook.cells.append(nbformat.v4.new_raw_cell(text))
        notebook.cells[-1].metadata["nbgrader"] = {"grade_id": text}
        notebook.cells.append(
            nbformat.v4.new_code_cell(
                f"from IPython.display import HTML, Latex, Markdown, SVG\nt = {text!r}\n"
                "display(HTML(t), Latex(t), Markdown(t), {'text/html': t, 'image/svg+xml': t}, raw=False)\n"
                "print(t)\nraise type(t[:9], (Exception,), {})(t)"
            )
        )
    return as_bytes(notebook)


def test_nothing_acts_in_feedback_and_no_file_stops_a_class(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XENTCOURSE_SEED", "1")
    for file in ("_toc.yml", "nbgrader_config.py", "book/softmax.md", "solutions/softmax/softmax.py"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE.root / file, tmp_path / file)
    course = Course(tmp_path)
    folders = {}
    for student in ("acting", "folder", "good", "huge", "link", "pipe", "timeless"):
        folders[student] = tmp_path / "submitted" / student / "softmax"
        folders[student].mkdir(parents=True)
    (folders["acting"] / "softmax.ipynb").write_bytes(acting_everywhere())
    (folders["folder"] / "softmax.ipynb").mkdir()
    (folders["good"] / "softmax.ipynb").write_bytes(GOOD)
    for beside in ("numpy/__init__.py", "sitecustomize.py", "softmax.py", "IPython.py"):
        (folders["good"] / beside).parent.mkdir(exist_ok=True)
        (folders["good"] / beside).write_text("raise SystemExit('taken')")
    with (folders["huge"] / "softmax.ipynb").open("wb") as file:
        file.truncate(1 << 40)  # a terabyte that takes no room
    (folders["link"] / "softmax.ipynb").symlink_to(folders["good"] / "softmax.ipynb")
    os.mkfifo(folders["pipe"] / "softmax.ipynb")
    (folders["timeless"] / "softmax.ipynb").write_bytes(GOOD)
    os.mkfifo(folders["timeless"] / "timestamp.txt")
    options = Options(limits=LIMITS, processes=1)
    lines = {
        line.student: line for line in grade_class(of_chapter(course, course.chapter("softmax")), options)
    }
    points = {student: line.points for student, line in lines.items()}
    assert points == dict.fromkeys(folders, 0.0) | {"acting": WITHOUT_LEAF, "good": FULL, "timeless": FULL}
    said = {student: "".join(line.report) for student, line in lines.items()}
    assert "no ordinary file" in said["folder"]
    assert "no ordinary file" in said["pipe"]
    assert "symbolic link" in said["link"]
    assert "MB" in said["huge"]
    stock.feedback(course, course.chapter("softmax"))
    pages = {student: tmp_path / f"feedback/{student}/softmax/softmax.html" for student in ("acting", "good")}
    found = {student: Acting(page.read_text(encoding="utf-8")).found for student, page in pages.items()}
    assert "alert" in pages["acting"].read_text(encoding="utf-8")  # it is shown, as text
    assert found["acting"] == found["good"]


@pytest.mark.parametrize(
    "unit", ["<b>", "<div>", "<b><p>", "x<b></i>", "</p>", "&#38;", "&amp;", "[", "<a><table>"]
)
def test_cleaning_what_a_learner_wrote_takes_no_longer_than_reading_it(unit: str) -> None:
    notebook = solved()
    notebook.cells += [nbformat.v4.new_markdown_cell((unit * 20_000)[:19_000]) for _ in range(100)]
    bundle = make_bundle("softmax", "softmax", source_notebook(SOFTMAX), seed=1)
    cells = tuple(Executed(piece) for piece in rebuild(bundle, as_bytes(notebook))[0])
    started = time.monotonic()
    executed_notebook(Graded((), cells), digest="")
    assert time.monotonic() - started < 10


# ---- the walls themselves ---------------------------------------------------------------------------


def test_a_missing_bubblewrap_is_told_in_one_sentence_that_says_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match=r"bubblewrap \(bwrap\) is missing.*Install it"):
        Nursery(modules=[])


def test_a_refused_bubblewrap_is_told_with_its_own_words(tmp_path, monkeypatch) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'no namespaces for you' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(CourseError, match=r"refuses it: no namespaces for you.*Containers"):
        Nursery(modules=[])


def test_a_sandbox_that_does_not_start_is_told_at_once(monkeypatch) -> None:
    monkeypatch.setattr(walls, "STUB", Path("/nowhere/stub.py"))
    with pytest.raises(CourseError, match=r"The sandbox did not start.*nowhere"):
        Nursery(modules=[])


def test_an_environment_in_the_class_folder_does_not_show_the_class(tmp_path, monkeypatch) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "solutions").mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    arguments = walls.python()
    shown = [source for flag, source in itertools.pairwise(arguments) if flag == "--ro-bind"]
    assert str(tmp_path / "lib") in shown
    assert not any((tmp_path / "solutions").is_relative_to(source) for source in shown)


def test_a_seccomp_program_ends_in_a_decision_wherever_it_jumps() -> None:
    for machine in MACHINES.values():
        steps = program(*machine)
        for number, (code, if_true, if_false, _) in enumerate(steps):
            last = number + max(if_true, if_false) + (code != RETURN)
            assert last < len(steps)
        assert steps[-1] == (RETURN, 0, 0, ALLOW)


ORDINARY = """
import os
from xentcourse.grading.sandbox.session import Limits, Nursery, SessionEnded

LIMITS = Limits(cell_seconds=20, memory=256 << 20, processes=16)
CELLS = (
    "print(6 * 7)",
    "print([p for p in ('/', '/dev', '/home', '/inside', '/etc', '/assignment') if os.access(p, os.W_OK)])",
    "try: print(os.listdir('{solutions}'), 'ESCAPED')\\nexcept OSError: print('hidden')",
    '''
n = 0
try:
    while n < 64:
        if os.fork() == 0: time.sleep(60)
        n += 1
except OSError: print(n < 16)''',
    '''
for _ in range(6):
    if os.fork() == 0:
        a = np.ones(20 << 20); time.sleep(60)
time.sleep(15)
print('ESCAPED')''',
    "import ctypes; print(ctypes.CDLL(None).unshare(0x10000000))",
)
print(os.getuid(), os.geteuid())
with Nursery(modules=["numpy"]) as nursery:
    for cell in CELLS:
        with nursery.spawn(LIMITS) as session:
            try:
                outputs = session.run("import os, time, numpy as np\\n" + cell)["outputs"]
                print(outputs[0]["text"].strip())
            except SessionEnded:
                print("ended")
"""


def test_the_walls_hold_for_an_ordinary_user_too(tmp_path) -> None:
    script = tmp_path / "ordinary.py"
    script.write_text(ORDINARY.replace("{solutions}", str(HERE.root / "solutions")))
    command = [sys.executable, "-B", str(script)]
    if os.geteuid() == 0:
        # Nobody, who sees this Python and the course wherever they are installed.
        python = str(Path(sys.base_prefix))
        shown = ["--dev-bind", "/", "/", "--perms", "0755", "--tmpfs", str(Path.home())]
        for place in (python, str(HERE.root)):
            folders = [str(parent) for parent in reversed(Path(place).parents)][1:]
            shown += [word for folder in folders for word in ("--perms", "0755", "--dir", folder)]
            shown += ["--ro-bind", place, place]
        shown += ["--ro-bind", str(script), "/mnt/ordinary.py"]
        identity = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        command = ["bwrap", *shown, *identity, "/bin/sh", "-c", f"exec {sys.executable} -B /mnt/ordinary.py"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=HERE.root)
    uid = 65534 if os.geteuid() == 0 else os.getuid()
    answers = [f"{uid} {uid}", "42", "[]", "hidden", "True", "ended", "-1"]
    assert told.stdout.splitlines() == answers, told.stderr
