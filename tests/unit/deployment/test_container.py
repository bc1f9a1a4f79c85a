"""Containers are started so that the probe gets in, and can be removed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.deployment.command import command_line
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.container import Contained
from harness.deployment.container import contained
from harness.deployment.container import RUN
from harness.deployment.container import variables
from harness.records.errors import UsageError


def started(command: str, **more: object) -> Contained | None:
    """What is made of a command."""
    deployment = Deployment(name="mine", command=command, **more)  # type: ignore[arg-type]  # by key
    configured = Configured(Path(__file__), Path(__file__).parents[1], (deployment,))
    return contained(
        configured, deployment, command_line(configured, deployment, caller={})
    )


@pytest.mark.parametrize(
    ("command", "before", "after", "remove"),
    [
        (
            "docker run -p {port}:80 shop serve",
            "docker run",
            "-p {port}:80 shop serve",
            "docker rm --force --volumes flask-concurrency-{port}",
        ),
        (
            "docker container run --rm --name=shop -p {port}:80 shop",
            "docker container run",
            "--rm --name=shop -p {port}:80 shop",
            "docker rm --force --volumes shop",
        ),
    ],
)
def test_a_container(command: str, before: str, after: str, remove: str) -> None:
    made = started(command)
    assert made is not None
    assert made.command.words == (*before.split(), *RUN, *after.split())
    assert made.remove == tuple(remove.split())


@pytest.mark.parametrize("program", ["docker compose", "docker-compose"])
def test_a_project(program: str) -> None:
    made = started(f"{program} -f a.yaml -f b.yaml up --build", env={"PORT": "{port}"})
    assert made is not None
    assert " ".join(made.command.words) == f"{program} -f a.yaml -f b.yaml up --build"
    head, down = " ".join(made.remove).split(" down ")
    assert head == f"{program} -f a.yaml -f b.yaml"
    assert down == "--volumes --remove-orphans --rmi local --timeout 1"
    env = made.command.env
    assert env["COMPOSE_PROJECT_NAME"] == "flask-concurrency-{port}"
    assert Path(env["FLASK_CONCURRENCY_HOOK"], "hook", "sitecustomize.py").is_file()
    assert env["PORT"] == "{port}"


def test_what_starts_no_container() -> None:
    assert started("gunicorn a:a -b :{port}") is None


@pytest.mark.parametrize(
    ("command", "more", "words"),
    [
        ("docker run -d -p {port}:80 shop", {}, "command: starts containers in the b"),
        ("docker compose up --detach {port}", {}, "leave out -d"),
        ("docker compose -p shop up {port}", {}, "leave the name out"),
        ("docker compose --project-name=shop up {port}", {}, "leave the name out"),
        ("docker start {port}", {}, "write one of these"),
        ("docker compose run app {port}", {}, "write one of these"),
        ("docker run -p {port}:80 shop", {"requirements": "r.txt"}, "requirements: is"),
        ("docker run -p {port}:80 shop", {"python": "3.12"}, "python: is what"),
    ],
)
def test_bad_input(command: str, more: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match="deployment mine: ") as caught:
        started(command, **more)
    assert words in str(caught.value)


def test_the_probe_is_found_from_inside() -> None:
    own = {"FLASK_CONCURRENCY_PROBE": "0.0.0.0:1234", "A": "b"}
    inside = variables(own)
    assert inside["FLASK_CONCURRENCY_PROBE"] == "host.docker.internal:1234"
    assert inside["A"] == "b"
