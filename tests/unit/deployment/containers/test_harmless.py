"""Commands that start containers are recognized, or refused with a remedy."""

from pathlib import Path

import pytest

from harness.deployment.command.command_line import command_line
from harness.deployment.config import Configured
from harness.deployment.config import Deployment
from harness.deployment.config import DeploymentFault
from harness.deployment.containers.contained import Contained
from harness.deployment.containers.contained import variables
from harness.deployment.containers.harmless import contained


def started(command: str, folder: Path, **more: object) -> Contained | None:
    """Return what a command becomes, as far as no engine must be asked."""
    deployment = Deployment(name="mine", command=command, **more)  # type: ignore[arg-type]  # by key
    configured = Configured(Path(__file__), folder, (deployment,))
    line = command_line(configured, deployment, caller={})
    return contained(deployment, line, folder, {})


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn a:a -b :{port}",
        "flask --app docker run --port {port}",
        "python docker.py {port}",
        "sh -c 'exec gunicorn docker:app -b :{port}'",
        "sh -c 'flask --app docker run'",
        "make serve",
        "nice gunicorn a:a -b :{port}",
    ],
)
def test_commands_that_start_no_container(command: str, tmp_path: Path) -> None:
    assert started(command, tmp_path, env={"PORT": "{port}"}) is None


@pytest.mark.parametrize(
    ("command", "more", "words"),
    [
        ("docker run -d -p {port}:80 shop", {}, "command: starts containers in the b"),
        ("docker run -itd -p {port}:80 shop", {}, "leave out -d"),
        ("docker compose up --detach {port}", {}, "leave out --detach"),
        ("docker compose up --wait {port}", {}, "leave out --wait"),
        ("docker compose up --watch {port}", {}, "leave out --watch"),
        ("docker compose up --pull always {port}", {}, "leave out --pull"),
        ("docker compose -p shop up {port}", {}, "leave the name out"),
        ("docker compose --project-name=shop up {port}", {}, "leave the name out"),
        ("docker start {port}", {}, "write one of these"),
        ("docker compose exec app {port}", {}, "write one of these"),
        ("docker compose -f up down {port}", {}, "would stop or remove"),
        ("docker run -p {port}:80 shop", {"requirements": "r.txt"}, "requirements: is"),
        ("docker run -p {port}:80 shop", {"python": "3.12"}, "python: is what"),
        ("docker run -p {port}:80", {}, "names no image"),
        ("docker run -p {port} shop", {}, "write `-p 127.0.0.1:{port}:8000`"),
        ("docker run -p {port}:80 --name", {}, "has --name without a value"),
        ("docker run --network container:x {port}", {}, "network of another"),
        ("docker run --volumes-from x {port}", {}, "--volumes-from x:ro"),
        ("docker run --use-api-socket {port}", {}, "the engine's own socket"),
        ("podman run -p {port}:80 shop", {}, "podman is not supported"),
        ("/usr/bin/nerdctl run -p {port}:80 shop", {}, "nerdctl is not supported"),
        ("sudo docker run -p {port}:80 shop", {}, "by way of `sudo`"),
        ("env A=b docker compose up {port}", {}, "by way of `env`"),
        ("timeout 60 podman run -p {port}:80 shop", {}, "by way of `timeout`"),
        ("sh -c 'docker run a & docker run {port} b'", {}, "by way of a shell"),
        ("bash -lc 'cd x; docker compose up {port}'", {}, "by way of a shell"),
        ("sh -c 'echo $(docker run {port} b)'", {}, "by way of a shell"),
        ("sh -c 'sudo docker run {port} b'", {}, "by way of a shell"),
    ],
)
def test_a_command_that_cannot_be_made_harmless_is_refused(
    command: str, more: dict[str, str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(DeploymentFault) as caught:
        started(command, tmp_path, **more)
    assert words in str(caught.value)


def test_the_address_of_the_probe_is_that_of_the_host() -> None:
    own = {"FLASK_CONCURRENCY_PROBE": "0.0.0.0:1234", "A": "b"}
    inside = variables(own)
    assert inside["FLASK_CONCURRENCY_PROBE"] == "host.docker.internal:1234"
    assert inside["A"] == "b"
