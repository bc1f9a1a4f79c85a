"""Folders and sockets that a deployment gets for itself."""

from pathlib import Path

import pytest

from harness.deployment.isolation.folders import own_control_socket
from tests.builders.deployments import gthread

SHORT = Path("/tmp/flask-concurrency-1")
LONG = Path("/tmp", "in" * 50)


@pytest.mark.parametrize(
    ("folder", "given", "expected"),
    [
        (SHORT, "", f"--control-socket {SHORT}/gunicorn.ctl"),
        (SHORT, "-w 2", f"-w 2 --control-socket {SHORT}/gunicorn.ctl"),
        # The path is too long for a socket, which gunicorn would report at every fork.
        (LONG, "-w 2", "-w 2 --no-control-socket"),
    ],
)
def test_gunicorn_gets_its_own_control_socket_or_none(
    folder: Path, given: str, expected: str
) -> None:
    variables = {"GUNICORN_CMD_ARGS": given}
    seen = own_control_socket(gthread(), variables, folder)
    assert seen == {"GUNICORN_CMD_ARGS": expected}


@pytest.mark.parametrize(
    ("release", "given"), [("25.0.3", ""), ("27.0.1", "--no-control-socket")]
)
def test_without_a_control_socket_nothing_is_added(release: str, given: str) -> None:
    variables = {"GUNICORN_CMD_ARGS": given}
    assert own_control_socket(gthread(release), variables, SHORT) == {}
