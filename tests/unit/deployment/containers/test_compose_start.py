"""How a Compose project is started from a file that the check wrote."""

from pathlib import Path

import pytest

from harness.deployment.containers.compose import HarmlessProject
from harness.deployment.containers.compose_command import config_words
from harness.deployment.containers.compose_command import parse
from harness.deployment.containers.compose_start import command
from harness.deployment.containers.compose_start import OwnProject
from harness.deployment.containers.contained import Copy
from harness.deployment.containers.contained import FILE
from harness.deployment.containers.contained import FOLDER


@pytest.mark.parametrize("program", ["docker compose", "docker-compose"])
def test_compose_is_started_with_the_written_file(program: str, tmp_path: Path) -> None:
    words = "-f a.yaml --profile x --file=b.yaml up --build --scale app=2 web".split()
    up = parse(words)
    assert up is not None
    assert config_words(up)[-4:] == ("config", "--format", "json", "web")
    compose, start = program.split(), ("up", "--build", "--scale", "app=2", "web")
    plain = HarmlessProject("", (), ())
    project = OwnProject(compose, ["docker"], "l=n-{port}")
    line = command(project, up, plain)
    assert line == (
        *(*compose, "--profile", "x", "-p", "n-{port}", "-f", f"{FOLDER}/{FILE}"),
        *start,
    )
    copying = plain._replace(copies=(("web", Copy(str(tmp_path), "/srv")),))
    line = command(project._replace(label="l=n"), up, copying)
    create, copy, last = line[2].splitlines()
    assert create.endswith("create --build --scale app=2 web")
    assert f"copy_in.py \"$each\" {tmp_path} /srv '' docker; done" in copy
    assert last.endswith("up --no-recreate --scale app=2 web")
