"""Which words are releases and which are sources, and what sources are called."""

import pytest
from packaging.version import Version

from harness.environments.source import parse
from harness.environments.source import Source
from harness.records.errors import UsageError
from harness.records.versions import is_labelled
from harness.records.versions import Kind
from harness.records.versions import labelled

COMMIT = "1a2b3c4d5e6f7081920a1b2c3d4e5f6071829304"
FLASK = "https://github.com/pallets/flask"


@pytest.mark.parametrize(
    "text", ["3.1.3", "v3.1", "3.2.0.dev0", "3.1.3+local", "three", "flask", ""]
)
def test_a_version_is_not_a_source(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("./flask", "./flask"),
        ("../flask", "../flask"),
        (".", "."),
        ("~/flask", "~/flask"),
        ("/tmp/3.1.3", "/tmp/3.1.3"),
        ("flask/", "flask/"),
        ("flask-3.1.3.tar.gz", "flask-3.1.3.tar.gz"),
        ("flask-3.1.3-py3-none-any.whl", "flask-3.1.3-py3-none-any.whl"),
        ("file:///tmp/my%20flask", "/tmp/my flask"),
    ],
)
def test_a_path_is_a_source(text: str, location: str) -> None:
    assert parse(text) == Source(text, None, location)


def test_a_url_of_an_archive_is_a_source() -> None:
    url = f"{FLASK}/archive/refs/heads/main.zip"
    assert parse(url) == Source(url, Kind.ARCHIVE, url)


@pytest.mark.parametrize(
    ("text", "location", "reference"),
    [
        (f"git+{FLASK}", FLASK, ""),
        (f"git+{FLASK}@main", FLASK, "main"),
        (f"git+{FLASK}@refs/pull/1/head", FLASK, "refs/pull/1/head"),
        (f"git+file:///srv/flask@{COMMIT}", "file:///srv/flask", COMMIT),
        ("git+ssh://git@host/flask@3.1.x", "ssh://git@host/flask", "3.1.x"),
    ],
)
def test_a_git_reference_is_a_source(text: str, location: str, reference: str) -> None:
    assert parse(text) == Source(text, Kind.GIT, location, reference)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("git+main", "names no repository"),
        ("git+https://github.com", "names no repository"),
        ("git+ext::sh -c touch", "names no repository"),
        (f"git+{FLASK}@--upload-pack=touch", "not a git reference"),
        (f"git+{FLASK}@a..b c", "not a git reference"),
        (f"git+{FLASK}@main#subdirectory=src", "nothing may follow"),
    ],
)
def test_a_bad_git_reference_is_refused(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        parse(text)
    assert "git+https://github.com/pallets/flask@main" in str(caught.value)


def test_no_password_is_printed() -> None:
    source = parse("git+https://me:secret@github.com/pallets/flask@main")
    assert source is not None
    assert source.text == f"git+{FLASK}@main"
    assert "secret" in source.location


def test_a_version_names_its_source() -> None:
    version = labelled("3.2.0.dev", Kind.CHECKOUT, COMMIT)
    assert version == "3.2.0.dev0+checkout.1a2b3c4"
    assert labelled("3.1.3+theirs", Kind.ARCHIVE, COMMIT) == "3.1.3+archive.1a2b3c4"
    dirty = labelled("3.2.0.dev", Kind.CHECKOUT, COMMIT, dirty=True)
    assert dirty == "3.2.0.dev0+checkout.1a2b3c4.dirty"
    assert Version("3.1.3") < Version(version) < Version("3.2.0")


@pytest.mark.parametrize(
    ("content", "label"),
    [("0123456789abcdef", "0123456789a"), ("0012345", "x0012345")],
)
def test_a_commit_of_digits_is_no_number(content: str, label: str) -> None:
    assert labelled("1.0", Kind.GIT, content) == f"1.0+git.{label}"


def test_versions_with_our_label_are_recognized() -> None:
    for kind in Kind:
        assert is_labelled(labelled("3.1.3", kind, COMMIT))
    assert not is_labelled("3.1.3")
    assert not is_labelled("3.1.3+cu118")
