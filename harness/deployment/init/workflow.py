"""Writes the workflow that checks a user's deployments on GitHub."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from string import Template

from harness.deployment.config import PYPROJECT
from harness.deployment.detect.requirements_file import is_package
from harness.deployment.init.starter import Published
from harness.deployment.init.starter import StarterEntry
from harness.deployment.load import DEFAULT
from harness.records.files import read_text
from harness.records.words import Outcome

WORKFLOW = Path(".github", "workflows", "concurrency.yml")

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
SETUP_PYTHON = "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0"
"""Named by its commit, as in this project's workflows: a tag can be moved, a commit
cannot."""

_WORKFLOW = Path(__file__).with_name("workflow.yml")
"""The workflow, with placeholders for what differs (``string.Template``)."""

_PYTHON = """\
      - uses: {setup_python}
        with:
          python-version: "{python}"
"""

_INSTALL = """\
{comment}      - run: pip install {what}
"""

_NO_REQUIREMENTS = """\
      # No file here says what the app needs. Add what else it imports.
"""


def repository_of(folder: Path) -> Path:
    """The folder that GitHub looks for workflows in: the one with ``.git``."""
    resolved = folder.resolve()
    for each in (resolved, *resolved.parents):
        if (each / ".git").exists():
            return each
    return resolved


def workflow_text(
    folder: Path, written: Sequence[StarterEntry], published: Published
) -> str:
    """The content of the workflow for the ``concurrency.toml`` in a folder."""
    below = folder.resolve().relative_to(repository_of(folder))
    # Without requirements, or those of a project that has to be installed itself.
    partly = (None, PYPROJECT) if is_package(folder) else (None,)
    plain = [each for each in written if each.deployment.requirements in partly]
    return Template(read_text(_WORKFLOW)).substitute(
        checkout=CHECKOUT,
        action=published.action,
        config=_yaml((below / DEFAULT).as_posix()),
        pythons="".join(
            _PYTHON.format(setup_python=SETUP_PYTHON, python=each)
            for each in _pythons(written, plain)
        ),
        install=_install(folder, below, plain) if plain else "",
    )


def _pythons(
    written: Sequence[StarterEntry], plain: Sequence[StarterEntry]
) -> list[str]:
    """The Pythons that a job needs besides the action's own.

    The last is that of the environment that commands without requirements run in.
    """
    asked = dict.fromkeys(e.deployment.python for e in written if e.deployment.python)
    if not plain:
        return [*asked]
    named = {each.python.release for each in plain if each.python}
    measured = {each.cell.python for each in plain if each.cell}
    active = next((one.pop() for one in (named, measured) if len(one) == 1), "3.x")
    return [*(each for each in asked if each != active), active]


def _install(folder: Path, below: Path, plain: Sequence[StarterEntry]) -> str:
    """The step that installs what the commands need."""
    if any((folder / name).exists() for name in (PYPROJECT, "setup.py")):
        what = "." if below == Path() else f"./{below.as_posix()}"
        comment = ""
    else:
        what, comment = shlex.join(_packages(plain)), _NO_REQUIREMENTS
    what = what if comment else shlex.quote(what)
    return _INSTALL.format(comment=comment, what=what)


def _packages(plain: Sequence[StarterEntry]) -> list[str]:
    """Flask and the servers, in the releases that were measured."""
    releases: dict[str, str] = {"flask": ""}
    for each in plain:
        cell, program = each.cell, each.candidate.program
        if cell and cell.outcome is Outcome.MEASURED:
            releases["flask"] = _pin(cell.flask)
            if cell.server != "werkzeug":
                releases[cell.server] = _pin(cell.server_version)
        elif program.partition("-")[0] not in ("flask", "python"):
            releases.setdefault(program.removesuffix("-serve"), "")
        if "gevent" in each.candidate.words:
            releases.setdefault("gevent", "")
    return [f"{name}{release}" for name, release in releases.items()]


def _pin(release: str) -> str:
    """A release as a requirement; empty if it is not known, or on no index."""
    return f"=={release}" if release and "+" not in release else ""


def _yaml(text: str) -> str:
    """A text as YAML, in quotes where it needs any."""
    plain = all(each.isalnum() or each in "._-/" for each in text)
    return text if plain else json.dumps(text, ensure_ascii=False)
