"""Baselines over a real connection, from a stand-in for GitHub's API.

It answers as GitHub documents it. None of this was run against GitHub itself.
"""

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs
from urllib.parse import urlsplit

import pytest

from harness.github import baseline
from harness.github.api import Repository
from harness.github.artifacts import newest_report
from harness.records import files
from harness.records.errors import Unreadable
from harness.records.errors import UsageError
from harness.records.report import Report
from harness.system import download
from tests.http_server import WebServer

REPORT = Path(__file__).parents[2] / "frozen" / "schema-1" / "report.json"
NAME = "the matrix"
HOME, FORK = 7, 8
"""Ids of repositories."""


@pytest.fixture
def server(new_server: Any) -> WebServer:
    """One local web server."""
    made: WebServer = new_server()
    return made


# --------------------------------------------------------------------------- addresses


def test_a_baseline_is_read_from_an_address(server: WebServer) -> None:
    server.say("/report.json", REPORT.read_bytes())
    found = baseline.find(f"{server.address}/report.json")
    assert found == REPORT.read_text()
    assert baseline.read(f"{server.address}/report.json").limit == 64


def test_a_missing_baseline_is_none_or_an_error(
    server: WebServer, tmp_path: Path
) -> None:
    assert baseline.find(f"{server.address}/report.json") is None
    assert baseline.find(str(tmp_path / "report.json")) is None
    with pytest.raises(UsageError, match="there is nothing"):
        baseline.read(f"{server.address}/report.json")


@pytest.mark.parametrize("content", [b"<html>", REPORT.read_bytes()[:999], b""])
def test_an_unreadable_baseline_is_an_error(server: WebServer, content: bytes) -> None:
    server.say("/report.json", content)
    with pytest.raises(Unreadable, match="http://.*/report.json: is not "):
        baseline.find(f"{server.address}/report.json")


def test_a_failing_server_is_an_error(server: WebServer) -> None:
    server.say("/report.json", b"", 503)
    with pytest.raises(UsageError, match="answered 503 .*; try again later"):
        baseline.find(f"{server.address}/report.json")
    server.say("/report.json", b"", 403)
    with pytest.raises(UsageError, match="answered 403 .*what the address needs"):
        baseline.find(f"{server.address}/report.json")


def test_an_unreachable_server_is_an_error(server: WebServer) -> None:
    address = server.address
    server.shutdown()
    server.server_close()
    with pytest.raises(UsageError, match="could not be fetched: .*refused") as caught:
        baseline.find(f"{address}/report.json")
    assert "HTTPConnection" not in str(caught.value)


def test_a_baseline_that_is_too_large_is_refused(
    server: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "MOST_BYTES", 1024)
    server.say("/report.json", b"x" * 4096)
    with pytest.raises(UsageError, match="is larger than "):
        baseline.find(f"{server.address}/report.json")


def test_only_https_is_allowed(server: WebServer) -> None:
    with pytest.raises(UsageError, match="is not an https address"):
        baseline.find("http://example.org/report.json")
    server.send_on("/report.json", "http://example.org/report.json")
    with pytest.raises(UsageError, match="sends on to http://example.org/report.json"):
        baseline.find(f"{server.address}/report.json")
    server.send_on("/report.json", "/report.json")
    with pytest.raises(UsageError, match="sends on more than 5 times"):
        baseline.find(f"{server.address}/report.json")
    for odd in ("https://[", "https://\0", "https://a:b/"):
        with pytest.raises(UsageError, match="could not be fetched: "):
            baseline.find(odd)


# --------------------------------------------------------------------------- artifacts


def archive(**files: bytes) -> bytes:
    """Return the content of a downloaded artifact."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(name.replace("_", "."), content)
    return made.getvalue()


def artifact(number: int, **other: Any) -> dict[str, Any]:
    """One artifact as the API lists it; a higher number is newer."""
    run = {
        "id": 1000 + number,
        "repository_id": HOME,
        "head_repository_id": other.pop("head", HOME),
        "head_branch": other.pop("branch", "trunk"),
        "head_sha": "0" * 40,
    }
    return {
        "id": number,
        "node_id": "x",
        "name": NAME,
        "size_in_bytes": 556,
        "expired": False,
        "created_at": f"2026-01-{number:02}T14:59:22Z",
        "workflow_run": run,
    } | other


def github(server: WebServer, *artifacts: dict[str, Any], **runs: str) -> Repository:
    """A repository with some artifacts, and the results of the runs that made them."""
    repos = "/repos/octo/app"
    server.say(repos, {"id": HOME, "default_branch": "trunk", "full_name": "octo/app"})
    listed = {"total_count": len(artifacts), "artifacts": list(artifacts)}
    server.say(f"{repos}/actions/artifacts", listed)
    for each in artifacts:
        run = each["workflow_run"]["id"]
        said = {"id": run, "event": "push", "conclusion": "success", "status": "x"}
        changed = {"conclusion": runs.get(f"run_{run}", "success")}
        if changed["conclusion"] == "pull_request":
            changed = {"event": "pull_request"}
        server.say(f"{repos}/actions/runs/{run}", said | changed)
        content = REPORT.read_text().replace('"limit": 64', f'"limit": {each["id"]}')
        server.say(f"/blob/{each['id']}", archive(report_json=content.encode()))
        server.send_on(
            f"{repos}/actions/artifacts/{each['id']}/zip", f"/blob/{each['id']}"
        )
    return Repository(server.address, "octo/app", "a token")


def chosen(found: bytes | None) -> int | None:
    """Return the number of the artifact that a report came from."""
    return files.decode(found, "it", Report).limit if found else None


def test_the_newest_of_the_default_branch(server: WebServer) -> None:
    several = [artifact(2), artifact(5), artifact(3)]
    assert chosen(newest_report(github(server, *several), NAME)) == 5
    query = parse_qs(urlsplit(server.asked[1][0]).query)
    assert query == {"name": [NAME], "per_page": ["100"], "page": ["1"]}
    assert {sent for _, sent in server.asked} == {"Bearer a token"}


@pytest.mark.parametrize(
    ("other", "runs"),
    [
        ({"expired": True}, {}),
        ({"branch": "a pull request"}, {}),
        # A branch of a fork with the same name as ours.
        ({"head": FORK}, {}),
        ({"name": "another"}, {}),
        ({}, {"run_1009": "failure"}),
        ({}, {"run_1009": "cancelled"}),
        # A branch of ours with that name, merged into another one.
        ({}, {"run_1009": "pull_request"}),
    ],
)
def test_artifacts_of_other_branches_and_failed_runs_do_not_count(
    server: WebServer, other: dict[str, Any], runs: dict[str, str]
) -> None:
    newer = artifact(9, **other)
    assert chosen(newest_report(github(server, artifact(2), newer, **runs), NAME)) == 2
    assert newest_report(github(server, newer, **runs), NAME) is None


def test_without_artifacts_there_is_no_baseline(server: WebServer) -> None:
    assert newest_report(github(server), NAME) is None


def test_all_pages_of_artifacts_are_read(server: WebServer) -> None:
    first = [artifact(n % 28 + 1, branch="other") for n in range(100)]
    repository = github(server, *first)
    github(server, artifact(4))
    (_, _, listed) = server.answers["/repos/octo/app/actions/artifacts"]
    server.say("/repos/octo/app/actions/artifacts 2", listed)
    server.say("/repos/octo/app/actions/artifacts", {"artifacts": first})
    assert chosen(newest_report(repository, NAME)) == 4


def test_the_token_is_for_github_only(server: WebServer, new_server: Any) -> None:
    elsewhere: WebServer = new_server()
    repository = github(server, artifact(4))
    elsewhere.say("/signed", server.answers["/blob/4"][2])
    url = f"{elsewhere.address}/signed"
    server.send_on("/repos/octo/app/actions/artifacts/4/zip", url)
    assert chosen(newest_report(repository, NAME)) == 4
    assert elsewhere.asked == [("/signed", None)]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/repos/octo/app", 401, "answered 401 .*needs `permissions: actions: read`"),
        ("/repos/octo/app", 404, "nothing that this token may see; the token needs"),
        ("/repos/octo/app/actions/artifacts", 403, "answered 403 .*actions: read"),
        ("/repos/octo/app/actions/artifacts/4/zip", 403, "answered 403 .*actions: r"),
        ("/repos/octo/app/actions/artifacts", 200, "not what GitHub's REST API"),
    ],
)
def test_a_refused_request_is_an_error(
    server: WebServer, path: str, status: int, words: str
) -> None:
    repository = github(server, artifact(4))
    server.say(path, {"message": "Resource not accessible by integration"}, status)
    with pytest.raises(UsageError, match=f"^baseline: http.*{words}"):
        newest_report(repository, NAME)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK no archive", "is not a complete archive"),
        (archive(report_md=b"x"), "has no report.json; give artifact-name the name"),
        (archive(report_json=b"{"), "is not whole"),
    ],
)
def test_an_artifact_without_a_report_is_refused(
    server: WebServer, content: bytes, words: str
) -> None:
    repository = github(server, artifact(4))
    server.say("/blob/4", content)
    with pytest.raises(Unreadable, match=words):
        baseline.find("artifact", repository, NAME)


def test_a_name_with_a_star_is_refused() -> None:
    with pytest.raises(UsageError, match=r"one without a \*"):
        baseline.find("artifact", Repository("", "", ""), "matrix-*")
    with pytest.raises(UsageError, match="is for workflows on GitHub"):
        baseline.find("artifact", None, NAME)


# --------------------------------------------------------------- from the command line


def stage(results: Path, **environment: str) -> tuple[str, dict[str, str]]:
    """Run the first stage of the action; return what it printed, and its outputs."""
    output = results.parent / "output"
    output.write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "harness", "action", "plan"],
        env={
            "PATH": "/usr/bin:/bin",
            "FLASK_CONCURRENCY_RESULTS": str(results),
            "GITHUB_OUTPUT": str(output),
            "WITH_ONLY": "flask-3.1.3/werkzeug-*/run/*",
            **environment,
        },
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    lines = output.read_text().splitlines()
    names = [line.partition("<<")[0] for line in lines[::3]]
    return done.stdout, dict(zip(names, lines[1::3], strict=False))


def test_the_action_keeps_the_baseline_for_the_report(
    server: WebServer, tmp_path: Path
) -> None:
    repository = github(server, artifact(4))
    told = {
        "GITHUB_API_URL": repository.api,
        "GITHUB_REPOSITORY": repository.name,
        "WITH_TOKEN": repository.token,
        "WITH_ARTIFACT_NAME": NAME,
        "WITH_BASELINE": "artifact",
    }
    said, outputs = stage(tmp_path / "results", **told)
    assert outputs["exit-code"] == "0", said
    kept = tmp_path / "results" / "baseline.json"
    assert chosen(kept.read_bytes()) == 4
    github(server)
    said, outputs = stage(tmp_path / "results", **told)
    assert outputs["exit-code"] == "0"
    assert "::notice title=Flask Concurrency Matrix::Nothing is compared" in said
    assert not kept.exists(), "that of a run before is not this one's"


def test_a_baseline_that_cannot_be_read_fails_the_action(tmp_path: Path) -> None:
    bad = tmp_path / "report.json"
    bad.write_bytes(REPORT.read_bytes()[:999])
    said, outputs = stage(tmp_path / "results", WITH_BASELINE=str(bad))
    assert outputs["exit-code"] == "6"
    assert "is not whole" in said and "::error " in said
