"""A release that is not ready is refused, and pages name a release by its commit."""

import re
from pathlib import Path

import pytest

import harness
from docs.make import blocks
from docs.make import release
from harness.records.errors import UsageError

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TAG = f"v{harness.__version__}"
LOG = f"# Changelog\n\n## {harness.__version__}\n\n2026-12-01\n\n- It is.\n- Now.\n"


@pytest.fixture
def changelog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A changelog of a release that is ready."""
    path = tmp_path / "CHANGELOG.md"
    path.write_text(f"{LOG}\n## 0.0.1\n\n2026-01-01\n\n- Before.\n")
    monkeypatch.setattr(release, "CHANGELOG", path)
    return path


def test_the_notes_come_from_the_changelog(changelog: Path) -> None:
    notes = release.notes(TAG, blocks.repository(), COMMIT)
    assert f"uses: {blocks.repository()}@{COMMIT} # {TAG}\n" in notes
    assert notes.endswith("\n- It is.\n- Now.\n\n")


def test_everything_that_is_missing_is_reported_at_once(changelog: Path) -> None:
    changelog.write_text(LOG.replace("2026-12-01", "Unreleased."))
    with pytest.raises(UsageError) as raised:
        release.notes("v99", "acme/it", COMMIT)
    text = "\n".join(raised.value.args)
    assert text.count("the tag is v99") == 2
    assert "below '## 99' is 'nothing'" in text
    assert "nox -s docs -- --owner acme" in text
    with pytest.raises(UsageError, match=r"is 'Unreleased\.'; write the date"):
        release.notes(TAG, blocks.repository(), COMMIT)


def test_the_changelog_of_this_version_is_found() -> None:
    assert release.changes(harness.__version__).startswith("### ")


USES = """\
      - uses: OWNER/flask-concurrency-matrix@main
    uses: acme/flask-concurrency-matrix/.github/workflows/matrix.yml@v1 # old
      - uses: actions/checkout@v7
  - repo: https://github.com/OWNER/flask-concurrency-matrix
    rev: main # a release has a tag
"""


def test_pages_name_a_release_by_its_commit() -> None:
    after = release.released(USES, "v1.2.3", COMMIT)
    assert after.count(f"@{COMMIT} # v1.2.3\n") == 2
    assert f"rev: {COMMIT} # v1.2.3\n" in after
    assert "actions/checkout@v7" in after
    assert release.released(after, "v1.2.3", COMMIT) == after


def test_pages_name_the_publisher() -> None:
    text = "<!-- owner -->\n`OWNER` stands for you.\n<!-- /owner -->\n\n"
    text += "uses: OWNER/flask-concurrency-matrix@main"
    after = release.owned(text, "OWNER/flask-concurrency-matrix", "acme")
    assert after == "uses: acme/flask-concurrency-matrix@main"


def test_every_page_with_a_placeholder_is_changed() -> None:
    named = blocks.repository()
    listed = set(release.pages())
    found = {
        path
        for pattern in ("*.md", "*.toml", "docs/**/*.md", "plugins/*/*.*")
        for path in blocks.ROOT.glob(pattern)
        if named in path.read_text()
    }
    assert found and found <= listed


def test_every_use_of_the_action_can_be_pinned() -> None:
    for path in release.pages():
        for line in path.read_text().splitlines():
            if re.search(r"\buses: \S+/flask-concurrency-matrix", line):
                after = release.released(line, "v1.2.3", COMMIT)
                assert f"@{COMMIT} # v1.2.3" in after, line
