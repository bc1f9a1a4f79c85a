"""Runs a command whose processes can send signals only to each other.

Run with ``-I -S`` (see ``program.py``). Its arguments are the command. This process
becomes the command. The kernel refuses what ``pkill``, ``kill`` or a program of the
command sends to any other process, whoever its user is: the scope of signals in
Landlock (``landlock(7)``, since Linux 6.12). Nothing else changes: processes keep their
numbers, and others can send signals to them.

If the kernel has no such scope, it ends with status 1 and says so.
"""

import ctypes
import os
import struct
import sys

CREATE_RULESET = 444
RESTRICT_SELF = 446
"""Numbers of system calls, which are the same for all processors but Alpha."""

VERSION = 1
"""The flag that asks for the kernel's version."""

FIRST_VERSION = 6
"""The first version that can confine signals."""

SCOPE_SIGNAL = 2

NO_NEW_PRIVILEGES = 38
"""The option of ``prctl`` without which only root may restrict itself."""

libc = ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: object) -> int:
    """Make a system call. Raises ``OSError``."""
    result = int(libc.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def version() -> int:
    """The kernel's version of Landlock; 0 if it has none."""
    if sys.platform != "linux":
        return 0
    nothing, flags = ctypes.c_size_t(0), ctypes.c_uint32(VERSION)
    try:
        return call(CREATE_RULESET, None, nothing, flags)
    except OSError:
        return 0


def confine() -> None:
    """Confine signals of this process and of all that it starts. Raises ``OSError``."""
    if version() < FIRST_VERSION:
        raise OSError(0, "only Linux 6.12 and later, with Landlock, can confine them")
    # Rights to files, rights to ports, scopes: see the kernel's ``landlock.h``.
    attributes = struct.pack("=QQQ", 0, 0, SCOPE_SIGNAL)
    size, flags = ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)
    rules = call(CREATE_RULESET, attributes, size, flags)
    if os.geteuid():
        libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call(RESTRICT_SELF, ctypes.c_int(rules), flags)
    os.close(rules)


def confine_or_exit() -> None:
    """Confine signals, or say why that fails and end with status 1."""
    try:
        confine()
    except OSError as problem:
        sys.exit(f"its signals cannot be confined: {problem.strerror}")


def main() -> None:
    command = sys.argv[1:]
    confine_or_exit()
    try:
        os.execvp(command[0], command)
    except OSError as problem:
        sys.exit(f"{command[0]}: {problem.strerror}")


if __name__ == "__main__":
    main()
