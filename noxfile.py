#!/usr/bin/env -S uv run --script
# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "click>=8.2",
#     "h11>=0.16",
#     "h2>=4.1",
#     "jinja2>=3.1",
#     "msgspec>=0.20",
#     "nox[uv]>=2026.7",
#     "packaging>=24",
#     "platformdirs>=4",
#     "psutil>=7",
#     "pyyaml>=6",
#     "requests>=2.32",
#     "rich>=14",
# ]
# ///
"""Measures how many requests a Flask deployment really handles at the same time.

Start with `nox -s probe`; `nox -s probe -- --help` lists its options.
"""

import contextlib
import logging
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nox
import nox.command

ROOT = Path(__file__).parent
nox.needs_version = ">=2026.7"
nox.options.sessions = ["probe"]
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"

AXE = "axe-core@4.14.1"
PUBLISHING = [f"tests/action/test_{each}.py" for each in ("release", "site", "track")]
"""Tests of the workflows that publish this project, which no user runs."""
PYPROJECT = nox.project.load_toml(ROOT / "pyproject.toml")


def install_groups(session: nox.Session, *groups: str) -> None:
    """Install this project in editable mode, and some dependency groups."""
    wanted = nox.project.dependency_groups(PYPROJECT, *groups)
    session.install("-e", ".", *wanted)


def compile_packages(session: nox.Session) -> None:
    """Compile installed packages, if Python is told not to write bytecode.

    Otherwise each of the thousand servers that tests start would compile them again.
    """
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        command = ("python", "-m", "compileall", "-qq", "-j", "0")
        folders = (str(Path(session.virtualenv.location, "lib")), "harness")
        # Some packages contain files for other releases of Python.
        session.run(*command, *folders, silent=True, success_codes=[0, 1])


def run_verb(session: nox.Session, verb: str, *default: str) -> None:
    """Run a verb with the arguments of the session, or with the default ones."""
    noxfile = os.path.relpath(ROOT / "noxfile.py", session.invoked_from)
    nox_here = "nox" if noxfile == "noxfile.py" else f"nox -f {shlex.quote(noxfile)}"
    env = {
        "PYTHONPATH": str(ROOT),
        "FLASK_CONCURRENCY_ENVIRONMENTS": str(session.cache_dir.parent.resolve()),
        # Printed commands must work in the caller's folder.
        "FLASK_CONCURRENCY_NOX": nox_here,
    }
    words = session.posargs or default
    command = [sys.executable, "-m", "harness", verb, *words]
    try:
        # session.chdir would log it, and a user wants to see nothing but the report.
        with contextlib.chdir(session.invoked_from):
            # After Ctrl-C, it needs time to write the report.
            session.run(*command, env=env, log=False, stderr=None, interrupt_timeout=60)
    except nox.command.CommandFailed as failed:
        # nox would always exit with 1, but our exit codes are documented.
        sys.exit(failed.return_code or 1)
    # The verdict must be the last line, so keep nox from adding its own.
    logging.getLogger("nox").setLevel(logging.WARNING)


@nox.session(venv_backend="none")
def probe(session: nox.Session) -> None:
    """Measure the default selection, or the given one, and show the matrix."""
    run_verb(session, "probe")


@nox.session(venv_backend="none")
def track(session: nox.Session) -> None:
    """Measure configurations under every release of Flask, or of a server."""
    run_verb(session, "track")


@nox.session(venv_backend="none")
def bisect(session: nox.Session) -> None:
    """Find the release in which a configuration changed, and the cause."""
    run_verb(session, "bisect")


@nox.session(venv_backend="none")
def site(session: nox.Session) -> None:
    """Build the atlas from the evidence in data/, or from other evidence."""
    data = ROOT / "data"
    run_verb(
        session,
        "site",
        *("--results", str(data / "results")),
        *("--history", str(data / "history")),
        *("--snapshot", str(data / "snapshot.toml")),
        *("--released", str(data / "released.json")),
        *("--out", str(ROOT / "site")),
    )


@nox.session
def tests(session: nox.Session) -> None:
    """Run the unit tests, the live tests with real servers, and those of the action.

    One row in four of the deployment tables is tested; ``shapes`` tests all of them.
    ``publishing`` has the tests of the workflows that only this project runs.
    The tests write to the folder ``TESTS_FOLDER``, if that is set, and replace it.
    """
    install_groups(session, "tests")
    compile_packages(session)
    # Unit tests run first and by themselves, distributed by file: together with others,
    # every worker would collect all of them.
    others = ["tests/action", "tests/live", "tests/atlas"]
    others += [f"--ignore={each}" for each in PUBLISHING]
    every = (["tests/unit"], others)
    folder = os.environ.get("TESTS_FOLDER")
    where = ("--basetemp", folder) if folder else ()
    options = ("-n", "auto", "--durations", "10", *where)
    for words in [session.posargs] if session.posargs else every:
        session.run("python", "-m", "pytest", *options, *words)


@nox.session
def publishing(session: nox.Session) -> None:
    """Run the workflows that publish releases and the site, and track releases."""
    install_groups(session, "tests")
    compile_packages(session)
    tests = ("python", "-m", "pytest", "-n", "auto", "--durations", "10", *PUBLISHING)
    session.run(*tests, *session.posargs)


@nox.session
def shapes(session: nox.Session) -> None:
    """Check every deployment in the tables: public ones, kinds, and remedies."""
    install_groups(session, "tests")
    compile_packages(session)
    tests = ("python", "-m", "pytest", "-n", "auto", "-m", "shapes", "tests/live")
    session.run(*tests, "--durations", "10", *session.posargs)


@nox.session
def truths(session: nox.Session) -> None:
    """Measure 300 random servers of known capacity, half of them on a busy machine.

    Each result must be exact or unknown. ``TRUTHS_SEED`` repeats the same servers.
    """
    install_groups(session, "tests")
    compile_packages(session)
    tests = ("python", "-m", "pytest", "tests/live/probe/test_truths.py")
    for busy in ("0", "16"):
        seed = os.environ.get("TRUTHS_SEED") or secrets.token_hex(4)
        env = {"TRUTHS": "150", "TRUTHS_BUSY": busy, "TRUTHS_SEED": seed}
        session.run(*tests, "--durations", "10", *session.posargs, env=env)


def succeeds(*command: str) -> bool:
    """Return whether a command exists and succeeds."""
    try:
        return not subprocess.run(command, capture_output=True).returncode
    except OSError:
        return False


@nox.session
def containers(session: nox.Session) -> None:
    """Run the tests that need a Docker engine: the running one, or a temporary one.

    Without any engine they are skipped, or fail if ``REQUIRE_DOCKER`` is set.
    """
    install_groups(session, "tests", "containers")
    compile_packages(session)
    folder = "tests/live/deployment/containers"
    tests = ("python", "-m", "pytest", folder, "--durations", "10", *session.posargs)
    env = {"REQUIRE_DOCKER": "1", "PYTHON": os.path.realpath(sys.executable)}
    if succeeds("docker", "compose", "ls"):
        session.run(*tests, env=env)
    elif os.geteuid() == 0 and shutil.which("apt-get"):
        with tempfile.TemporaryDirectory(prefix="flask-concurrency-engine-") as own:
            engine = str(ROOT / folder / "engine.sh")
            env["ENGINES"] = "2"  # tests mostly wait for their engine
            session.run(engine, own, *tests, env=env, external=True)
    elif os.environ.get("REQUIRE_DOCKER"):
        session.error("there is no Docker engine, and root on Debian would make one")
    else:
        session.skip("NOT TESTED: no Docker engine (root on Debian would make one)")


@nox.session
def browser(session: nox.Session) -> None:
    """Test the atlas in a real Chromium, with the keyboard and with axe-core."""
    install_groups(session, "tests", "browser")
    folder = session.create_tmp()
    session.run(
        *("npm", "install", "--no-audit", "--no-fund", "--no-save"),
        *("--prefix", folder, AXE),
        external=True,
    )
    script = Path(folder, "node_modules", "axe-core", "axe.min.js").resolve()
    env = {"AXE": str(script)}
    session.run("python", "-m", "pytest", "tests/browser", *session.posargs, env=env)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    install_groups(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check", "--diff")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    install_groups(session, "types")
    session.run("mypy")


@nox.session
def workflows(session: nox.Session) -> None:
    """Check the action and the workflows: schemas, security, shell scripts."""
    install_groups(session, "workflows")
    for schema, pattern in (
        ("github-actions", "action.yml"),
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("dependabot", ".github/dependabot.yml"),
    ):
        paths = sorted(map(str, ROOT.glob(pattern)))
        session.run("check-jsonschema", f"--builtin-schema=vendor.{schema}", *paths)
    session.run("zizmor", "--offline", "--pedantic", "-q", "action.yml", ".github")
    session.run("python", "-m", "tests.action.shell")


@nox.session
def docs(session: nox.Session) -> None:
    """Write the pages generated from the catalog, the action and measurements."""
    install_groups(session, "docs")
    session.run("python", "-m", "docs.make", *session.posargs)


@nox.session
def release(session: nox.Session) -> None:
    """Build both distributions into dist/, check them, and measure a cell with them."""
    install_groups(session, "release")
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    for project in (".", "plugins/pytest-flask-concurrency"):
        session.run("uv", "build", "--quiet", "--out-dir", str(dist), project)
    wheels = sorted(map(str, dist.glob("*.whl")))
    session.run("twine", "check", "--strict", *wheels, *map(str, dist.glob("*.tar.gz")))
    session.run("check-wheel-contents", *wheels)
    with tempfile.TemporaryDirectory() as elsewhere:
        venv = Path(elsewhere, "venv")
        session.run("uv", "venv", "--quiet", "--python", sys.executable, str(venv))
        install = ("uv", "pip", "install", "--quiet", "--python", str(venv))
        session.run(*install, *wheels, "flask", "waitress")
        shutil.copytree(ROOT / "tests" / "released", elsewhere, dirs_exist_ok=True)
        env = {"PYTHONPATH": None, "PATH": f"{venv}/bin:{os.environ['PATH']}"}
        only = ("--only", "flask-3.1.3/waitress-*/default/*", "--fail-on", "fewer")
        probe = (f"{venv}/bin/flask-concurrency", "probe", *only)
        with session.chdir(elsewhere):
            session.run(*probe, env=env, external=True)
            session.run(f"{venv}/bin/pytest", "-q", env=env, external=True)


@nox.session
def benchmark(session: nox.Session) -> None:
    """Print how fast the probe is and how many requests it can hold."""
    install_groups(session, "benchmarks")
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def witness(session: nox.Session) -> None:
    """Compare measured numbers with timed requests and with servers' own figures."""
    install_groups(session, "benchmarks")
    session.run("python", "-m", "benchmarks.witness", *session.posargs)
