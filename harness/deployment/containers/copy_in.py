"""Copy a folder or a file of this machine into a container that has not started.

Run by path with ``-I -S``: ``copy_in.py CONTAINER SOURCE TARGET LEFT_OUT CLIENT ...``,
where LEFT_OUT are paths in the container that something else is mounted at, with ``:``
between them, and CLIENT is ``docker`` with its global options. The source is only read.

``docker cp SOURCE`` is not enough: it makes no parent folder for a file, and it writes
into whatever else is mounted below the target, such as a user's folder that must not
change.
"""

import os
import subprocess
import sys
import tarfile
from typing import BinaryIO
from typing import NoReturn

KINDS = (tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE)
"""Kinds of files that are copied; a copied socket or device is useless."""


class Whole:
    """The content of a file, cut or padded with zeros to the announced size.

    The file may change while it is copied.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, count: int) -> bytes:
        count = min(count, self._left)
        self._left -= count
        return self._file.read(count).ljust(count, b"\0")


def add(archive: tarfile.TarFile, path: str, name: str) -> None:
    """Add one folder, file or link."""
    info: tarfile.TarInfo | None = archive.gettarinfo(path, name)
    if info is None or info.type not in KINDS:
        return
    if not info.isreg():
        archive.addfile(info)
        return
    with open(path, "rb") as file:
        archive.addfile(info, Whole(file, info.size))  # type: ignore[arg-type]


def fail(problem: OSError) -> NoReturn:
    """Raise the error that kept a folder from being listed."""
    raise problem


def add_folder(
    archive: tarfile.TarFile, source: str, target: str, left_out: list[str]
) -> None:
    """Add a folder and its content, except what is mounted below the target."""
    for folder, folders, files in os.walk(source, onerror=fail):
        inside = os.path.relpath(folder, source)
        add(archive, folder, inside)
        for each in list(folders):
            place = os.path.normpath(os.path.join(target, inside, each))
            if place in left_out:
                folders.remove(each)
            elif os.path.islink(os.path.join(folder, each)):
                add(archive, os.path.join(folder, each), os.path.join(inside, each))
        for each in files:
            place = os.path.normpath(os.path.join(target, inside, each))
            if place not in left_out:
                add(archive, os.path.join(folder, each), os.path.join(inside, each))


def main() -> None:
    container, source, target, left_out, *client = sys.argv[1:]
    source = os.path.realpath(source)
    whole = os.path.isdir(source)
    place = target if whole else "/"
    copying = subprocess.Popen(
        [*client, "cp", "--archive", "-", f"{container}:{place}"],
        stdin=subprocess.PIPE,
    )
    try:
        assert copying.stdin is not None
        with copying.stdin, tarfile.open(fileobj=copying.stdin, mode="w|") as archive:
            if whole:
                add_folder(archive, source, target, left_out.split(":"))
            else:
                add(archive, source, target.lstrip("/"))
    except BrokenPipeError:
        pass  # the client says why
    except OSError as problem:
        copying.kill()
        copying.wait()
        sys.exit(
            f"{problem.filename or source} cannot be copied into a container: "
            f"{problem.strerror}; mount it read only, or allow it by keep-mounts"
        )
    sys.exit(copying.wait())


if __name__ == "__main__":
    main()
