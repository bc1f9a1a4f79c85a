"""The pages that explain findings, from an installed package or from a checkout."""

from pathlib import Path

from harness.records import files
from harness.records.errors import did_you_mean
from harness.records.errors import UsageError
from harness.records.rules import RULES

FOLDERS = (
    Path(__file__).parents[1] / "rules",
    Path(__file__).parents[2] / "docs" / "rules",
)


def page_of(code: str) -> str:
    """The page of a finding by its id. Raises ``UsageError``."""
    if code not in RULES:
        raise UsageError(f"there is no rule {code!r}; {did_you_mean(code, RULES)}")
    for folder in FOLDERS:
        if (path := folder / f"{code}.md").exists():
            return files.read_text(path)
    raise UsageError(
        f"the page of {code} was not installed; install flask-concurrency-matrix again"
    )


def meanings() -> dict[str, str]:
    """What each finding means, by its id: the first sentence of its page."""
    return {code: page_of(code).split("\n\n")[1] for code in RULES}
