"""Forbid this process, and all that it starts, to create user namespaces: the way to a second root
with its own mounts.

A filter of system calls in the kernel's own small language (classic BPF), set with prctl. It
answers "not permitted" to unshare, setns and a clone with CLONE_NEWUSER, and "no such call" to
clone3, whose flags a filter cannot read; the C library then uses clone. On an unknown machine it
raises `OSError`.
"""

import ctypes
import errno
import os
import platform
import struct

NEWUSER = 0x10000000
SET_SECCOMP, FILTER = 22, 2  # of prctl
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = (
    0,
    4,
    16,
)  # their offsets in the kernel's description of a call
FOREIGN = 0x40000000  # numbers from here on belong to another set of calls (x32)
CLONE3 = 435
# machine: architecture as the kernel's audit names it; clone, unshare, setns
MACHINES = {"x86_64": (0xC000003E, 56, 272, 308), "aarch64": (0xC00000B7, 220, 97, 268)}


def forbid() -> None:
    """Set the filter. Needs `no_new_privs`, which bubblewrap has set. Raises `OSError` if the
    kernel rejects it.
    """
    if platform.machine() not in MACHINES:
        raise OSError(errno.ENOSYS, f"no filter of system calls for {platform.machine()}")
    rules = _filter_for(*MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *rule) for rule in rules))
    program = struct.pack("HxxxxxxP", len(rules), ctypes.addressof(code))
    if ctypes.CDLL(None, use_errno=True).prctl(SET_SECCOMP, FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _filter_for(
    architecture: int, clone: int, unshare: int, setns: int
) -> list[tuple[int, int, int, int]]:
    """The filter as instructions: code, number to skip if true, if false, value."""
    return [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 0, 9, architecture),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 7, 0, FOREIGN),
        (EQUAL, 6, 0, unshare),
        (EQUAL, 5, 0, setns),
        (EQUAL, 5, 0, CLONE3),
        (EQUAL, 0, 2, clone),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 1, 0, NEWUSER),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE | errno.EPERM),
        (RETURN, 0, 0, REFUSE | errno.ENOSYS),
    ]
