"""A command that a cell requires to succeed is run on the machine."""

import os
import subprocess
from pathlib import Path

import msgspec
import pytest

from harness.environments.needs import on_this_machine
from harness.measure.target import TARGET
from harness.records.plan import Environment
from harness.records.plan import NeededHere
from harness.records.plan import PlannedEnvironment
from tests.live.commands import planned

NOT_AS_ROOT = TARGET / "not_as_root.sh"


def reason(*command: str) -> str | None:
    """Return why a cell cannot be measured if it needs this command to succeed."""
    need = NeededHere(succeeds=command, because="it is tried")
    cell = msgspec.structs.replace(planned("x", declared=1), needs_here=(need,))
    where = Environment(flask="1", server="x", server_version="1", python="3")
    environment = PlannedEnvironment(
        environment=where, requirements=(), constraints=(), cells=(cell,)
    )
    return on_this_machine(environment).cells[0].not_supported


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (("sh", "-c", "exit 0"), None),
        (("ls", "{target}/app.py"), None),
        (("sh", "-c", "exit 3"), "exit status 3"),
        (("sh", "-c", "echo hm; echo no way >&2; exit 1"), "no way"),
        (("no-such-program",), "No such file or directory"),
    ],
)
def test_the_required_command_must_succeed(
    command: tuple[str, ...], fault: str | None
) -> None:
    said = reason(*command)
    if fault is None:
        assert said is None
    else:
        words = " ".join(command)
        expected = f"{words} failed ({fault}): it is tried"
        assert said == expected


def test_the_required_command_is_not_run_as_root(tmp_path: Path) -> None:
    command = ["sh", str(NOT_AS_ROOT)]
    tried = subprocess.run([*command, "true"], capture_output=True)
    if tried.returncode:
        assert os.geteuid() == 0
        pytest.skip(f"no user namespaces here: {tried.stderr.decode()}")
    seen = subprocess.run([*command, "id", "-u"], capture_output=True, text=True)
    assert seen.stdout.strip() == ("33" if os.geteuid() == 0 else str(os.geteuid()))
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    subprocess.run([*command, "touch", str(folder / "file")], check=True)
    assert (folder / "file").stat().st_uid == os.geteuid()
