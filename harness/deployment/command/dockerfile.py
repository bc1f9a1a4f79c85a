"""Reads the command in a Dockerfile: its ``ENTRYPOINT`` and its ``CMD``.

It reads the last stage and its base stages, but knows nothing about the images that
they begin with.
"""

import itertools
import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from harness.deployment.command.address import addressed
from harness.deployment.command.address import read_line
from harness.deployment.command.dockerfile_stages import Instruction
from harness.deployment.command.dockerfile_stages import Stage
from harness.deployment.command.dockerfile_stages import stage_of
from harness.deployment.command.ports import check_port
from harness.deployment.command.shell import CommandLine
from harness.deployment.config import DeploymentFault
from harness.deployment.config import read_named

KEY = "dockerfile"

RUN = "docker run --rm -p 127.0.0.1:{port}:8000 IMAGE"

DOCKER_RUN = (
    f'build that and measure it: command = "{RUN}", with the port that it listens on'
)
"""The remedy for a Dockerfile whose command does not run outside its image."""


def command_in(
    path: Path, caller: Mapping[str, str], env: Mapping[str, str], target: str = ""
) -> CommandLine:
    """The command of a stage, with its variables and those in ``env``.

    The stage is the one that ``target`` names, or else the last. A line for the shell
    may also use the variables of the caller. Raises ``DeploymentFault``.
    """
    # The check's port replaces the one that an image would set.
    given = {"PATH": caller.get("PATH", ""), **env}
    stage = stage_of(read_named(KEY, path), given, target, path)
    run = stage.run
    if not run:
        raise DeploymentFault(KEY, f"{path} has no CMD", "write command instead")
    for each in run:
        _check_quotes(each)
    folder, first = _folder(stage, path.parent), run[0]
    own: dict[str, str] = {}
    if first.items is None:
        known = {**caller, **stage.env, **env}
        place = folder or path.parent
        words, own = read_line(KEY, first.rest, known, stage.shell, place)
    else:
        words = _listed(first.items, run[1:], stage.shell)
        if addressed(words, folder or path.parent) is None:
            check_port(KEY, words, as_list=first.name)
    words = tuple(_beside(words, stage, folder or path.parent, path.parent))
    _check_paths(words)
    return CommandLine(
        words,
        {**stage.env, **env, **own},
        path,
        run[-1].line,
        key=KEY,
        note=f"starts in {folder}, as in the image" if folder else "",
        as_list=first.name if first.items is not None else "",
        folder=folder,
    )


def _listed(
    words: Sequence[str], more: Sequence[Instruction], shell: Sequence[str]
) -> tuple[str, ...]:
    """The words of an instruction that is a list, and of the CMD behind it.

    If the ENTRYPOINT is a list, a CMD that is a shell line is passed to it unchanged.
    """
    behind = (
        (*shell, each.rest) if each.items is None else each.items for each in more
    )
    return (*words, *itertools.chain.from_iterable(behind))


def _folder(stage: Stage, beside: Path) -> Path | None:
    """The folder beside a Dockerfile that is copied to the command's folder."""
    source = stage.copied.source_of(".", beside)
    if source is None or source.resolve() == beside.resolve():
        return None
    return source if source.is_dir() else None


_NAMES_A_FOLDER = re.compile(r"--?(?:[\w-]*dir|pythonpath|pp)")
"""Options of servers whose value is a folder."""


def _beside(
    words: Sequence[str], stage: Stage, place: Path, beside: Path
) -> Iterator[str]:
    """The words with what is beside a Dockerfile in place of its copy in the image.

    What is in the command's ``place`` stays. A folder is replaced only behind options
    that name one: it may also be the beginning of an address.
    """
    for before, word in zip(("", *words), words, strict=False):
        option, equals, named = word.rpartition("=")
        may_be_folder = _NAMES_A_FOLDER.fullmatch(option or before)
        is_program = not before and "/" not in word  # it is looked for on PATH
        path = None if is_program else stage.copied.source_of(named, beside.resolve())
        if path and not (place / named).exists():
            if path.is_file() or may_be_folder:
                word = f"{option}{equals}{path}"
        yield word


class NoList(DeploymentFault):
    """Words in brackets that Docker takes for a line for a shell."""


def _check_quotes(instruction: Instruction) -> None:
    """Raise ``NoList`` about a list that Docker takes for a line."""
    if instruction.items is None and re.match(r"\[\s*['\"]", instruction.rest):
        raise NoList(
            KEY,
            f"line {instruction.line}: Docker reads this as a shell line, not as a "
            f"list: {instruction.rest}",
            "write every word in double quotes, with a comma between each two",
        )


def _check_paths(words: Sequence[str]) -> None:
    """Raise ``DeploymentFault`` about a path that exists only in the image."""
    for index, word in enumerate(words):
        path = Path(word.rpartition("=")[2])
        try:
            missing = path.is_absolute() and not path.exists()
            if missing and (index == 0 or not path.parent.exists()):
                raise DeploymentFault(KEY, f"{path} is only in the image", DOCKER_RUN)
        except OSError:
            continue
