"""Which commands start containers, also by way of a shell."""

from __future__ import annotations

import shlex

import pytest

from harness.deployment.containers.mounts import ContainerRefused
from harness.deployment.containers.recognize import starts_containers
from harness.deployment.containers.recognize import unwrapped


def test_a_shell_that_has_nothing_to_do_is_left_out() -> None:
    for line in ("docker run -p {port}:80 shop", "exec docker compose up"):
        words = shlex.split(line.removeprefix("exec "))
        assert unwrapped(["sh", "-c", line]) == tuple(words)
        assert starts_containers(unwrapped(["/bin/bash", "-lc", line]))
    with pytest.raises(ContainerRefused):
        unwrapped(["sh", "-c", "docker run a `cat b`"])
