"""A history on its own branch, as an earlier run of the workflow left it."""

import subprocess
import sys
from pathlib import Path

from harness.plan import catalog
from harness.plan.lookup import find_configuration
from harness.plan.lookup import find_server
from harness.plan.lookup import usual_releases
from harness.track import history
from tests.samples.make import cell
from tests.samples.make import environment
from tests.samples.make import evidence
from tests.samples.make import rounds

SERVER, CONFIGURATION = "werkzeug", "run-without-threads"
BEFORE = "3.1.2"
PYTHON = "{}.{}".format(*sys.version_info)


def git(folder: Path, *arguments: str) -> str:
    """Run git in a repository and return its output."""
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def begin_history(origin: Path, folder: Path) -> None:
    """Push a history with one release, the last but one, and a false number for it.

    It says that this release handled two requests at once. The newest release is really
    measured, and so differs from it.
    """
    known = catalog.load()
    server = find_server(known, SERVER)
    configuration = find_configuration(server, CONFIGURATION)
    release = usual_releases(known, server, configuration, BEFORE, PYTHON)[-1]
    where = environment(BEFORE, SERVER, release, PYTHON)
    seen = rounds(2, (1, 2), [2] * 8)
    history.add(folder, [evidence(where, [cell(where, CONFIGURATION, 1, seen)])])
    git(folder, "init", "--quiet", "--initial-branch=history")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=Before")
    git(folder, "push", "--quiet", str(origin), "history")
