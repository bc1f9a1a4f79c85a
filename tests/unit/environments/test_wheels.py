"""Built wheels travel with the plan that names them."""

import zipfile
from pathlib import Path

import pytest

from harness.environments.source import SourceFault
from harness.environments.wheels import bring_wheels
from harness.environments.wheels import content_hash
from harness.environments.wheels import read_metadata
from harness.records import files
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.plan import Plan
from harness.records.plan import PlannedEnvironment
from harness.records.results import PLAN
from harness.records.results import read_plan
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import rounds

METADATA = """\
Metadata-Version: 2.4
Name: Flask
Version: 3.2.0.dev0
Requires-Python: >=3.10
Requires-Dist: werkzeug>=3.1.0
Requires-Dist: asgiref>=3.2; extra == "async"

The description: of it.
"""

WHERE = environment("3.1.3", "gunicorn", "27.0.1")
ONE = evidence(WHERE, [cell(WHERE, "sync-4", 4, rounds(4, (4, 1)))])


def wheel(path: Path, year: int, text: str = "") -> Path:
    """Write a wheel whose files have the date of some year."""
    files = {"flask.py": text, "flask-3.2.0.dev0.dist-info/METADATA": METADATA}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), content)
    return path


def test_the_metadata_of_a_wheel_is_read(tmp_path: Path) -> None:
    path = wheel(tmp_path / "flask-3.2.0.dev0-py3-none-any.whl", 2020)
    assert read_metadata(path) == (
        "Flask",
        "3.2.0.dev0",
        ">=3.10",
        ("werkzeug>=3.1.0", 'asgiref>=3.2; extra == "async"'),
    )


def test_the_hash_of_a_wheel_ignores_dates(tmp_path: Path) -> None:
    one, same = wheel(tmp_path / "1.whl", 2020), wheel(tmp_path / "2.whl", 2026)
    other = wheel(tmp_path / "3.whl", 2020, "changed")
    assert content_hash(one) == content_hash(same) != content_hash(other)


@pytest.mark.parametrize("name", ["flask.whl", "flask-3.2.0.dev0-py3-none-any.whl"])
def test_a_file_that_is_not_a_wheel_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("no wheel")
    with pytest.raises(SourceFault, match="not a whole wheel"):
        read_metadata(tmp_path / name)


def planned_with(wheel: str) -> Plan:
    """A plan that needs a wheel."""
    built = Built(package="Flask", version="1+git.a", origin="./flask", wheel=wheel)
    environment = PlannedEnvironment(
        environment=WHERE,
        requirements=(),
        built=(built,),
        constraints=(),
        cells=(),
    )
    return Plan(environments=(environment,))


def test_wheels_are_copied_with_a_plan(tmp_path: Path) -> None:
    plan = planned_with("wheels/0a/flask.whl")
    there, here = tmp_path / "there" / "wheels" / "0a", tmp_path / "here"
    there.mkdir(parents=True)
    (there / "flask.whl").write_bytes(b"wheel")
    for _ in range(2):
        bring_wheels(plan, tmp_path / "there", here)
        assert (here / "wheels" / "0a" / "flask.whl").read_bytes() == b"wheel"
    bring_wheels(plan, here, here)


def test_a_missing_wheel_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Flask 1.git.a from it: copy the folder"):
        bring_wheels(planned_with("wheels/0a/flask.whl"), tmp_path, tmp_path)


@pytest.mark.parametrize(
    "wheel", ["../flask.whl", "/wheels/0a/f.whl", "wheels/../f.whl"]
)
def test_a_path_in_place_of_a_wheels_name_is_refused(
    tmp_path: Path, wheel: str
) -> None:
    files.write(tmp_path / PLAN, planned_with(wheel))
    with pytest.raises(UsageError, match="wheel"):
        read_plan(tmp_path / PLAN)
