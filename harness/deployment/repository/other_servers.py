"""Reads the files of servers that no command starts: mod_wsgi and NGINX Unit."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from harness.deployment.command.shell import StartLine
from harness.deployment.detect.not_started import apache
from harness.deployment.detect.not_started import MOD_WSGI
from harness.deployment.detect.not_started import OtherServer
from harness.deployment.detect.not_started import UNIT
from harness.deployment.detect.not_started import units

CALLED = {MOD_WSGI: "WSGIDaemonProcess", UNIT: "unitd"}
"""What stands for a program in the line of such a server."""


def apache_file(path: Path, text: str) -> Iterator[StartLine]:
    """The processes and threads of a configuration of Apache."""
    if (found := apache(path, text)) is not None:
        yield from _lines([found])


def unit_config(path: Path, text: str) -> Iterator[StartLine]:
    """The applications in Python of a configuration of NGINX Unit."""
    yield from _lines(units(text))


def _lines(several: Iterable[OtherServer]) -> Iterator[StartLine]:
    for each in several:
        if each.processes:
            words = [f"processes={each.processes}", f"threads={each.threads}"]
            text = " ".join([CALLED[each.who], *filter(None, [each.app]), *words])
            yield StartLine(each.line, each.who, text)
