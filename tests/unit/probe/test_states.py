"""What a failed connection says about a server."""

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
def test_errors_caused_by_the_server_are_named(code: int, state: State) -> None:
    assert ending_of(code) is state


@pytest.mark.parametrize(
    "code", [errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENETUNREACH]
)
def test_other_errors_say_nothing_about_the_server(code: int) -> None:
    with pytest.raises(OSError) as caught:
        ending_of(code)
    assert caught.value.errno == code
