"""An interpreter lists what is installed beside it."""

import platform
import sys
from importlib import metadata
from pathlib import Path

from harness.measure.environment import installed_versions
from harness.records.plan import Installed


def test_it_agrees_with_importlib_metadata() -> None:
    said = {
        distribution.name.lower(): distribution.version
        for distribution in metadata.distributions()
    }
    found = installed_versions(Installed(python=sys.executable))
    assert found["python"] == platform.python_version()
    assert said.items() <= found.items()


def test_every_kind_of_metadata_is_read_in_the_order_of_the_path(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for path, content in {
        first / "One_a-1.0.dist-info" / "METADATA": "Name: One.A\nVersion: 1.0\n",
        second / "One_a-0.9.dist-info" / "METADATA": "Name: One.A\nVersion: 0.9\n",
        second / "two.egg-info" / "PKG-INFO": "Version: 2\nName: b",
        second / "three.egg-info": "Name: c\nVersion: 3+é\n\nVersion: 4",
        second / "d-4-py3.11.egg" / "EGG-INFO" / "PKG-INFO": "Name: d\nVersion: 4\n",
        second / "gone.dist-info" / "RECORD": "",
        second / "none.dist-info" / "METADATA": "Summary: x\n\nName: e\nVersion: 5\n",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    variables = {"PYTHONPATH": f"{first}:{tmp_path / 'missing'}:{second}"}
    installed = Installed(python=sys.executable, variables=variables)
    found = installed_versions(installed)
    assert {name: found.get(name) for name in ("one.a", "b", "c", "d", "e")} == {
        **{"one.a": "1.0", "b": "2", "c": "3+é", "d": "4"},
        "e": None,
    }
