"""Finds what runs the file that a command starts."""

from pathlib import Path

import pytest

from harness.deployment.config import DeploymentFault
from harness.deployment.environment import find_executable
from harness.deployment.environment import takes_a_shell


@pytest.mark.parametrize(
    ("content", "shell"),
    [
        (b"exec gunicorn a:a\n", True),
        (b"#!/bin/sh\nexec gunicorn a:a\n", False),
        (b"\x7fELF\x02\x01\x01\x00", False),
        (b"", True),
    ],
)
def test_a_script_without_a_first_line(
    content: bytes, shell: bool, tmp_path: Path
) -> None:
    path = tmp_path / "start"
    path.write_bytes(content)
    assert takes_a_shell(path) is shell


def test_what_is_not_there(tmp_path: Path) -> None:
    assert not takes_a_shell(tmp_path / "none")


def test_a_script_that_is_not_there_is_not_to_be_installed(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFault, match=r"there is no \./none\.sh in .*correct"):
        find_executable("command", ("./none.sh",), tmp_path, {"PATH": "/bin"})
