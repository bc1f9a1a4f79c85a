"""The command that a deployment starts, from its file, a Procfile or a Dockerfile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.deployment.command import command_line
from harness.deployment.config import Configured
from harness.deployment.config import DeploymentFault
from harness.deployment.load import load

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file with one deployment."""

    def one(line: str) -> Path:
        path = tmp_path / "concurrency.toml"
        path.write_text(f'[[deployment]]\nname = "production"\n{line}\n')
        return path

    return one


def words(configured: Configured, **caller: str) -> tuple[str, ...]:
    return command_line(configured, configured.deployments[0], caller).words


def test_a_command_is_split_like_a_shell_does(write: Write) -> None:
    path = write("command = \"exec gunicorn 'shop:make()' -b :{port}\"")
    assert words(load(path)) == ("gunicorn", "shop:make()", "-b", ":{port}")


@pytest.mark.parametrize("text", ["a {port} | b", "cd x && a {port}", "a '{port}"])
def test_what_needs_a_shell_is_refused(write: Write, text: str) -> None:
    configured = load(write(f'command = "{text}"'))
    with pytest.raises(DeploymentFault, match="command: "):
        words(configured)


# --------------------------------------------------------------------------- Procfile


def test_a_line_of_a_procfile(write: Write, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text(
        "worker: celery\nweb: gunicorn a:a -b :$PORT -w ${WORKERS:-3}\n"
    )
    configured = load(write('procfile = "web"'))
    assert words(configured)[1:] == ("a:a", "-b", ":{port}", "-w", "3")
    assert words(configured, WORKERS="5")[-1] == "5"
    found = command_line(configured, configured.deployments[0], {})
    assert (found.path, found.line) == (tmp_path / "Procfile", 2)
    assert found.env == {"PORT": "{port}"}


def test_no_such_line_in_the_procfile(write: Write, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("worker: celery\n")
    with pytest.raises(DeploymentFault, match="no line web; it has: worker"):
        words(load(write('procfile = "web"')))


# ------------------------------------------------------------------------- Dockerfile


@pytest.mark.parametrize(
    "lines",
    [
        'CMD ["gunicorn", "a:a", "-b", ":{port}"]',
        "CMD gunicorn a:a \\\n  # why\n  -b :$PORT",
        'ENTRYPOINT ["gunicorn"]\nCMD ["a:a", "-b", ":{port}"]',
        "CMD old\nFROM other\nCMD exec gunicorn a:a -b :${PORT}",
    ],
)
def test_the_command_of_a_dockerfile(write: Write, tmp_path: Path, lines: str) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM python\nENV THREADS=2\n{lines}\n")
    configured = load(write('dockerfile = "Dockerfile"'))
    assert words(configured) == ("gunicorn", "a:a", "-b", ":{port}")
    found = command_line(configured, configured.deployments[0], {})
    assert found.env == {"THREADS": "2", "PORT": "{port}"}


def test_a_dockerfile_without_a_command(write: Write, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\n")
    with pytest.raises(DeploymentFault, match="has no CMD; write command instead"):
        words(load(write('dockerfile = "Dockerfile"')))


# ------------------------------------------------------------------------------ ports


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("--bind 0.0.0.0:8000", "`0.0.0.0:${PORT:-8000}` in place of `0.0.0.0:8000`"),
        ("-b :8000", "write `:${PORT:-8000}` in place of `:8000`"),
        ("-b:80", "write `-b:${PORT:-80}` in place of `-b:80`"),
        ("--bind=[::]:8000", "`--bind=[::]:${PORT:-8000}` in place of"),
        ("--port 5000", "write `${PORT:-5000}` in place of `5000`"),
        ("--port=5000", "write `--port=${PORT:-5000}` in place of `--port=5000`"),
        ("-p 5000", "write `${PORT:-5000}` in place of `5000`"),
        ("--statsd-host localhost:8125", ""),
        ("-b unix:/run/a.sock", ""),
        ("-p 16", ""),
        ("-b :$PORT", ""),
        ("-b :${PORT:-8000}", ""),
    ],
)
def test_a_port_that_is_written_out(
    write: Write, tmp_path: Path, line: str, remedy: str
) -> None:
    (tmp_path / "Procfile").write_text(f"web: serve a:a {line}\n")
    items = json.dumps(["serve", "a:a", *line.split()])
    for name, text in (("Shell", f"serve a:a {line}"), ("List", items)):
        (tmp_path / name).write_text(f"FROM python\nCMD {text}\n")
    for key, value in (
        ("procfile", "web"),
        ("dockerfile", "Shell"),
        ("dockerfile", "List"),
    ):
        configured = load(write(f'{key} = "{value}"'))
        if not remedy:
            words(configured)
            continue
        with pytest.raises(DeploymentFault, match=f"{key}: listens") as caught:
            words(configured)
        assert remedy in str(caught.value)
        assert ("without brackets" in str(caught.value)) == (value == "List")
