"""A process that is told to end, or whose nox has gone, ends in order."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
import signal, sys, time
from pathlib import Path
from harness.system.signals import interrupt_when_nox_ends
from harness.system.signals import interrupt_when_told_to_end
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup ignores it
interrupt_when_told_to_end()
interrupt_when_nox_ends()
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    Path(sys.argv[1]).write_text("in order")
"""

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
child.wait()
"""


def start(*words: str, **env: str) -> subprocess.Popen[str]:
    """Start Python with a script, and return once it reports that it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-c", *words],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **env},
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


TOLD = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@pytest.mark.parametrize("number", TOLD)
def test_a_process_that_is_told_to_stop_cleans_up(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = start(CHILD, str(tmp_path / "ended"))
    process.send_signal(number)
    process.communicate(timeout=30)
    assert (tmp_path / "ended").read_text() == "in order"


def test_a_background_process_of_a_script_ends_on_sigterm(tmp_path: Path) -> None:
    """The keyboard is ignored there, so only SIGTERM is left."""
    ignoring = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{CHILD}"
    process = start(ignoring, str(tmp_path / "ended"))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert (tmp_path / "ended").read_text() == "in order"


def test_a_process_ends_when_nox_is_killed(tmp_path: Path) -> None:
    ended = str(tmp_path / "ended")
    process = start(PARENT, CHILD, ended, NOX_CURRENT_SESSION="probe")
    process.kill()
    process.communicate(timeout=30)  # returns once the child has ended too
    assert Path(ended).read_text() == "in order"
