"""The kernel's table of file locks tells who waits for whom."""

from harness.system.file_locks import parse

TABLE = """\
1: POSIX  ADVISORY  WRITE 700 00:01:1025 0 EOF
1: -> POSIX  ADVISORY  WRITE 701 00:01:1025 0 EOF
1: -> POSIX  ADVISORY  WRITE 702 00:01:1025 0 EOF
2: FLOCK  ADVISORY  WRITE 800 00:01:1026 0 EOF
2: -> FLOCK  ADVISORY  READ 700 00:01:1026 0 EOF
3: OFDLCK ADVISORY  READ -1 00:06:11 0 EOF
"""


def test_waiting_and_holding_processes_are_told_apart() -> None:
    assert parse(TABLE.splitlines()) == {701: 700, 702: 700, 700: 800}
