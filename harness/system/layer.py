"""Runs a command that sees folders through layers, and writes only to these layers.

Run with ``-I -S`` (see ``program.py``). Its arguments are
``FOLDERS PLACE KEPT HIDDEN CONFINED COMMAND [ARGUMENT ...]``.
PLACE is an empty folder. A layer is an overlay (in the kernel's documentation, see
``filesystems/overlayfs``) in memory, which is gone when the command has ended. It is in
a mount namespace and, unless the user is root, in a user namespace with the same user.

FOLDERS and KEPT are paths, one on each line. The kept ones are seen as they are, even
inside one of the folders.

HIDDEN has lines of two paths with a tab between them. The command finds the second path
in place of the first, which may be a socket or a program; it finds the first of the Nth
line as ``hidden-N`` in PLACE.

If CONFINED is not empty, the command can send signals only to its own processes, as
with ``own_signals.py``: starting that as well would take another interpreter.

This process becomes the command, in the same working folder. If the system does not
allow a layer, it ends with status 1 and says why.
"""

import ctypes
import os
import sys

from harness.system import own_signals

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
"""Flags of ``unshare`` and ``mount``, from Linux's ``sched.h`` and ``mount.h``."""

SPECIAL = str.maketrans({each: f"\\{each}" for each in ",:\\"})
"""Characters that have a meaning in the options of an overlay."""

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library. Raises ``OSError``."""
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(kind: str, target: str, options: str = "", flags: int = 0) -> None:
    """Mount a file system. Raises ``OSError``."""
    words = (kind.encode(), target.encode(), kind.encode())
    call("mount", *words, ctypes.c_ulong(flags), options.encode())


def unshare() -> None:
    """Move this process to a mount namespace of its own. Raises ``OSError``."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        return call("unshare", CLONE_NEWNS)
    call("unshare", CLONE_NEWNS | CLONE_NEWUSER)
    maps = (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"))
    for name, text in (*maps, ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="utf-8") as file:
            file.write(text)


def mounted_below(folder: str) -> list[str]:
    """Mount points of other file systems in a folder, which a layer would hide."""
    with open(
        "/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape"
    ) as file:
        places = [line.split()[4] for line in file]
    return [place for place in places if place.startswith(folder + os.sep)]


def bind(source: str, target: str) -> None:
    """Make a file or a folder visible at another path too. Raises ``OSError``."""
    words = (source.encode(), target.encode(), None)
    call("mount", *words, ctypes.c_ulong(MS_BIND | MS_REC), None)


def put_over(folder: str, place: str) -> None:
    """Put a layer over a folder, for this process and its children.

    It is made of folders in ``place``. Raises ``OSError``.
    """
    upper, work = os.path.join(place, "upper"), os.path.join(place, "work")
    os.mkdir(place)
    for each in (upper, work):
        os.mkdir(each)
    status = os.stat(folder)
    os.chmod(upper, status.st_mode & 0o7777)
    try:
        os.chown(upper, status.st_uid, status.st_gid)
    except OSError:
        pass  # belongs to a user who has no id in this user namespace
    layers = (("lowerdir", folder), ("upperdir", upper), ("workdir", work))
    options = [f"{name}={path.translate(SPECIAL)}" for name, path in layers]
    options += ["userxattr"] if os.geteuid() else []
    mount("overlay", folder, ",".join(options))


def put_all(
    folders: list[str], place: str, kept: list[str], hidden: list[list[str]]
) -> None:
    """Put a layer over each folder, leave out some paths, and hide others.

    A hidden path shows something else in its place. Raises ``OSError``.
    """
    for folder in folders:
        if mounted := mounted_below(folder):
            raise OSError(0, f"another file system is mounted at {mounted[0]}")
    unshare()
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    mount("tmpfs", place, "mode=755")
    for number, (path, _) in enumerate(hidden):
        instead = os.path.join(place, f"hidden-{number}")
        with open(instead, "x", encoding="utf-8"):
            bind(path, instead)
    # Opened before a layer covers them, and in this mount namespace.
    opened = [os.open(path, os.O_PATH | os.O_DIRECTORY) for path in kept]
    place_now = os.open(place, os.O_PATH | os.O_DIRECTORY)
    for count, folder in enumerate(folders):  # the folder may be in a path that is kept
        put_over(folder, f"/proc/self/fd/{place_now}/{count}")
        for number, path in zip(opened, kept, strict=True):
            if os.path.realpath(path).startswith(folder + os.sep):
                bind(f"/proc/self/fd/{number}", path)
    for number in (*opened, place_now):
        os.close(number)
    for path, shown in hidden:
        bind(shown, path)


def main() -> None:
    folders, place, kept, hidden, confined, *command = sys.argv[1:]
    current = os.getcwd()
    try:
        put_all(
            [os.path.realpath(folder) for folder in folders.splitlines()],
            os.path.realpath(place),
            kept.splitlines(),
            [line.split("\t") for line in hidden.splitlines()],
        )
        os.chdir(current)
    except OSError as problem:
        first = folders.partition("\n")[0]
        sys.exit(f"no layer over {first}: {problem.strerror}")
    if confined:
        own_signals.confine_or_exit()
    try:
        os.execvp(command[0], command)
    except OSError as problem:
        sys.exit(f"{command[0]}: {problem.strerror}")
