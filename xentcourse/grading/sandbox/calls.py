"""The system calls that a learner's code is refused, by a seccomp filter that nothing inside can lift.

What it is refused is what makes more of the kernel reachable (namespaces, mounts, tracing, keys, sockets
of rare families) and memory that belongs to no process, which limits on processes do not see.
"""

import ctypes
import errno
import platform
import struct

#: Numbers on x86_64 and aarch64. Libraries that use one of these do without it when it is refused.
REFUSED = {
    **{"unshare": (272, 97), "setns": (308, 268), "chroot": (161, 51), "pivot_root": (155, 41)},
    **{"mount": (165, 40), "umount2": (166, 39), "mount_setattr": (442, 442), "fspick": (433, 433)},
    **{"open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsmount": (432, 432)},
    **{"name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262)},
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271)},
    **{"kcmp": (312, 272), "pidfd_getfd": (438, 438), "syslog": (103, 116)},
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282)},
    **{"io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427)},
    # The session keyring is inherited from whoever grades.
    **{"add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219)},
    # Memory that no process needs to map.
    **{"shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186)},
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447)},
}
CLONE, CLONE3, SOCKET, SOCKETPAIR = (56, 220), (435, 435), (41, 198), (53, 199)
NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW… flag
FAMILIES = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6: those that a network namespace shuts in

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, the kernel's AUDIT_ARCH
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF instructions
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in what the filter sees of a call
ALLOW, ERROR = 0x7FFF0000, 0x00050000
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2

Instruction = tuple[int, int, int, int]  #: code, jump if true, jump if false, operand


def refuse_calls() -> None:
    """Install the filter in this process, for good; it must have given up gaining privileges before."""
    machine = MACHINES.get(platform.machine())
    if machine is None:  # no numbers for this processor: the other walls must do
        return
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program(*machine))
    buffer = ctypes.create_string_buffer(code)
    # struct sock_fprog: how many instructions, and where they are.
    length_and_address = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, length_and_address, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp")


def program(column: int, architecture: int) -> list[Instruction]:
    """The filter for the machine in this column of the tables."""
    refuse = (RETURN, 0, 0, ERROR | errno.EPERM)
    unknown = (RETURN, 0, 0, ERROR | errno.ENOSYS)
    allow = (RETURN, 0, 0, ALLOW)
    filter_: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, architecture),
        unknown,  # another architecture's numbers mean other calls
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, 0x40000000),
        unknown,  # likewise x86_64's second set of numbers
        (EQUAL, 0, 1, CLONE3[column]),
        unknown,  # its flags lie where no filter can look; the C library then takes clone
    ]
    for numbers in REFUSED.values():
        filter_ += [(EQUAL, 0, 1, numbers[column]), refuse]
    filter_ += [
        (EQUAL, 0, 4, CLONE[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 0, 1, NEW_NAMESPACES),
        refuse,
        allow,
    ]
    for numbers in (SOCKET, SOCKETPAIR):
        filter_ += [(EQUAL, 0, 2 * len(FAMILIES) + 2, numbers[column]), (LOAD, 0, 0, FIRST_ARGUMENT)]
        for family in FAMILIES:
            filter_ += [(EQUAL, 0, 1, family), allow]
        filter_ += [(RETURN, 0, 0, ERROR | errno.EAFNOSUPPORT)]
    return [*filter_, allow]
