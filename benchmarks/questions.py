"""How long each other question takes for each configuration, and its answer."""

import tempfile
from pathlib import Path

from benchmarks.selection import cells
from benchmarks.selection import ROOT
from benchmarks.selection import run
from harness.judge.questions import answers
from harness.probe.questions import PROCEDURES
from harness.records.choices import Question
from harness.records.questions import Answer

FLASK = "flask-3.1.3"
GLOBS = (
    f"{FLASK}/werkzeug-*/run/*",
    f"{FLASK}/werkzeug-*/run-without-threads/*",
    f"{FLASK}/gunicorn-27*/sync-4/*",
    f"{FLASK}/gunicorn-27*/gthread-1x4/*",
    f"{FLASK}/gunicorn-27*/gevent-connections-10/*",
)


def taken(folder: Path) -> dict[str, dict[Question, Answer]]:
    """Ask every question, cell by cell; return the answers by cell and question."""
    only = [word for glob in GLOBS for word in ("--only", glob)]
    run(ROOT, folder, "--jobs", "1", "--ask", "all", *only)
    return {
        "/".join(cell.id.split("/")[1:3]): {a.question: a for a in answers(cell)}
        for cell in cells(folder)
    }


def main() -> None:
    """Print a line for each question and configuration."""
    with tempfile.TemporaryDirectory() as folder:
        found = taken(Path(folder))
    print("\nSeconds for each question, with starting a server where it needs its own")
    for question in PROCEDURES:
        print(f"  {question}")
        for name, answered in found.items():
            answer = answered[question]
            print(f"  {answer.seconds:7.2f}  {name:38} {answer.answer}")


if __name__ == "__main__":
    main()
