"""An engine that does not answer delays a check by no more than its time limit."""

import os
import time
from pathlib import Path

import pytest

from harness.deployment.containers import engine
from harness.deployment.containers import remove
from tests.builders.programs import write_program
from tests.live.deployment.conftest import Check

# A client that answers the requests before the start and at the end, and no other.
CLIENT = """\
#!/bin/sh
case "$*" in
version*) echo 20.10.24,Engine ;;
"context inspect"*) echo unix:///nowhere ;;
"image inspect"*) exit 1 ;;
run*) exec sleep 600 ;;
"ps --quiet"*) exec sleep 600 ;;
esac
"""


def test_a_check_ends_within_its_deadline(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = write_program(tmp_path / "bin" / "docker", CLIENT)
    monkeypatch.setenv("PATH", f"{client.parent}:{os.environ['PATH']}")
    begun = time.monotonic()
    command = "docker run -p 8000:8000 shop"
    options = ("--start-seconds", "3", "--declared", "1", "--command", command)
    checked = check(tmp_path, *options, "--ask", "overlap")
    assert checked.cells["deployment"]["outcome"] == "not answering"
    # Less than the time limit of one answer, even on a busy machine.
    assert time.monotonic() - begun < engine.SECONDS


def test_removing_containers_has_a_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remove, "SECONDS", 1.0)
    client = write_program(tmp_path / "docker", "#!/bin/sh\nexec sleep 600\n")
    monkeypatch.setattr("sys.argv", ["remove.py", "label=1", str(client)])
    begun = time.monotonic()
    assert remove.main() == 1
    assert time.monotonic() - begun < 60
