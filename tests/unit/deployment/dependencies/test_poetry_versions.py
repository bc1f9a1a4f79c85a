"""Poetry's constraints are translated to specifiers that allow the same releases."""

import pytest
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet

from harness.deployment.dependencies.poetry_versions import alternatives
from harness.deployment.dependencies.poetry_versions import as_one
from harness.deployment.dependencies.poetry_versions import NotTranslated
from harness.deployment.dependencies.poetry_versions import python_marker


@pytest.mark.parametrize(
    ("constraint", "specifiers"),
    [
        # The tables of https://python-poetry.org/docs/dependency-specification/
        ("^1.2.3", ">=1.2.3,<2"),
        ("^1.2", ">=1.2,<2"),
        ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("*", ""),
        ("1.*", "==1.*"),
        ("1.2.x", "==1.2.*"),
        (">= 1.2.0, < 1.5", ">=1.2.0,<1.5"),
        (">=1.2 <1.5", ">=1.2,<1.5"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        ("~=1.4.2", "~=1.4.2"),
        ("^1.0.0b1", ">=1.0.0b1,<2"),
        ("^1!2.0", ">=1!2.0,<1!3"),
        ("^2.0 || ^3.0", ">=2.0,<4"),
        ("^3.0 | ^2.0", ">=2.0,<4"),
        ("^1.0 || *", ""),
        ("^1.0 || ^3.0", None),
        ("1.0 || ^3.0", None),
    ],
)
def test_a_constraint_is_written_as_specifiers(
    constraint: str, specifiers: str | None
) -> None:
    assert as_one(alternatives(constraint)) == specifiers
    assert specifiers is None or SpecifierSet(specifiers) is not None


@pytest.mark.parametrize("constraint", ["latest", "^", "^1.x.3", ">=1.0 and <2"])
def test_a_bad_constraint_is_refused(constraint: str) -> None:
    with pytest.raises(NotTranslated):
        alternatives(constraint)


@pytest.mark.parametrize(
    ("constraint", "allowed", "refused"),
    [
        ("^3.8", "3.8.0 3.13.1", "3.7.9 4.0.0"),
        ("~3.9", "3.9.18", "3.8.1 3.10.0"),
        ("~2.7 || ^3.6", "2.7.18 3.6.1", "2.6.0 3.5.9"),
        (">=3.8,<3.12,!=3.9.*", "3.8.1 3.11.7", "3.9.5 3.12.0"),
        ("3.8", "3.8.7", "3.9.0"),
        ("<=3.8", "3.8.0", "3.8.1"),
        (">=3.8.1", "3.8.1", "3.8.0"),
    ],
)
def test_a_python_constraint_becomes_a_marker(
    constraint: str, allowed: str, refused: str
) -> None:
    marker = Marker(python_marker(constraint))
    for releases, holds in ((allowed, True), (refused, False)):
        for full in releases.split():
            minor = ".".join(full.split(".")[:2])
            where = {"python_version": minor, "python_full_version": full}
            assert marker.evaluate(where) is holds, full


def test_every_python_needs_no_marker() -> None:
    assert python_marker("*") == ""
