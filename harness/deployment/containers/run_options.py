"""Parses the arguments of `docker run`, up to the image.

Its mounts are read, and harmless ones take their place.
"""

import csv
import io
import os
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.deployment.containers.mounts import Mount
from harness.deployment.containers.mounts import Treatment
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal

SHORT = {
    **{"a": "attach", "c": "cpu-shares", "d": "detach", "e": "env", "h": "hostname"},
    **{"i": "interactive", "l": "label", "m": "memory", "P": "publish-all"},
    **{"p": "publish", "q": "quiet", "t": "tty", "u": "user", "v": "volume"},
    "w": "workdir",
}


FLAGS = frozenset(
    {"detach", "disable-content-trust", "help", "init", "interactive"}
    | {"no-healthcheck", "oom-kill-disable", "privileged", "publish-all", "quiet"}
    | {"read-only", "rm", "sig-proxy", "tty", "use-api-socket"}
)
"""Options without a value."""


class Option(NamedTuple):
    """An option of `docker run`, as it was written."""

    name: str
    """The long name, without dashes."""
    value: str
    words: tuple[str, ...]


class Run(NamedTuple):
    """A parsed `docker run`."""

    options: tuple[Option, ...]
    image: str
    arguments: tuple[str, ...]


def parse(words: Sequence[str]) -> Run:
    """Parse the arguments of `run`. Raises ``ContainerRefused``."""
    options: list[Option] = []
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        options += _option(rest)
    if rest[:1] == ["--"]:
        rest.pop(0)
    if not rest:
        raise ContainerRefused(Refusal.NO_IMAGE)
    return Run(tuple(options), rest[0], tuple(rest[1:]))


def _option(rest: list[str]) -> Iterator[Option]:
    """Take the next word and its value; yield the options in it."""
    word = rest.pop(0)
    if word.startswith("--"):
        name, equals, value = word[2:].partition("=")
        if equals or name in FLAGS:
            yield Option(name, value, (word,))
        else:
            value = _value(word, rest)
            yield Option(name, value, (word, value))
        return
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = SHORT.get(letter, letter)
        if name in FLAGS:
            yield Option(name, "", (f"-{letter}",))
            continue
        value = letters.removeprefix("=") if letters else _value(word, rest)
        yield Option(name, value, (f"-{letter}", value))
        return


def _value(word: str, rest: list[str]) -> str:
    if not rest:
        raise ContainerRefused(Refusal.NO_VALUE, option=word)
    return rest.pop(0)


OWN = ("tmpfs", "image")
"""Types of mounts that contain nothing of the user's."""


def of_volume(value: str, folder: Path) -> Mount:
    """The mount that `--volume` describes: ``[SOURCE:]TARGET[:OPTIONS]``."""
    source, target, options = (*value.split(":"), "", "")[:3]
    if not target:
        return Mount("", source, False, False)
    is_bind = source.startswith(("/", ".", "~"))
    path = str((folder / os.path.expanduser(source)).resolve()) if is_bind else source
    words = options.split(",")
    # `Z` would give what is mounted to this container alone.
    return Mount(path, target, "ro" in words and "Z" not in words, is_bind)


def of_mount(value: str, folder: Path) -> Mount:
    """The mount that `--mount` describes: CSV of ``KEY=VALUE``, in any case.

    Raises ``ContainerRefused`` for a type that is not understood.
    """
    pairs = [each.partition("=") for row in csv.reader([value]) for each in row]
    keys = {name.strip().lower(): given for name, _, given in pairs}
    source = keys.get("source", keys.get("src", ""))
    target = keys.get("target", keys.get("destination", keys.get("dst", "")))
    flag = keys.get("readonly", keys.get("ro"))
    kind = keys.get("type", "volume").lower()
    if kind in OWN:
        return Mount("", target, False, False)
    if kind not in ("bind", "volume"):
        refuse_type(kind, target)
    if kind == "volume" and any(key.startswith("volume-") for key in keys):
        source = source or "with options"  # which may lead anywhere
    path = str((folder / source).resolve()) if kind == "bind" else source
    return Mount(path, target, flag in ("", "true", "1"), kind == "bind")


def refuse_type(kind: str, target: str) -> None:
    """Raise ``ContainerRefused`` about a mount of a type that is not understood."""
    raise ContainerRefused(Refusal.OTHER_TYPE, kind=kind, target=target)


def instead(words: Sequence[str], mount: Mount, what: Treatment) -> tuple[str, ...]:
    """The option that replaces the mount described by ``words``."""
    if what is Treatment.UNCHANGED:
        return tuple(words)
    if what is Treatment.EMPTY:
        return ("--volume", mount.target)
    bind = {"type": "bind", "src": mount.source, "dst": mount.target}
    if what is Treatment.READ_ONLY:
        return ("--mount", _line([*_pairs(bind), "readonly"]))
    if what is Treatment.ALONE:
        return ("--mount", _line([*_pairs(bind), "readonly", "bind-nonrecursive"]))
    if what is Treatment.COPIED and Path(mount.source).is_dir():
        # The mount would hide what the image has there, so that must not be mixed in.
        own = {"type": "volume", "dst": mount.target}
        return ("--mount", _line([*_pairs(own), "volume-nocopy"]))
    return ()  # a file is copied into the container itself


def _pairs(keys: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in keys.items()]


def _line(fields: Sequence[str]) -> str:
    """Fields as a line of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()
