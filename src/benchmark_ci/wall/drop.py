"""Giving up everything in a child, between fork and exec.

A helper program such as setpriv would run as root with the child's environment, whose LD_LIBRARY_PATH names
folders that strangers write to: its libraries could be theirs. So the child gives up its privileges itself.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
LAST_CAPABILITY = 63
CAPABILITY_VERSION_3 = 0x20080522

_LIBC = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def become(uid: int, gid: int) -> Callable[[], None]:
    """What a child calls before exec: it becomes this user, without groups, capabilities or a way back.

    Made before the fork, so that the child only makes system calls.
    """
    header = _Header(CAPABILITY_VERSION_3, 0)
    nothing = (_Data * 2)()

    def drop() -> None:
        for stream in (1, 2):  # else it could not open /dev/stdout and /dev/stderr, as scripts do
            os.fchown(stream, uid, gid)
        for capability in range(LAST_CAPABILITY + 1):
            _LIBC.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # unknown ones are refused
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
        _LIBC.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
        if _LIBC.capset(ctypes.byref(header), nothing) or _LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "capabilities could not be dropped")

    return drop
