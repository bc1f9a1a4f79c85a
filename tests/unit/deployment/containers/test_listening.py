"""Where a program in a container listens is read from the kernel's tables."""

import pytest

from harness.deployment.containers.listening import ContainerSocket
from harness.deployment.containers.listening import listening_in


@pytest.mark.parametrize(
    ("address", "state", "found"),
    [
        ("0100007F:1F40", "0A", [ContainerSocket(8000, True)]),
        ("00000000:1F40", "0A", [ContainerSocket(8000, False)]),
        ("020011AC:1F40", "0A", [ContainerSocket(8000, False)]),
        ("0" * 32 + ":0050", "0A", [ContainerSocket(80, False)]),
        ("00000000000000000000000001000000:0050", "0A", [ContainerSocket(80, True)]),
        ("0B00007F:A0F1", "0A", []),
        ("0100007F:1F40", "01", []),
    ],
)
def test_a_listening_socket_is_read_from_its_line(
    address: str, state: str, found: list[ContainerSocket]
) -> None:
    line = f"   0: {address} 00000000:0000 {state} 00000000:00000000 00:00000000"
    assert [*listening_in([line])] == found
