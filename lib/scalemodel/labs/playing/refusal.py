"""What is refused to a student's code: every call of the system that computing does not need.

A life imports what its source names, then locks itself up, then runs the source. From then
on the kernel answers "not permitted" to all but the calls of `CALLS`: no file is opened,
not even Python's own, for to read one leaves a time that the next life could see. There is
no new process and no thread, no socket, no shared memory, no look at another process, not
at how long it has computed, and no lock that two could share.

Before the kernel a hook of Python says the same in words. Where there is no such kernel,
it is all there is: it reads nothing that the student's code can change, and yet it only
asks. This file is run by itself, beside `host`, and imports nothing of ours.

Left out: what a life can tell the next by the hour at which it dies.
Sources: seccomp(2) of the Linux manual; classic BPF; Python's audit events (PEP 578).
"""

__all__ = [
    "ALLOW", "CALLS", "FILTER", "IF_EQUAL", "IF_SET", "LOAD", "MACHINES", "NO", "NOT_PERMITTED",
    "NO_NEW_PRIVILEGES", "ONLY_ITS_OWN", "READ_BYTES", "RETURN", "SECCOMP", "UNHEARD", "USUAL",
    "YES", "kernel_lock", "program", "python_lock", "read_mapped", "try_it",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import os
import struct
import sys
import time

CALLS = {  # by the numbers of x86_64 and aarch64; what is not here is refused
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "close": (3, 57), "lseek": (8, 62),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216),
    "brk": (12, 214), "futex": (202, 98), "sched_yield": (24, 124),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128),
    "gettimeofday": (96, 169), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "getrandom": (318, 278),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}  # its mark, its place in CALLS
LOAD, IF_EQUAL, IF_SET, RETURN = 0x20, 0x15, 0x45, 0x06
NO, YES = "no", "yes"
ONLY_ITS_OWN = {  # an argument, a bit of it, and where to go if it is set, and if not
    "futex": (1, 1 << 7, (YES, NO)),  # private: a lock in a page of a library is everybody's
    "clock_gettime": (0, 1 << 31, (NO, YES)),  # below zero are the clocks of other processes
    "clock_getres": (0, 1 << 31, (NO, YES)),
    "clock_nanosleep": (0, 1 << 31, (NO, YES)),
}
ALLOW, NOT_PERMITTED = 0x7FFF0000, 0x00050001
READ_BYTES = 1_000_000  # at a time
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # words of prctl
USUAL = frozenset(  # the audit events of a program that computes
    (
        *("compile", "exec", "builtins.id", "array.__new__", "pickle.find_class", "time.sleep"),
        *("sys._getframe", "sys._getframemodulename", "sys.excepthook", "sys.unraisablehook"),
        *("object.__getattr__", "object.__setattr__", "object.__delattr__"),
    )
)
UNHEARD = (  # of which Python says nothing to a hook; to follow a link leaves a time, too
    *("mkfifo", "mknod", "chroot", "nice", "setpriority", "pidfd_open", "sync"),
    *("sched_setaffinity", "sched_setparam", "sched_setscheduler", "unshare", "setns"),
    *("stat", "lstat", "readlink", "access", "statvfs", "pathconf"),
    *("clock_gettime", "clock_gettime_ns", "clock_getres"),
)


def read_mapped():
    """How many bytes have been read of the files that this process has mapped: all of each.

    A page that no process has read yet is slow to come once, and by that a life could tell the next.

    >>> read_mapped() >= 0
    True
    """
    count, page, names = 0, bytearray(READ_BYTES), set()
    with contextlib.suppress(OSError), open("/proc/self/maps") as rows:
        names = {row.split(maxsplit=5)[5].rstrip("\n") for row in rows if "/" in row}
    for name in sorted(names):
        with contextlib.suppress(OSError), open(name, "rb", buffering=0) as file:
            while size := file.readinto(page):
                count += size
    return count


def program(machine):
    """The filter as rows of classic BPF: an operation, two jumps, a number.

    >>> rows = program("x86_64")
    >>> rows[0], len(rows) - len(CALLS)
    ((32, 0, 0, 4), 13)
    """
    mark, place = MACHINES[machine]
    rows = [(LOAD, 0, 0, 4), (IF_EQUAL, 0, NO, mark), (LOAD, 0, 0, 0)]  # whose call, and its number
    for name, numbers in CALLS.items():
        if name not in ONLY_ITS_OWN:
            rows.append((IF_EQUAL, YES, 0, numbers[place]))
            continue
        argument, bit, jumps = ONLY_ITS_OWN[name]
        rows.append((IF_EQUAL, 0, 2, numbers[place]))
        rows += [(LOAD, 0, 0, 16 + 8 * argument), (IF_SET, *jumps, bit)]
    ends = {NO: len(rows), YES: len(rows) + 1}
    return [
        *(
            (operation, *(ends[jump] - at - 1 if jump in ends else jump for jump in jumps), number)
            for at, (operation, *jumps, number) in enumerate(rows)
        ),
        (RETURN, 0, 0, NOT_PERMITTED),
        (RETURN, 0, 0, ALLOW),
    ]


def kernel_lock():
    """A function that has the kernel refuse from then on, for good; an error where it can't."""
    import ctypes

    rows = [struct.pack("HBBI", *row) for row in program(os.uname().machine)]
    text = ctypes.create_string_buffer(b"".join(rows))
    whole = ctypes.create_string_buffer(struct.pack("HP", len(rows), ctypes.addressof(text)))
    system = ctypes.CDLL(None, use_errno=True)

    def lock(text=text):  # the kernel reads it
        one, none = ctypes.c_ulong(1), ctypes.c_ulong(0)
        for words in ((NO_NEW_PRIVILEGES, one, none), (SECCOMP, ctypes.c_ulong(FILTER), whole)):
            if system.prctl(*words, none, none):
                raise OSError(ctypes.get_errno(), "the kernel takes no filter")

    return lock


def try_it():
    """End this process with 0 if the kernel refuses what it is asked to refuse, else with 1."""
    kernel_lock()()
    try:
        os.stat("/")
    except PermissionError:
        os._exit(0)
    os._exit(1)


def python_lock():
    """Have a hook of Python refuse, in words; what it reads is bound before, and nothing else."""

    def refuse(event, arguments, usual=USUAL, no=PermissionError, no_import=ImportError):
        if event == "import":
            if arguments[0].partition(".")[0] == "scalemodel":
                raise no_import(
                    "a submission is graded without scalemodel: take away the line that "
                    "imports it, or put it into a cell that your answer does not need"
                )
            raise no_import(f"a submission may not use {arguments[0]}: only modules that compute")
        if event not in usual:
            raise no(f"a submission may not use {event}")

    def taken(*asked, no=PermissionError, **words):
        raise no("a submission may not ask the system for this")

    for module in (os, sys.modules["posix"], time):
        for name in set(UNHEARD) & set(vars(module)):
            setattr(module, name, taken)
    for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        known.clear()  # they hold what was taken
    del sys.modules["_imp"].create_builtin  # it makes a module anew
    sys.addaudithook(refuse)
