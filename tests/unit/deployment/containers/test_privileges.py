"""Privileges that reach beyond a container."""

import pytest

from harness.deployment.containers.privileges import changes_devices
from harness.deployment.containers.privileges import is_beyond


def test_capabilities_beyond_a_container() -> None:
    beyond = ["ALL", "SYS_ADMIN", "CAP_SYS_TIME", "sys_module"]
    inside = ["NET_ADMIN", "CAP_NET_RAW", "CHOWN"]
    assert all(map(is_beyond, beyond))
    assert not any(map(is_beyond, inside))
    assert is_beyond("CAP_NET_ADMIN", on_host=True)


@pytest.mark.parametrize("device", ["/dev/sda", "/dev/ttyUSB0:/dev/tty0", "/dev/mem"])
def test_devices_with_lasting_state_are_found(device: str) -> None:
    assert changes_devices(device)


@pytest.mark.parametrize("device", ["/dev/dri", "/dev/nvidia0", "nvidia.com/gpu=all"])
def test_devices_without_lasting_state_are_allowed(device: str) -> None:
    assert not changes_devices(device)
