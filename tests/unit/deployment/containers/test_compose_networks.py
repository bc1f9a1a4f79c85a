"""Networks of a check are neither those of others, nor do they replace them."""

from typing import Any

import pytest

from harness.deployment.containers.compose_networks import BRIDGE
from harness.deployment.containers.compose_networks import replace_networks
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal

IPAM = {"config": [{"subnet": "172.30.9.0/24"}]}
PINNED = {"ipv4_address": "172.30.9.9", "aliases": ["shop"]}


def made(network: Any, attached: Any = None, **taken: str) -> Any:
    """Return a network of the check, how a service joins it, and the remarks."""
    services = {"app": {"networks": {"back": attached}}, "host": {}}
    model = {"services": services, "networks": {"back": network}}
    addresses = {each: name for name, each in taken.items()}
    notes = replace_networks(model, {"l": "v"}, addresses)
    return model["networks"]["back"], services["app"]["networks"]["back"], notes


@pytest.mark.parametrize(
    "network",
    [
        None,
        {"name": "production"},
        {"driver": "bridge", "ipam": {}},
        {"driver_opts": {"com.docker.network.bridge.name": "docker0"}},
    ],
)
def test_a_network_of_the_project_is_recreated(network: Any) -> None:
    own, _, notes = made(network)
    assert own.pop("driver", "bridge") == "bridge"
    assert (own, notes) == ({"labels": {"l": "v"}}, [])


def test_harmless_options_are_kept() -> None:
    options = {"com.docker.network.driver.mtu": "1400"}
    given = {**options, BRIDGE: "b"}
    own, _, _ = made({"driver_opts": given})
    assert own["driver_opts"] == options


@pytest.mark.parametrize(
    "network",
    [
        {"name": "production", "external": True},
        {"driver": "macvlan", "driver_opts": {"parent": "eth0"}, "ipam": IPAM},
        {"driver": "overlay", "ipam": IPAM},
    ],
)
def test_a_network_of_others_is_replaced(network: Any) -> None:
    name = network.get("name", "back")
    own, attached, notes = made(network, dict(PINNED))
    assert own == {"labels": {"l": "v"}}
    assert attached == {"aliases": ["shop"]}
    assert notes == [f"network {name}: one of the check's own in its place"]


def test_unneeded_addresses_are_left_out() -> None:
    own, _, notes = made({"ipam": IPAM}, {"aliases": ["shop"]}, mine="172.30.0.0/16")
    assert own == {"labels": {"l": "v"}}
    assert notes == ["network back: has other addresses"]


def test_free_addresses_are_kept() -> None:
    own, attached, notes = made(
        {"ipam": IPAM}, dict(PINNED), a="172.30.8.0/24", b="fd00::/64", c="nonsense"
    )
    assert own == {"ipam": IPAM, "labels": {"l": "v"}}
    assert (attached, notes) == (PINNED, [])


@pytest.mark.parametrize(
    ("own", "theirs"),
    [("172.30.9.0/24", "172.30.0.0/16"), ("fd00:1::/64", "fd00::/16")],
)
def test_used_addresses_are_refused(own: str, theirs: str) -> None:
    ipam = {"config": [{"subnet": own}]}
    with pytest.raises(ContainerRefused, match="the network theirs") as caught:
        made({"ipam": ipam}, {"ipv6_address": "fd00:1::9"}, theirs=theirs)
    assert caught.value.refusal is Refusal.ADDRESSES_TAKEN
