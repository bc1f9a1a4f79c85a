"""The control needs no Flask if the measured server has a Flask of its own."""

import asyncio
import subprocess
import sys
import venv
from pathlib import Path

from harness.measure.app import TargetApp
from harness.measure.bench import Bench
from harness.measure.control import measure_control


def test_without_flask_the_plain_app_is_measured(tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", symlinks=True)
    python = tmp_path / "bare" / "bin" / "python"
    lacks = subprocess.run([python, "-c", "import flask"], capture_output=True)
    assert b"No module named 'flask'" in lacks.stderr
    bench = Bench(python, 8, tmp_path, TargetApp(python))
    seen = asyncio.run(measure_control(bench, "plain_app"))
    assert seen.outcome == "measured"
    assert max(round_.admitted for round_ in seen.rounds) == 4


def test_with_flask_the_app_of_the_catalog_is_measured(tmp_path: Path) -> None:
    python = Path(sys.executable)
    bench = Bench(python, 8, tmp_path, TargetApp(python))
    seen = asyncio.run(measure_control(bench))
    assert max(each.admitted for each in seen.rounds) == 4
