"""Finds the interpreter that runs the file of a command."""

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
def test_a_script_without_a_shebang_takes_a_shell(
    content: bytes, shell: bool, tmp_path: Path
) -> None:
    path = tmp_path / "start"
    path.write_bytes(content)
    assert takes_a_shell(path) is shell


def test_a_missing_file_takes_no_shell(tmp_path: Path) -> None:
    assert not takes_a_shell(tmp_path / "none")


def test_a_missing_script_is_no_missing_package(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFault, match=r"there is no \./none\.sh in .*correct"):
        find_executable("command", ("./none.sh",), tmp_path, {"PATH": "/bin"})
