"""Which capabilities reach beyond a container."""

from __future__ import annotations

from harness.deployment.containers.privileges import without_those_beyond


def test_those_beyond_a_container() -> None:
    beyond = ["ALL", "SYS_ADMIN", "CAP_SYS_TIME", "sys_module"]
    inside = ["NET_ADMIN", "CAP_NET_RAW", "CHOWN"]
    assert without_those_beyond([*beyond, *inside]) == inside
