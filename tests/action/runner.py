"""Runs workflows with act, offline.

act copies its whole environment into every step and reads configuration files that it
finds. So it gets an environment and a home folder of its own, and nothing on standard
input.
"""

import dataclasses
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from docs.make.blocks import repository
from tests.newcomer import package_variables

ROOT = Path(__file__).parents[2]
STAND_INS = Path(__file__).parent / "stand-ins"
OURS = "example/flask-concurrency-matrix"
"""The name of this project in a user's workflow; any name would do."""
IN_README = repository()
"""The name of this project in the workflows of the README."""

SECONDS = 600.0
"""Time limit. A run takes a minute on an idle machine, but tests run in parallel."""

ACT = Path(sysconfig.get_path("scripts"), "act")

NOTE_STEPS = """
      - if: always()
        env:
          STEPS: ${{ toJSON(steps) }}
        run: printf '%s' "$STEPS" > "$NOTES/$GITHUB_JOB.json"
"""
"""Appended to a job, it stores the outcomes and outputs of the steps for a test."""

USES = re.compile(
    r"^\s*(?:- )?uses: *((?:actions|pypa)/([\w-]+)@(?:[0-9a-f]{40}|v\d+))",
    re.MULTILINE,
)

OUR_USES = re.compile(
    rf"\buses: *({OURS}|{IN_README})((?:/[^@\s]*)?)(@[\w.-]+)", re.MULTILINE
)


def cannot_run() -> str:
    """Return why act cannot run on this machine, or an empty string."""
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return ""
    if not ACT.exists():
        return f"act has no release for {platform.system()} on {platform.machine()}"
    return ""


@dataclasses.dataclass
class WorkflowRun:
    """The events that act printed in one run, and its exit code."""

    events: list[dict[str, Any]]
    code: int

    def results(self) -> dict[str, str]:
        """The result of each job, by its id and shard number."""
        return {
            self._job(event): event["jobResult"]
            for event in self.events
            if "jobResult" in event
        }

    @staticmethod
    def _job(event: dict[str, Any]) -> str:
        number = event.get("matrix", {}).get("number")
        return f"{event['jobID']}-{number}" if number else str(event["jobID"])

    def _of(self, command: str, job: str) -> Iterator[dict[str, Any]]:
        for event in self.events:
            if event.get("command") == command and self._job(event) == job:
                yield event

    def summary(self, job: str) -> list[str]:
        """The texts that the inner steps of a job added to the job summary.

        act reports the last step of a composite action twice; here it is listed once.
        """
        events = list(self._of("summary", job))
        steps = [event["stepID"] for event in events]

        def is_inner(step: list[str]) -> bool:
            return not any(s[: len(step)] == step and s != step for s in steps)

        return [event["content"] for event in events if is_inner(event["stepID"])]

    def annotations(self, job: str) -> list[tuple[str, str]]:
        """Level and raw command of each annotation of a job, in order."""
        found = []
        for level in ("error", "warning", "notice"):
            found += [(level, event["raw"].strip()) for event in self._of(level, job)]
        return found

    def outputs(self, job: str, step: str) -> dict[str, str]:
        """The outputs of one step of a job."""
        return {
            event["name"]: event["arg"]
            for event in self._of("set-output", job)
            if event["stepID"] == [step]
        }

    def printed(self, job: str) -> str:
        """Everything that a job printed."""
        return "".join(
            event["msg"]
            for event in self.events
            if event.get("raw_output") and self._job(event) == job
        )


class Runner:
    """A GitHub runner, as far as act can imitate one, with a user's repository."""

    def __init__(self, folder: Path, ours: Path, python: Path) -> None:
        # Paths with spaces and non-ASCII characters, as users have them.
        self.home = folder / "rünner's home"
        self.repository = folder / "äpp with spaces"
        self.artifacts = folder / "artifacts"
        self.notes = folder / "notes"
        self.ours = ours
        self.python = python
        for each in (self.home, self.repository, self.artifacts, self.notes):
            each.mkdir(parents=True)
        self._git("init", "--quiet", "--initial-branch=main")
        (self.repository / "app.py").write_text("import flask\n")

    def _git(self, *arguments: str) -> None:
        who = ("-c", "user.name=outsider", "-c", "user.email=outsider@example.org")
        command = ["git", *who, *arguments]
        subprocess.run(command, cwd=self.repository, check=True, timeout=60)

    def shadow_our_modules(self) -> None:
        """Write modules of the user with names of ours; none must be imported."""
        (self.repository / "harness").mkdir()
        for name in ("harness/__init__.py", "msgspec.py"):
            (self.repository / name).write_text("raise SystemExit(9)\n")

    def environment(self, **more: str) -> dict[str, str]:
        """The environment variables that steps get from this machine."""
        cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            # act cannot run a script whose path has a space; GitHub's runner can.
            "XDG_CACHE_HOME": str(self.home.parent / "cäche"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "ACT_DISABLE_VERSION_CHECK": "1",
            "UV_CACHE_DIR": str(Path(cache, "uv")),
            "PIP_CACHE_DIR": str(Path(cache, "pip")),
            "STAND_IN_PYTHON": str(self.python),
            "STAND_IN_ARTIFACTS": str(self.artifacts),
            "STAND_IN_CHECKOUT": str(self.ours),
            "NOTES": str(self.notes),
            **package_variables(),
            **more,
        }

    def step(self, job: str, name: str) -> dict[str, Any]:
        """Outcome and outputs of one step, as ``NOTE_STEPS`` stored them."""
        steps: dict[str, dict[str, Any]]
        steps = json.loads((self.notes / f"{job}.json").read_text())
        return steps[name]

    def left_over(self) -> list[str]:
        """Command lines of running processes that were started below this folder."""
        folder = str(self.home.parent)
        return [
            " ".join(process.info["cmdline"])
            for process in psutil.process_iter(["cmdline"])
            if folder in " ".join(process.info["cmdline"] or ())
        ]

    def _replaced(self, workflow: str) -> Iterator[str]:
        """Yield act's options that replace other actions by stand-ins."""
        files = [workflow]
        files += [path.read_text() for path in (self.ours / ".github").rglob("*.yml")]
        files.append((self.ours / "action.yml").read_text())
        for reference, name in sorted(set(USES.findall("\n".join(files)))):
            yield f"--local-repository={reference}={STAND_INS / name}"
        for name, path, release in sorted(set(OUR_USES.findall(workflow))):
            # act looks up an action with its path, and a called workflow without it.
            for reference in sorted({name + path, name}):
                yield f"--local-repository={reference}{release}={self.ours}"

    def run(self, workflow: str, **environment: str) -> WorkflowRun:
        """Commit a workflow to the user's repository, push, and run it."""
        path = self.repository / ".github" / "workflows" / "ci.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(workflow)
        self.commit()
        return self.run_file(path, "push", **environment)

    def commit(self) -> None:
        """Commit everything in the repository."""
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message=Push")

    def run_file(
        self, path: Path, event: str, *more: str, **environment: str
    ) -> WorkflowRun:
        """Run a workflow file of the user's repository, with more options for act."""
        workflow = path.read_text()
        nothing = ("env", "secret", "var", "input")
        command = [str(ACT), event, "-C", str(self.repository), "-W", str(path), *more]
        command += ["--json", "--rm", "--action-offline-mode", "--no-cache-server"]
        for label in ("ubuntu-24.04", "ubuntu-latest"):
            command += ["-P", f"{label}=-self-hosted"]
        command += [f"--{each}-file=/dev/null" for each in nothing]
        command += self._replaced(workflow)
        done = subprocess.run(
            command,
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
        )
        lines = done.stdout.decode().splitlines()
        events = [json.loads(line) for line in lines if line.startswith("{")]
        return WorkflowRun(events, done.returncode)


def new_python(folder: Path) -> None:
    """Make an environment with pip, like one from actions/setup-python."""
    # From the base Python: an environment made from another one has the wrong packages.
    base = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
    # The venv module would take some seconds to install pip.
    uv = Path(sys.executable).with_name("uv")
    make = [str(uv), "venv", "--quiet", "--seed", "--python", str(base), str(folder)]
    subprocess.run(make, check=True, timeout=180)
    (pip,) = folder.glob("lib/python*/site-packages/pip")
    # Otherwise each parallel job would compile it.
    compile_all(folder / "bin" / "python", pip)


def compile_all(python: Path, folder: Path) -> None:
    """Compile the modules of a folder, except those for other releases of Python."""
    compiled = [str(python), "-I", "-m", "compileall", "-qq", str(folder)]
    subprocess.run(compiled, timeout=180)


def copy_of(python: Path, folder: Path) -> Path:
    """Copy an environment with its packages, and return the new interpreter.

    Files are hard links, until one of them is replaced, as installers do.
    """
    old = python.parents[1]
    shutil.copytree(old, folder, symlinks=True, copy_function=os.link)
    for script in (folder / "bin").iterdir():
        text = b"" if script.is_symlink() else script.read_bytes()
        if os.fsencode(old) in text:
            script.unlink()
            script.write_bytes(text.replace(os.fsencode(old), os.fsencode(folder)))
            script.chmod(0o755)
    return folder / "bin" / python.name


def install_harness(folder: Path, ours: Path, python: Path) -> None:
    """Let the action make the environment that it runs in."""
    environ = {
        **package_variables(),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "FLASK_CONCURRENCY_PYTHON": str(python),
        "FLASK_CONCURRENCY_HOME": str(folder),
        "GITHUB_OUTPUT": os.devnull,
    }
    stage = [str(ours / ".github" / "stage"), "plan"]
    subprocess.run(stage, env=environ, cwd=folder, check=True, timeout=180)
    compile_all(python, folder / "python" / "lib")


def with_installed(installed: Path, python: Path) -> Path:
    """Return an interpreter whose new environments start with installed packages.

    They are copies of the environment ``installed``, so the action has nothing left to
    install. pip would compute for two seconds to find that out.
    """
    script = python.with_name("python-of-the-action")
    script.write_text(
        "#!/bin/sh\n"
        f"python={shlex.quote(str(python))}\n"
        f"installed={shlex.quote(str(installed))}\n"
        'if [ "$1 $2 $3 $4" = "-I -m venv --without-pip" ]; then\n'
        '    exec cp -RpPl "$installed" "$5"\n'
        "fi\n"
        # The environment is the fifth word here too, after --python.
        'if [ "$1 $2 $3 $4" = "-I -m pip --python" ] && [ -x "${5%/*}/uv" ]; then\n'
        "    exit\n"
        "fi\n"
        'exec "$python" "$@"\n'
    )
    script.chmod(0o755)
    return script


def export(to: Path, *excluded: str) -> Path:
    """Copy this working tree, committed or not, without ignored files.

    ``excluded`` are git path patterns of files that are not wanted.
    """
    patterns = (".", *(f":(exclude){each}" for each in excluded))
    listed = subprocess.run(
        [
            *("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
            *("--", *patterns),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to
