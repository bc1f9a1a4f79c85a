"""Carries the baseline and the expected changes from the plan step to the report step.

The report step may run on another machine, and an address may have other content by
then. So both are read once, before anything is measured, and stored with the results.
"""

from collections.abc import Mapping
from pathlib import Path

from harness.github import artifacts
from harness.github import inputs
from harness.github.annotations import annotate
from harness.github.annotations import Annotation
from harness.github.annotations import TITLE
from harness.github.api import Repository
from harness.github.runner import repository
from harness.judge.expected import Expected
from harness.records import files
from harness.records import toml
from harness.records.errors import UsageError
from harness.records.report import Report
from harness.records.results import PREVIOUS
from harness.records.results import read_report
from harness.records.results import REPORT
from harness.system import download

BASELINE = "baseline.json"
EXPECTED = "expected.toml"

FILES = {"BASELINE": BASELINE, "EXPECTED": EXPECTED}
"""Files in the results that carry the two inputs."""

ARTIFACT = "artifact"
"""The value of ``baseline`` that means the newest artifact of the default branch."""

NO_BASELINE = (
    "Nothing is compared: there is no baseline yet ({}), as it should be in a first run"
)


def read(text: str) -> Report:
    """The report in a file, a folder of results or at an https address.

    Raises ``UsageError`` when it is not there, or ``Unreadable``.
    """
    if "://" not in text:
        return read_report(Path(text))
    content = download.fetch(text)
    if content is None:
        raise UsageError(f"{text}: there is nothing; check the address")
    return files.decode(content, text, Report)


def find(text: str, where: Repository | None = None, name: str = "") -> str | None:
    """The text of a report to compare with; ``None`` if there is none yet.

    ``text`` is a file, an https address, or ``artifact``, which stands for the newest
    artifact ``name`` of the default branch of a repository. Raises ``UsageError`` when
    it cannot be read, or ``Unreadable`` when it is not a complete report.
    """
    content = _artifact(where, name) if text == ARTIFACT else _content(text)
    if content is None:
        return None
    files.decode(content, text, Report)
    return content.decode()


def _content(text: str) -> bytes | None:
    if "://" in text:
        return download.fetch(text)
    path = Path(text)
    path = path / REPORT if path.is_dir() else path
    return files.read_bytes(path) if path.exists() else None


def _artifact(where: Repository | None, name: str) -> bytes | None:
    if where is None:
        raise UsageError(
            "baseline: artifact is for workflows on GitHub, and GITHUB_REPOSITORY is "
            "not set; give a file or an address"
        )
    if not name or "*" in name:
        raise UsageError(
            f"baseline: artifact needs an artifact-name that is the same every time, "
            f"and it is {name!r}; give one without a *"
        )
    return artifacts.newest_report(where, name)


# ------------------------------------------------------------------- from step to step


def collect(environ: Mapping[str, str]) -> dict[str, str]:
    """The contents that the report step will need, by file name.

    A baseline that does not exist yet is not an error. Raises ``UsageError``.
    """
    content = {}
    if path := inputs.value_of(environ, "EXPECTED"):
        toml.read(Path(path), Expected, "check the path of expected")
        content[EXPECTED] = Path(path).read_text(encoding="utf-8")
    if text := inputs.value_of(environ, "BASELINE"):
        name = inputs.value_of(environ, "ARTIFACT_NAME")
        before = find(text, repository(environ), name)
        if before is None:
            annotate([Annotation("notice", TITLE, NO_BASELINE.format(text))])
        else:
            content[BASELINE] = before
    return content


def put(results: Path, content: Mapping[str, str]) -> None:
    """Put these files among the results, and remove those that another run left."""
    for name in FILES.values():
        if name in content:
            files.write_text(results / name, content[name])
        else:
            (results / name).unlink(missing_ok=True)


def report_arguments(results: Path, environ: Mapping[str, str]) -> list[str]:
    """The command line of the report step, with the files that were carried to it."""
    carried = {
        f"{inputs.WITH}{name}": str(_carried_file(results, file))
        for name, file in FILES.items()
        if inputs.value_of(environ, name)
    }
    line = inputs.arguments("report", {**environ, **carried})
    return [*line, "--baseline-optional"]


def _carried_file(results: Path, name: str) -> Path:
    """Where a file is: among the results, or in an artifact of the plan job below."""
    paths = [results / name, *sorted(results.glob(f"*/{name}"))]
    present = (p for p in paths if p.parent.name != PREVIOUS and p.exists())
    return next(present, results / name)
