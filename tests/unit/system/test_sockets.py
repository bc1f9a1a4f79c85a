"""Connections are read from the kernel's tables."""

from pathlib import Path

import pytest

from harness.system import sockets
from harness.system.sock_diag import Unavailable

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000001 00:00000000 00000000     0        0 101 1
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 102 1
   2: 0100007F:1F90 0100007F:9C41 01 00000000:00000040 00:00000000 00000000     0        0 0 1
   3: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 103 1
   4: 0100007F:1F90 0100007F:9C42 06 00000000:00000000 03:00000000 00000000     0        0 0 3
   5: 0100007F:0016 0100007F:9C43 01 00000000:00000000 00:00000000 00000000     0        0 104 1
"""  # noqa: E501


def no_sock_diag() -> None:
    """Stands in for a kernel without ``sock_diag``."""
    raise Unavailable("Protocol not supported")


def test_connections_of_a_port_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tcp").write_text(TABLE)
    tables = (str(tmp_path / "tcp"), str(tmp_path / "none"))
    monkeypatch.setattr(sockets, "TABLES", tables)
    monkeypatch.setattr(sockets, "sock_diag", no_sock_diag)
    assert sockets.connections({0x1F90}) == {"102", "0"}
    assert sockets.connections({0x1F90, 22}) == {"102", "0", "104"}
    assert sockets.connections(()) == set()


def test_listening_sockets_have_their_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tcp").write_text(TABLE)
    monkeypatch.setattr(sockets, "TABLES", (str(tmp_path / "tcp"),))
    monkeypatch.setattr(sockets, "UNIX_TABLE", str(tmp_path / "none"))
    monkeypatch.setattr(sockets, "sock_diag", no_sock_diag)
    assert sockets.listening() == {"101": 0x1F90}
