"""Which commands start containers, even through a shell."""

import shlex
from pathlib import PurePosixPath

import pytest

from harness.deployment.containers.recognize import starts_containers
from harness.deployment.containers.recognize import unwrapped
from harness.deployment.containers.refusals import ContainerRefused

FOLDER = PurePosixPath("/srv/shop")

VARIABLES = {"PORT": "{port}", "TAG": "v1", "SPACED": "a b"}


def test_an_unneeded_shell_is_removed() -> None:
    for line in ("docker run -p {port}:80 shop", "exec docker compose up"):
        words = shlex.split(line.removeprefix("exec "))
        assert unwrapped(["sh", "-c", line], {}, FOLDER) == tuple(words)
        assert starts_containers(unwrapped(["/bin/bash", "-lc", line], {}, FOLDER))
    with pytest.raises(ContainerRefused):
        unwrapped(["sh", "-c", "docker run a `cat b`"], {}, FOLDER)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docker run -v $PWD:/a $TAG", "docker run -v /srv/shop:/a v1"),
        ('docker run -v "$(pwd)/b:/a" x', "docker run -v /srv/shop/b:/a x"),
        ("docker run -v `pwd`:/a x", "docker run -v /srv/shop:/a x"),
        ("docker run -p $PORT:80 x:${TAG}", "docker run -p {port}:80 x:v1"),
        ("docker run x:${OTHER:-latest} $OTHER", "docker run x:latest"),
        (
            "docker run -e A='$TAG`' -e B=\"$TAG'\" x",
            "docker run -e A=$TAG` -e B=v1' x",
        ),
    ],
)
def test_plain_variables_are_filled_in(line: str, words: str) -> None:
    found = unwrapped(["sh", "-c", line], VARIABLES, FOLDER)
    assert found == tuple(words.split())


@pytest.mark.parametrize(
    "line",
    [
        "docker run -e A=$SPACED x",
        "docker run $(cat options) x",
        "docker run x:${TAG#v}",
    ],
)
def test_lines_that_only_a_shell_understands_are_refused(line: str) -> None:
    with pytest.raises(ContainerRefused, match="by way of a shell"):
        unwrapped(["sh", "-c", line], VARIABLES, FOLDER)
