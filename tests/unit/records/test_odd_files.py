"""Reading any file gives a record or one error of ours."""

import json
import os
import random
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.deployment.load import load
from harness.judge.expected import Expected
from harness.plan import catalog
from harness.plan.folder import FOLDER
from harness.records import files
from harness.records import toml
from harness.records.errors import HarnessError
from harness.records.errors import Unreadable
from harness.records.errors import UsageError
from harness.records.plan import Plan
from harness.records.report import Report
from harness.records.results import read_report
from harness.track import history
from tests.builders.reports import EXPECTED_TOML

FROZEN = Path(__file__).parents[2] / "frozen" / "schema-1"
HISTORY = next((FROZEN / "history").rglob("*.json"))
SEEDS = range(40)

DEPLOYMENTS = """\
[[deployment]]
name = "production"
command = "gunicorn shop:app -b {host}:{port}"
requirements = "requirements.txt"
env = { DATABASE_URL = "sqlite://" }
ready = "/health"
declared = 8
at-least = 6
python = "3.12"

[[deployment]]
name = "other"
procfile = "web"
"""

ODD_JSON = ["[]", "{}", "null", "true", "-1", "1e400", "9" * 5_000, "9" * 30]
ODD_JSON += ['""', '"\\u0000"', '"\\ud800"', "[" * 50_000, '{"a":' * 50_000, "NaN"]
ODD_TOML = ["[]", "{}", "true", "-1", "1e400", "nan", "9" * 5_000, "9" * 30, '""']
ODD_TOML += ['"\\u0000"', '"a\\nb"', "[" * 50_000, "1979-05-27", f'"{"x" * 9_000}"']


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a JSON value: its container, and its key or position."""
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield value, key
            yield from places(value[key])


def odd_json(text: str, chance: random.Random) -> bytes:
    """Return the same JSON with one value replaced, or with damaged bytes."""
    if chance.random() < 0.2:
        return damaged(text.encode(), chance)
    value = json.loads(text)
    inside, key = chance.choice(list(places(value)))
    if isinstance(inside, dict) and chance.random() < 0.2:
        inside[f"{key}s"] = inside.pop(key)
        return json.dumps(value).encode()
    inside[key] = "@odd@"
    return json.dumps(value).replace('"@odd@"', chance.choice(ODD_JSON)).encode()


def odd_toml(text: str, chance: random.Random) -> bytes:
    """Return the same TOML with one line replaced, or with damaged bytes."""
    lines = text.splitlines()
    number = chance.randrange(len(lines))
    key, equals, _ = lines[number].partition(" = ")
    way = chance.randrange(4)
    if way == 0:
        return damaged(text.encode(), chance)
    if equals and way < 3:
        lines[number] = f"{key} = {chance.choice(ODD_TOML)}"
    elif lines[number].startswith("[["):
        lines[number] = lines[number].replace("[[", "[").replace("]]", "]")
    else:
        lines.insert(
            number, chance.choice(["x = 1", "[x]", "[[x]]", "x", lines[number]])
        )
    return "\n".join(lines).encode()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return the same content cut off, or with one byte replaced."""
    at = chance.randrange(len(content))
    if chance.random() < 0.5:
        return content[:at]
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


Write = Callable[[Path, bytes], None]
Odd = Callable[[str, random.Random], bytes]


def read_as_report(folder: Path, content: bytes) -> None:
    """Read content as a report."""
    (folder / "report.json").write_bytes(content)
    read_report(folder)


def read_as_history(folder: Path, content: bytes) -> None:
    """Read content as a file of a history, named by its hash."""
    digest = history._digest(content)
    path = folder / f"20260101T000000Z-{digest}.json"
    path.write_bytes(content)
    stored, faults = history.read(folder)
    path.unlink()
    history.newest(stored)
    assert len(stored) + len(faults) == 1
    for fault in faults:
        raise fault


def read_as_deployments(folder: Path, content: bytes) -> None:
    """Read content as a file of deployments."""
    (folder / "requirements.txt").touch()
    (folder / "concurrency.toml").write_bytes(content)
    load(folder)


def read_as_expected(folder: Path, content: bytes) -> None:
    """Read content as a file of expected changes."""
    (folder / "expected.toml").write_bytes(content)
    toml.read(folder / "expected.toml", Expected)


def in_catalog(name: str) -> Write:
    """Read content as a file of the catalog."""

    def read(folder: Path, content: bytes) -> None:
        copy = folder / "catalog"
        if not copy.is_dir():
            copy_catalog(copy, {"servers/wsgiref.toml", name})
        (copy / name).unlink()
        (copy / name).write_bytes(content)
        catalog.load(copy)

    return read


def copy_catalog(copy: Path, wanted: set[str]) -> None:
    """Make a catalog of links to our files, with only the named servers."""
    for path in FOLDER.rglob("*.t*"):
        inside = path.relative_to(FOLDER)
        if inside.parts[0] != "servers" or str(inside) in wanted:
            (copy / inside).parent.mkdir(parents=True, exist_ok=True)
            (copy / inside).symlink_to(path)


def of_catalog(name: str) -> str:
    """Return the content of a file of the catalog."""
    return (FOLDER / name).read_text()


CASES: dict[str, tuple[str, Odd, Write]] = {
    "report": ((FROZEN / "report.json").read_text(), odd_json, read_as_report),
    "history": (HISTORY.read_text(), odd_json, read_as_history),
    "deployments": (DEPLOYMENTS, odd_toml, read_as_deployments),
    "expected": (EXPECTED_TOML, odd_toml, read_as_expected),
    **{
        name: (of_catalog(name), odd_toml, in_catalog(name))
        for name in (
            *("servers/gunicorn.toml", "proxies/nginx.toml", "matrix.toml"),
            "constraints/3.1.txt",
        )
    },
}


@pytest.mark.parametrize("kind", CASES)
def test_an_odd_file_is_one_error_or_a_record(kind: str, tmp_path: Path) -> None:
    text, odd, read = CASES[kind]
    refused = 0
    for seed in SEEDS:
        content = odd(text, random.Random(f"{kind}{seed}"))
        try:
            read(tmp_path, content)
        except HarnessError as error:
            refused += 1
            assert error.exit_code in (2, 6)
            assert str(error).startswith(f"{tmp_path}/")
    assert refused > len(SEEDS) / 4


@pytest.mark.parametrize("kind", CASES)
def test_the_undamaged_file_is_read(kind: str, tmp_path: Path) -> None:
    text, _, read = CASES[kind]
    read(tmp_path, text.encode())


def test_a_file_that_is_not_regular_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(UsageError, match=f"{path}: is not a regular file; "):
            files.read(path, Report)
        with pytest.raises(UsageError, match=f"{path}: is not a regular file; "):
            toml.read(path, Expected)


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 2 * 1024**2)
    with (tmp_path / "large").open("wb") as file:
        file.truncate(files.MOST_BYTES + 1)
    with pytest.raises(UsageError, match="large: is larger than 2 MiB"):
        files.read(tmp_path / "large", Report)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"environments": ' + b"[" * 100_000, "expected `object`|nested too deep"),
        (b'{"environments": [], "x": ' + b"[" * 100_000, "unknown field `x`|too deep"),
        (b"\xff", "is not whole"),
    ],
)
def test_a_file_that_is_not_a_plan_is_one_error(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "plan.json").write_bytes(content)
    with pytest.raises(Unreadable, match=f"(?i)plan.json: .*({words})"):
        files.read(tmp_path / "plan.json", Plan)
