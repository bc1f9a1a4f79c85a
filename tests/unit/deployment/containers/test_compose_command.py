"""How a Compose command is parsed, and started."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.deployment.containers.compose import HarmlessProject
from harness.deployment.containers.compose_command import command
from harness.deployment.containers.compose_command import config_words
from harness.deployment.containers.compose_command import parse
from harness.deployment.containers.compose_command import scaled
from harness.deployment.containers.contained import Copy
from harness.deployment.containers.mounts import ContainerRefused


@pytest.mark.parametrize("program", ["docker compose", "docker-compose"])
def test_the_command(program: str, tmp_path: Path) -> None:
    words = "-f a.yaml --profile x --file=b.yaml up --build --scale app=2 web".split()
    up = parse(words)
    assert up is not None
    assert config_words(up)[-4:] == ("config", "--format", "json", "web")
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
    assert f"copy_in.py \"$each\" {tmp_path} /srv '' docker; done" in copy
    assert last.endswith("up --no-recreate --scale app=2 web")


def test_a_number_of_containers_is_in_the_model() -> None:
    up = parse("up --scale app=2 --scale=web=3 --scale x".split())
    assert up is not None
    model = {"services": {"app": {"scale": 1, "deploy": {"mode": "a"}}, "web": {}}}
    assert scaled(model, up)["services"] == {
        "app": {"deploy": {"mode": "a", "replicas": 2}},
        "web": {"deploy": {"replicas": 3}},
    }


@pytest.mark.parametrize("words", ["up -dV", "up -Vd", "up -Vw", "up --detach=true"])
def test_combined_short_options_are_refused_too(words: str) -> None:
    with pytest.raises(ContainerRefused, match="leave out -"):
        parse(words.split())
    assert parse("up -td".split()) is not None  # which is not a number of seconds


def test_what_is_no_up() -> None:
    assert parse("-f up down".split()) is None
    assert parse([]) is None
