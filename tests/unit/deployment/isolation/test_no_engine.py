"""Where sockets of container engines are looked for."""

import json
from pathlib import Path

import pytest

from harness.deployment.isolation import no_engine
from harness.deployment.isolation.no_engine import _of_contexts
from harness.deployment.isolation.no_engine import engine_sockets


@pytest.mark.parametrize("home", ["", "/dev/null", "{folder}", "x" * 300])
def test_an_odd_home_folder_has_no_engine_socket(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(no_engine, "SOCKETS", ())
    variables = {"HOME": home.format(folder=tmp_path), "DOCKER_HOST": f"unix://{home}"}
    assert engine_sockets(variables) == []


def test_another_users_home_folder_has_no_engine_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(no_engine, "SOCKETS", (str(tmp_path / "engine.sock"),))
    monkeypatch.setattr("os.stat", refuse)
    assert engine_sockets({"HOME": str(tmp_path)}) == []


def test_sockets_of_docker_contexts_are_found(tmp_path: Path) -> None:
    meta = tmp_path / ".docker" / "contexts" / "meta" / "0a" / "meta.json"
    meta.parent.mkdir(parents=True)
    endpoint = {"docker": {"Host": "unix:///run/mine.sock"}}
    meta.write_text(json.dumps({"Name": "mine", "Endpoints": endpoint}))
    assert _of_contexts({"HOME": str(tmp_path)}) == ["/run/mine.sock"]
