"""Reads and writes records as JSON files.

A file appears whole or not at all, always with the same order of keys. Reading any file
gives a record, or one error that names the file, the fault and a remedy.

How older files are read: a new key has a default, so that files without it remain
valid, and ``SCHEMA`` stays. When a key changes its meaning or its name, or is removed,
``SCHEMA`` is raised, and ``OLDER`` gets a function that converts a file of the schema
before; several such functions run one after the other. The files in
``tests/frozen/schema-1`` test this, and never change.
"""

import codecs
import os
import secrets
import stat
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from typing import TypeVar

import msgspec

from harness.records import text
from harness.records.errors import Unreadable
from harness.records.errors import UsageError
from harness.records.words import SCHEMA

Kind = TypeVar("Kind")

MOST_BYTES = 64 * 1024 * 1024
"""Size limit of files that are read, in bytes."""

BEGIN_BYTES = 100_000
"""How much of a file is read if its beginning is enough, in bytes."""

AGAIN = "measure again, or use the release of this project that wrote it"
REMEDY = f"remove it, or {AGAIN}"

OLDER: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""Functions that turn a file of one schema into one of the next, by schema. None is
needed yet."""


class _Shape(msgspec.Struct):
    """The key ``schema``, which is read before all others."""

    schema: int


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all. Raises ``UsageError``."""
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises ``UsageError`` if it cannot be."""
    # Created like any other file, not just for its owner as tempfile does: another user
    # may read the results, such as one that uploads them.
    part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as problem:
        raise UsageError(
            f"{path}: cannot be written: {problem.strerror}; choose another folder "
            "with --results"
        ) from problem
    finally:
        with suppress(OSError):
            part.unlink()


def write(path: Path, record: msgspec.Struct) -> Path:
    """Write a record as JSON; return the path. Raises ``UsageError``."""
    write_text(path, as_json(record) + "\n")
    return path


def as_json(record: object) -> str:
    """A record as JSON, indented for people."""
    compact = msgspec.json.encode(record, order="deterministic")
    return msgspec.json.format(compact, indent=2).decode()


def read(path: Path, kind: type[Kind], remedy: str = REMEDY) -> Kind:
    """Read a record of a ``kind`` from a JSON file.

    Raises ``UsageError`` when the file cannot be read at all, and its subclass
    ``Unreadable`` when it is not such a record. Evidence with another ``probe`` is read
    too: it is valid, but never compared.
    """
    return decode(read_bytes(path), path, kind, remedy)


def read_all(
    paths: Iterable[Path], read: Callable[[Path], Kind]
) -> tuple[list[Kind], list[UsageError]]:
    """Read several files; return their records, and an error for each unusable file."""
    records, faults = [], []
    for path in paths:
        try:
            records.append(read(path))
        except UsageError as fault:
            faults.append(fault)
    return records, faults


def _too_large() -> str:
    return f"is larger than {MOST_BYTES // 1024**2} MiB"


def unfit(path: Path) -> str:
    """Why a file that is there is not read; empty if it can be, or is not there.

    Anything but a regular file, such as a named pipe or a device, could be waited for
    forever.
    """
    try:
        status = path.stat()
    except (OSError, ValueError):  # a null byte in a path is a ValueError
        return ""
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if status.st_size > MOST_BYTES:
        return _too_large()
    return ""


def read_bytes(path: Path, remedy: str = "check the path") -> bytes:
    """The content of a regular file. Raises ``UsageError``."""
    try:
        if unread := unfit(path):
            raise UsageError(f"{path}: {unread}; {remedy}")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise UsageError(f"{path}: cannot be read: {reason}; {remedy}") from None
    if len(content) > MOST_BYTES:
        raise UsageError(f"{path}: {_too_large()}; {remedy}")
    return content


def read_text(path: Path, remedy: str = "check the path") -> str:
    """The content of a regular text file. Raises ``UsageError``.

    A byte order mark is left out.
    """
    try:
        content = read_bytes(path, remedy)
        # PowerShell's `pip freeze > requirements.txt` writes UTF-16, which pip reads.
        wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return content.decode("utf-16" if wide else "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        reason = f"byte {problem.start + 1} is not {problem.encoding.upper()}"
        raise UsageError(f"{path}: is not text: {reason}; correct it") from None


def text_if_there(path: Path) -> str:
    """The content of a text file; empty if there is none, or if it is not text."""
    try:
        return read_text(path)
    except UsageError:
        return ""


def begin_of(path: Path) -> str:
    """The beginning of a text file; empty if there is none, or if it is not text.

    Bytes that are not UTF-8 are replaced.
    """
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            content = file.read(BEGIN_BYTES)
    except (OSError, ValueError):  # a null byte in a path is a ValueError
        return ""
    return "" if b"\0" in content else content.decode("utf-8", "replace")


def decode(
    content: bytes, origin: Path | str, kind: type[Kind], remedy: str = REMEDY
) -> Kind:
    """Decode a record from the content of a file or an address, ``origin``.

    Raises ``Unreadable``.
    """
    if "schema" in getattr(kind, "__struct_fields__", ()):
        schema = _decode(content, origin, _Shape, remedy).schema
        known = [*OLDER, SCHEMA]
        if schema not in known:
            can = " and ".join(map(str, known))
            raise Unreadable(
                f"{origin}: has schema {schema}, and only {can} can be read; {AGAIN}"
            )
        if schema != SCHEMA:
            older = _decode(content, origin, dict[str, Any], remedy)
            content = _brought_up(older, schema)
    return _decode(content, origin, kind, remedy)


def _decode(content: bytes, origin: Path | str, kind: type[Kind], remedy: str) -> Kind:
    try:
        record = msgspec.json.decode(content, type=kind)
        # This refuses numbers beyond 64 bits, which no file of ours has: later
        # computations would fail with them.
        msgspec.msgpack.encode(record)
    except msgspec.ValidationError as problem:
        words = text.shortened(str(problem), text.MOST_OF_A_VALUE)
        reason = f"is not a file of this project: {words}"
    except RecursionError:
        reason = "is nested too deep"
    except (msgspec.DecodeError, ValueError, OverflowError) as problem:
        reason = f"is not whole: {problem}"
    else:
        return record
    raise Unreadable(f"{origin}: {reason}; {remedy}")


def _brought_up(written: dict[str, Any], schema: int) -> bytes:
    """Convert a file of an older schema to the present one."""
    while schema != SCHEMA:
        written = OLDER[schema](written)
        schema += 1
    return msgspec.json.encode(written | {"schema": schema})
