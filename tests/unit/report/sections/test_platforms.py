"""Which side gives up first is printed at its line; lost requests are a finding."""

from pathlib import Path

import pytest

from harness.cli import run

SERVICE = """\
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {annotations: {run.googleapis.com/ingress: all}}
spec:
  template:
    spec:
      timeoutSeconds: 120
      containers: [{image: shop}]
"""


def shown(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(["declares", str(folder), *words]) == 0
    return capsys.readouterr().out


def files(folder: Path, command: str) -> None:
    (folder / "Procfile").write_text(f"web: {command}\n")
    (folder / "service.yaml").write_text(SERVICE)


def test_lost_requests_are_a_finding_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files(tmp_path, "gunicorn a:a")
    monkeypatch.chdir(tmp_path)
    out = shown(tmp_path, capsys)
    assert (
        "service.yaml:7  Cloud Run waits 120 s for an answer, and gunicorn ends it "
        "after 30 s: the worker is killed, and the request is lost\n"
        "app gives up first (FC305): service.yaml:7: write --timeout 120 in Procfile:1"
    ) in out
    markdown = shown(tmp_path, capsys, "--output-format", "markdown")
    assert "### Who gives up first" in markdown
    row = "a request that takes long | 120 s | 30 s | the app first |"
    assert f"| service.yaml:7 | Cloud Run | {row}" in markdown
    annotations = shown(Path(), capsys, "--output-format", "github")
    assert "service.yaml,line=7,title=app gives up first (FC305)" in annotations


def test_a_matching_platform_is_a_row_and_not_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files(tmp_path, "gunicorn --threads 80 a:a")
    markdown = shown(tmp_path, capsys, "--output-format", "markdown")
    assert "| 120 s | forever | the platform first |" in markdown
    assert "FC305" not in markdown
    assert "FC305" not in shown(tmp_path, capsys, "--output-format", "github")


def test_without_a_platform_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files(tmp_path, "gunicorn a:a")
    (tmp_path / "service.yaml").unlink()
    assert "gives up" not in shown(tmp_path, capsys, "--output-format", "markdown")
