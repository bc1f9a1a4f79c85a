"""Finds the release of Python that the files of a folder name."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from harness.deployment.command.dockerfile_stages import stage_of
from harness.deployment.config import DeploymentFault
from harness.records.files import text_if_there

_IMAGE = re.compile(r"(?:^|[/:_-])python[:-]?3\.?(\d+)(?=[^\d]|$)")
"""``python:3.12-slim``, ``acme/web:python3.11``, ``ubi9/python-312``."""

_FILES = {
    # What pyenv, uv and Heroku read, each with its own spelling.
    ".python-version": re.compile(r"(?m)^\s*(?:c?python-?)?3\.(\d+)"),
    "runtime.txt": re.compile(r"(?m)^\s*python-3\.(\d+)"),
}


class NamedPython(NamedTuple):
    """A release of Python, such as ``3.12``, and the file that names it."""

    release: str
    path: Path


def named_python(folder: Path, dockerfile: str | None) -> NamedPython | None:
    """The Python that a folder's app runs on; ``None`` if no file says it.

    If a deployment is started as an image is, its Dockerfile decides; otherwise the
    files that are only about Python do, and a Dockerfile beside them comes last.
    """
    of_image = folder / (dockerfile or "Dockerfile")
    several = [*_of_files(folder)]
    image = [*_of_image(of_image)]
    return next(iter(image + several if dockerfile else several + image), None)


def _of_files(folder: Path) -> Iterator[NamedPython]:
    for name, pattern in _FILES.items():
        if match := pattern.search(text_if_there(folder / name)):
            yield NamedPython(f"3.{match[1]}", folder / name)


def _of_image(path: Path) -> Iterator[NamedPython]:
    """The Python of the image that the last stage of a Dockerfile begins with."""
    try:
        stage = stage_of(text_if_there(path), {"PATH": ""}, "", path)
    except (ValueError, DeploymentFault):
        return  # quotes that do not close
    if match := _IMAGE.search(stage.image.partition("@")[0]):
        yield NamedPython(f"3.{match[1]}", path)
