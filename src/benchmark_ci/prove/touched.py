"""Which files a benchmark touches while it prepares and measures, from valgrind's record of system calls.

Equal code on other data is another benchmark. What a process knows of files it learns by system calls; all of
them stand in the record, by name, and with their paths. A call that is not listed here may read anything.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmark_ci.prove.doubt import Doubt

LARGEST_RECORD = 512 * 1024 * 1024
MOST_PATHS = 1_000_000

_CALL = re.compile(r"[0-9]+,[0-9]+\]\( *[0-9]+\) (?P<text>.*)$")
_NAME = re.compile(r"(?:sys_)?(?P<name>[a-z0-9_]+) ?\((?P<arguments>.*)$")
_PATH = re.compile(r"0x[0-9a-f]+\((?P<path>[^()]*)\)(?P<ends>$|[, ])")
_OWN = re.compile(r"/proc/(?:.*/)?(?:exe|cwd|root|mem|map_files)(?:/|$)")
"""What leads into the process itself, or to any file by another name than its own."""

_PLOTTER = re.compile(r"0x[0-9a-f]+\([^()]*/gnuplot\), ")
_DUMP = "Start dumping at BB "
_MARK = "(--dump-"
_HERE = ("4294967196", "-100", "18446744073709551516")  # AT_FDCWD

_NO_FILES = """
accept accept4 alarm arch_prctl bind brk capget clock_getres clock_gettime clock_nanosleep clone clone3
close close_range connect dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_wait
eventfd eventfd2 exit exit_group fadvise64 fcntl fdatasync flock fstat fstatfs fsync ftruncate futex
get_mempolicy get_robust_list getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups getitimer
getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid getresuid getrlimit getrusage
getsid getsockname getsockopt gettid gettimeofday getuid ioctl kill listen lseek madvise membarrier
memfd_create mincore mlock mmap mprotect mremap munlock munmap nanosleep newfstat pause pipe pipe2 poll
ppoll prctl pread64 preadv prlimit64 pselect6 pwrite64 pwritev read readv recvfrom recvmsg rseq
rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait
sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getparam sched_getscheduler
sched_setaffinity sched_yield select sendmsg sendto set_robust_list set_tid_address setitimer setpriority
setrlimit setsockopt shutdown sigaltstack socket socketpair sysinfo tgkill time timer_create timer_delete
timer_settime timerfd_create timerfd_settime times tkill umask uname unimplemented wait4 waitid write
writev
"""
_WITHOUT_FILES = frozenset(_NO_FILES.split())
_PATH_FIRST = "access creat lstat mkdir newlstat newstat open readlink rmdir stat statfs unlink"
_WITH_PATH = frozenset(_PATH_FIRST.split())
_FOLDER_FIRST = "faccessat faccessat2 mkdirat newfstatat openat readlinkat statx unlinkat"
_WITH_FOLDER_AND_PATH = frozenset(_FOLDER_FIRST.split())

_LINKS = ("readlink", "readlinkat")  # where a link leads is the same path on both sides


class Touched:
    """One stretch of the record, as long as a dump: its paths, and a call that may have read anything."""

    __slots__ = ("paths", "unknown")

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.unknown = ""


def read_record(text: str, directory: Path, dumps: int) -> Sequence[Touched]:
    """What each benchmark touched, in the order of the dumps; `directory` is where the process was started.

    Raises Doubt when the record does not fit the dumps.
    """
    found = []
    for calls in stretches(text):
        found.append(Touched())
        for call in calls:
            _note(found[-1], call, directory)
    if len(found) != dumps:
        raise Doubt("the record of its system calls does not fit its dumps")
    return found


def stretches(text: str) -> Iterator[list[str]]:
    """The system calls before each dump, as valgrind writes them; `?` for what cannot be read."""
    calls: list[str] = []
    for line in text.split("\n"):
        if _DUMP in line and _MARK in line:
            yield calls
            calls = []
            continue
        for piece in line.split("SYSCALL[")[1:]:
            call = _CALL.match(piece)
            if call is None:
                calls.append("?")
            elif not call["text"].startswith("..."):  # the answer to a call that was told before
                calls.append(call["text"])


def _note(into: Touched, text: str, directory: Path) -> None:
    call = _NAME.match(text)
    name = call["name"] if call else "?"
    if name in _WITHOUT_FILES:
        return
    path = _path(name, call["arguments"] if call else "", directory)
    if path and name not in _LINKS and _OWN.match(os.path.normpath(path)):
        into.unknown = into.unknown or f"reads `{path}`"
        return
    if path is None or len(into.paths) >= MOST_PATHS:
        into.unknown = into.unknown or _words(name)
    elif path:
        into.paths.add(path)


def _path(name: str, arguments: str, directory: Path) -> str | None:
    """The path of a call, from the root; '' when it is about an open file, None: not known."""
    if name not in _WITH_PATH and name not in _WITH_FOLDER_AND_PATH:
        # Criterion asks for its plotter; any other program may read anything
        return "" if name == "execve" and _PLOTTER.search(arguments) else None
    folder, _, rest = arguments.partition(",")
    found = _PATH.match((arguments if name in _WITH_PATH else rest).strip())
    if found is None:
        return None
    path = found["path"]
    if not path and name in _WITH_FOLDER_AND_PATH:
        return ""
    if not path.startswith("/"):
        if name in _WITH_FOLDER_AND_PATH and folder.strip() not in _HERE:
            return None
        path = f"{directory}/{path}"
    # `..` behind a link leads elsewhere: then the path stays as it is, and is looked up step by step
    return path if ".." in path else os.path.normpath(path)


def _words(name: str) -> str:
    if name in ("execve", "execveat", "fork", "vfork"):
        return "starts processes"
    return f"calls the system in a way that may read any file ({name})"
