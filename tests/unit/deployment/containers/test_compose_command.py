"""How a Compose command is parsed."""

import pytest

from harness.deployment.containers.compose_command import parse
from harness.deployment.containers.compose_command import scaled
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal


def test_the_number_of_containers_is_kept() -> None:
    up = parse("up --scale app=2 --scale=web=3 --scale x".split())
    assert up is not None
    model = {"services": {"app": {"scale": 1, "deploy": {"mode": "a"}}, "web": {}}}
    assert scaled(model, up)["services"] == {
        "app": {"deploy": {"mode": "a", "replicas": 2}},
        "web": {"deploy": {"replicas": 3}},
    }


@pytest.mark.parametrize("words", ["up -dV", "up -Vd", "up -Vw", "up --detach=true"])
def test_combined_short_options_are_refused_too(words: str) -> None:
    with pytest.raises(ContainerRefused) as caught:
        parse(words.split())
    several = (Refusal.IN_BACKGROUND, Refusal.WATCHES)
    assert caught.value.refusal in several
    assert parse("up -td".split()) is not None  # d is not a number of seconds


def test_commands_other_than_up() -> None:
    assert parse("-f up down".split()) is None
    assert parse([]) is None
