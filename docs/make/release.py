"""Prepares a release: its notes, whether its parts agree, and its name on pages.

``python -m docs.make.release TAG REPOSITORY COMMIT`` prints the notes.
"""

import re
import sys
import tomllib
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import harness
from harness.records.errors import UsageError
from harness.system.command import output

from .blocks import repository as named
from .blocks import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"
PLUGIN = ROOT / "plugins" / "pytest-flask-concurrency" / "pyproject.toml"

PINNED = """\
In a workflow, name this release by its commit:

```yaml
      - uses: {repository}@{commit} # {tag}
```
"""

_USES = re.compile(
    r"(?m)(\buses: [\w.-]+/flask-concurrency-matrix(?:/[\w./-]+)?)@\S+(?: +#.*)?$"
)
_REV = re.compile(r"(?m)(repo: \S+/flask-concurrency-matrix\n +rev: )\S+(?: +#.*)?$")
_WHAT_OWNER_MEANS = re.compile(r"(?s)<!-- owner -->\n.*?<!-- /owner -->\n\n?")


def notes(tag: str, repository: str, commit: str) -> str:
    """Return the notes of a release. Raises ``UsageError`` if it is not ready."""
    faults = [*_faults(tag, repository)]
    if faults:
        raise UsageError(*faults)
    pinned = PINNED.format(repository=repository, commit=commit, tag=tag)
    return f"{pinned}\n{changes(tag.removeprefix('v'))}"


def changes(version: str) -> str:
    """Return the changelog's entries for a version, without heading and date."""
    text = CHANGELOG.read_text()
    found = re.search(rf"(?ms)^## {re.escape(version)}\n\n(.*?)(?=^## |\Z)", text)
    if not found:
        raise UsageError(f"CHANGELOG.md has no section '## {version}'; write one")
    return found[1].partition("\n\n")[2]


def _faults(tag: str, repository: str) -> list[str]:
    version = tag.removeprefix("v")
    plugin = tomllib.loads(PLUGIN.read_text())["project"]["version"]
    faults = [
        f"the tag is {tag} and {name} says {said}; make them agree"
        for name, said in (
            ("harness/__init__.py", harness.__version__),
            (str(PLUGIN.relative_to(ROOT)), plugin),
        )
        if said != version
    ]
    head = CHANGELOG.read_text().partition(f"\n## {version}\n\n")[2]
    if not re.match(r"\d{4}-\d\d-\d\d\n", head):
        first = head.partition("\n")[0] or "nothing"
        faults.append(
            f"CHANGELOG.md: below '## {version}' is {first!r}; write the date, such as "
            "2026-12-01"
        )
    if repository != named():
        account = repository.partition("/")[0]
        faults.append(
            f"pyproject.toml: Source is {named()}, and this is {repository}; write it "
            f"everywhere: nox -s docs -- --owner {account}"
        )
    return faults


# ------------------------------------------------------------- what names this project


def pages() -> Iterator[Path]:
    """Yield every file that names this project on GitHub."""
    yield from (ROOT / "pyproject.toml", PLUGIN)
    yield ROOT / ".github" / "workflows" / "matrix.yml"
    for pattern in ("*.md", "docs/*.md", "docs/rules/*.md", "plugins/*/*.md"):
        yield from sorted(ROOT.glob(pattern))


def owned(text: str, before: str, account: str) -> str:
    """Change the account of a repository in a text."""
    text = text.replace(before, f"{account}/{before.partition('/')[2]}")
    return _WHAT_OWNER_MEANS.sub("", text)


def released(text: str, tag: str, commit: str) -> str:
    """Change a text so that workflows use a release by its commit."""
    text = _USES.sub(rf"\1@{commit} # {tag}", text)
    return _REV.sub(rf"\g<1>{commit} # {tag}", text)


def commit_of(tag: str) -> str:
    """Return the commit of a tag. Raises ``UsageError`` if there is no such tag."""
    command = ("git", "rev-parse", "--verify", f"refs/tags/{tag}^{{commit}}")
    found = output(command, seconds=60, cwd=ROOT)
    if found.problem:
        raise UsageError(f"--released {tag}: there is no such tag; git fetch --tags")
    return found.text.strip()


def rewrite(change: Callable[[str], str]) -> None:
    """Change every file that names this project."""
    for path in pages():
        before = path.read_text()
        if (after := change(before)) != before:
            path.write_text(after)


if __name__ == "__main__":
    try:
        sys.stdout.write(notes(*sys.argv[1:4]))
    except UsageError as problem:
        sys.exit("\n".join(problem.args))
