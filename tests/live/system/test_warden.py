"""If the system refuses a process for a command, the warden reports exactly that."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from harness.system import warden

NOBODY = 61_234
"""A user without other processes; root is exempt from the limit."""

PYTHONS = (sys.executable, "/usr/bin/python3")


def limited() -> None:
    """Become a user who may start no other process."""
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: the limit is of Linux")
def test_a_refused_process_is_reported() -> None:
    said = b""
    for python in PYTHONS:
        try:
            done = subprocess.run(
                [python, "-I", "-S", "-", "/", "0", "0", "true"],
                # Pass the source: this user may not read our files.
                input=Path(warden.__file__).read_bytes(),
                preexec_fn=limited,
                capture_output=True,
                timeout=30,
            )
        except PermissionError:  # nor start our Python
            continue
        said = done.stdout
        break
    else:
        pytest.skip("NOT TESTED: nobody else may start a Python here")
    assert said.split() == [b"refused", b"11"], done.stderr
