"""Who waits for whose lock, by the kernel's table."""

from harness.system.file_locks import parse

TABLE = """\
1: POSIX  ADVISORY  WRITE 700 00:01:1025 0 EOF
1: -> POSIX  ADVISORY  WRITE 701 00:01:1025 0 EOF
1: -> POSIX  ADVISORY  WRITE 702 00:01:1025 0 EOF
2: FLOCK  ADVISORY  WRITE 800 00:01:1026 0 EOF
2: -> FLOCK  ADVISORY  READ 700 00:01:1026 0 EOF
3: OFDLCK ADVISORY  READ -1 00:06:11 0 EOF
"""


def test_who_waits_for_a_lock_and_who_has_it() -> None:
    assert parse(TABLE.splitlines()) == {701: 700, 702: 700, 700: 800}
