"""What is installed in an environment, and why an installation failed."""

from pathlib import Path

import pytest

from harness.environments.session import why_not
from harness.environments.session import with_files
from harness.records.plan import Built
from harness.records.plan import Environment
from harness.records.plan import PlannedEnvironment

OWN = Built(
    package="Flask",
    version="3.2.0.dev0+checkout.1a2b3c4",
    origin="./flask",
    wheel="wheels/0123456789abcdef/flask-3.2.0.dev0-py3-none-any.whl",
)


def planned(*requirements: str, built: tuple[Built, ...] = ()) -> PlannedEnvironment:
    """An environment with some requirements."""
    return PlannedEnvironment(
        environment=Environment(
            flask="3.1.3", server="gunicorn", server_version="99", python="3.11"
        ),
        requirements=requirements,
        built=built,
        constraints=(),
        cells=(),
    )


def test_a_built_wheel_is_installed_from_its_file() -> None:
    filled = with_files(planned("gunicorn==99", built=(OWN,)), Path("/my results"))
    assert filled.requirements == (
        "Flask @ file:///my%20results/wheels/0123456789abcdef/"
        "flask-3.2.0.dev0-py3-none-any.whl",
        "gunicorn==99",
    )


@pytest.mark.parametrize(
    "said",
    [
        "error: No solution found when resolving dependencies\n  cause: Because there "
        "is no version of gunicorn==99 and you require gunicorn==99, we can conclude",
        "  × No solution found:\n  ╰─▶ Because there is no version\n  of gunicorn==99",
        "ERROR: No matching distribution found for gunicorn==99",
    ],
)
def test_a_missing_release_is_named(said: str) -> None:
    assert why_not(planned("Flask==3.1.3", "gunicorn==99"), said) == (
        "the index has no gunicorn==99"
    )


def test_other_reasons_are_not_guessed() -> None:
    said = "Because there is no version of blinker==99 and Flask depends on it"
    assert why_not(planned("gunicorn==99", built=(OWN,)), said) == (
        "Flask 3.2.0.dev0+checkout.1a2b3c4 and gunicorn==99 could not be installed"
    )
