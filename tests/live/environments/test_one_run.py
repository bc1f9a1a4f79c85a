"""Two runs never write to the same folder of results at the same time."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.results import begin

HOLD = """\
import sys
from pathlib import Path
from harness.records.plan import Plan
from harness.records.results import begin
begin(Path(sys.argv[1]), Plan(environments=()))
print("begun", flush=True)
sys.stdin.read()
"""


def test_a_second_run_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLD, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout is not None and first.stdin is not None
        assert first.stdout.readline() == "begun\n"
        with pytest.raises(UsageError, match="another run is writing there"):
            begin(tmp_path, Plan(environments=()))
        first.stdin.close()
        assert first.wait(30) == 0
    begin(tmp_path, Plan(environments=()))
    begin(tmp_path, Plan(environments=()))  # the same run may begin again
