"""Finds the interpreter that runs the file of a command."""

import os
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


@pytest.mark.parametrize(
    ("first_line", "says"),
    [
        (b"#!/bin/sh\r\n", "./boot.sh has Windows line ends"),
        (b"#!/opt/none/python -u\n", "./boot.sh is to be run by /opt/none/python, as"),
    ],
)
def test_a_script_that_the_kernel_would_call_missing(
    first_line: bytes, says: str, tmp_path: Path
) -> None:
    script = tmp_path / "boot.sh"
    script.write_bytes(first_line + b"exec gunicorn a:a")
    script.chmod(0o755)
    with pytest.raises(DeploymentFault) as raised:
        find_executable("command", ("./boot.sh",), tmp_path, {"PATH": "/bin"})
    assert says in str(raised.value)


@pytest.mark.parametrize(
    "line", [b"#!/bin/sh -e\n", b"#! /usr/bin/env sh\n", b"#!sh\n"]
)
def test_a_script_whose_first_line_is_right(line: bytes, tmp_path: Path) -> None:
    script = tmp_path / "boot.sh"
    script.write_bytes(line)
    script.chmod(0o755)
    found = find_executable("command", ("./boot.sh",), tmp_path, {"PATH": "/bin"})
    assert found.name == "boot.sh"


def test_a_folder_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    with pytest.raises(DeploymentFault, match=r"\./bin is a folder"):
        find_executable("command", ("./bin",), tmp_path, {"PATH": "/bin"})


def test_a_missing_script_of_a_dockerfile_may_be_in_its_image(tmp_path: Path) -> None:
    with pytest.raises(DeploymentFault, match=r"there is no .*only in the image"):
        find_executable("dockerfile", ("./none.sh",), tmp_path, {"PATH": "/bin"})


@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_a_pipe_is_not_a_program(mode: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "boot")
    (tmp_path / "boot").chmod(mode)
    with pytest.raises(DeploymentFault, match=r"\./boot is not a regular file; put"):
        find_executable("command", ("./boot",), tmp_path, {"PATH": "/bin"})
