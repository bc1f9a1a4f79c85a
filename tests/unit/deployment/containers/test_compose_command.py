"""How a Compose command is parsed, and started."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.deployment.containers.compose import HarmlessProject
from harness.deployment.containers.compose_command import command
from harness.deployment.containers.compose_command import config_words
from harness.deployment.containers.compose_command import parse
from harness.deployment.containers.docker_run import Copy


@pytest.mark.parametrize("program", ["docker compose", "docker-compose"])
def test_the_command(program: str, tmp_path: Path) -> None:
    words = "-f a.yaml --profile x --file=b.yaml up --build --scale app=2 web".split()
    up = parse(words)
    assert up is not None
    assert config_words(up)[-3:] == ("config", "--format", "json")
    compose, start = program.split(), ("up", "--build", "--scale", "app=2", "web")
    plain = HarmlessProject("", (), ())
    line = command(compose, ["docker"], "l=v", "n-{port}", "own.json", up, plain)
    assert line == (
        *(*compose, "--profile", "x", "-p", "n-{port}", "-f", "own.json"),
        *start,
    )
    copying = plain._replace(copies=(("web", Copy(str(tmp_path), "/srv")),))
    line = command(compose, ["docker"], "l=v", "n", "own.json", up, copying)
    create, copy, last = line[2].splitlines()
    assert create.endswith("create --build --scale app=2 web")
    assert f'docker cp --archive {tmp_path}/. "$each":/srv' in copy
    assert last.endswith("up --no-recreate --scale app=2 web")


def test_what_is_no_up() -> None:
    assert parse("-f up down".split()) is None
    assert parse([]) is None
