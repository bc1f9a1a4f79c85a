"""What a failed connection says, and of whom."""

import errno

import pytest

from harness.probe.states import ending_of
from harness.probe.states import State


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (errno.ECONNREFUSED, State.REFUSED),
        (errno.ENOENT, State.REFUSED),
        (errno.ECONNRESET, State.RESET),
    ],
)
def test_what_a_server_did(code: int, state: State) -> None:
    assert ending_of(code) is state


@pytest.mark.parametrize(
    "code", [errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENETUNREACH]
)
def test_what_says_nothing_about_a_server(code: int) -> None:
    with pytest.raises(OSError) as caught:
        ending_of(code)
    assert caught.value.errno == code
