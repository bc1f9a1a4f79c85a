"""A command whose files cannot be read to their end is refused before it runs."""

import os
from pathlib import Path

import pytest

from harness.deployment.command.named_files import check_files
from harness.deployment.config import DeploymentFault
from harness.records import files

ENDLESS = Path("/dev/zero")


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("gunicorn a:a", "gunicorn.conf.py"),
        ("python -m gunicorn a:a", "gunicorn.conf.py"),
        ("gunicorn -c conf.py a:a", "conf.py"),
        ("gunicorn --config=file:conf.py a:a", "conf.py"),
        ("hypercorn -c h.toml a:a", "h.toml"),
        ("uwsgi u.ini:web", "u.ini"),
        ("uwsgi --yaml conf/u.yml", "conf/u.yml"),
        ("python serve.py", "serve.py"),
        ("./start.sh", "start.sh"),
        ("sh start", "start"),
        ("/usr/bin/env python3.12 serve", "serve"),
        ("docker compose -f compose.yaml up", "compose.yaml"),
    ],
)
def test_a_file_without_an_end_is_refused(
    command: str, file: str, tmp_path: Path
) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    for make in (os.mkfifo, lambda path: path.symlink_to(ENDLESS)):
        make(path)
        with pytest.raises(DeploymentFault) as caught:
            check_files("command", command.split(), tmp_path)
        assert f"{path}: is not a regular file; put an ordinary" in str(caught.value)
        path.unlink()
    path.write_text("workers = 2\n")
    check_files("command", command.split(), tmp_path)


def test_a_file_that_is_far_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 1024**2)
    with (tmp_path / "gunicorn.conf.py").open("wb") as file:
        file.truncate(files.MOST_BYTES + 1)
    with pytest.raises(DeploymentFault, match=r"conf\.py: is larger than 1 MiB; put"):
        check_files("command", ["gunicorn", "a:a"], tmp_path)
    check_files("command", ["waitress-serve", "a:a"], tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn -c /dev/null --access-logfile /dev/stdout --worker-tmp-dir /dev a:a",
        "gunicorn -c none.py a:a",
        "gunicorn -c masked.py a:a",
        "gunicorn --log-file pipe a:a",
        "gunicorn --chdir package.py a:a",
        "python -u -m shop",
    ],
)
def test_what_is_not_read_may_be_of_any_kind(command: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "package.py").mkdir()
    (tmp_path / "masked.py").symlink_to(os.devnull)
    check_files("command", command.split(), tmp_path)
