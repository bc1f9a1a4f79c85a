"""The command of a deployment, from its file, a Procfile or a Dockerfile."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.deployment.command.command_line import command_line
from harness.deployment.command.shell import CommandLine
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


def test_a_command_is_split_as_by_a_shell(write: Write) -> None:
    path = write("command = \"exec gunicorn 'shop:make()' -b :{port}\"")
    assert words(load(path)) == ("gunicorn", "shop:make()", "-b", ":{port}")


def test_assignments_before_a_command_become_variables(write: Write) -> None:
    configured = load(write("command = \"A=1 B='x y' gunicorn a:a -b :{port}\""))
    found = command_line(configured, configured.deployments[0], {})
    assert found.words == ("gunicorn", "a:a", "-b", ":{port}")
    assert found.env == {"A": "1", "B": "x y"}


@pytest.mark.parametrize(
    "text",
    [
        "a {port} | b",
        "cd x && a {port}",
        "a; b {port}",
        "a -w $((2 * 2 + 1)) -b :{port}",
        "a -w $(nproc) -b :{port}",
        "a -w `nproc` -b :{port}",
        "a -w ${N:-${M:-3}} -b :{port}",
        "a {port} > log 2>&1",
        "~/venv/bin/a {port}",
    ],
)
def test_lines_that_need_a_shell_are_run_by_one(write: Write, text: str) -> None:
    assert words(load(write(f'command = "{text}"'))) == ("sh", "-c", text)


@pytest.mark.parametrize(
    "text",
    [
        "a 'x:y(z)' {port}",
        "a x:y() {port}",
        "a 'x;y' {port}",
        "a --allow '*' --of=* {port}",
        "a 'costs 5$' 5$ {port}",
        "a b~c {port}",
    ],
)
def test_quoted_operators_need_no_shell(write: Write, text: str) -> None:
    assert words(load(write(f'command = "{text}"')))[0] == "a"


def test_an_unclosed_quote_is_an_error(write: Write) -> None:
    with pytest.raises(DeploymentFault, match="command: cannot be split into words"):
        words(load(write('command = "a \'{port}"')))


# --------------------------------------------------------------------------- Procfile


def test_a_line_of_a_procfile_is_a_command(write: Write, tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text(
        "worker: celery\nweb: gunicorn a:a -b :$PORT -w ${WORKERS:-3}\n"
    )
    configured = load(write('procfile = "web"'))
    assert words(configured)[1:] == ("a:a", "-b", ":{port}", "-w", "3")
    assert words(configured, WORKERS="5")[-1] == "5"
    found = command_line(configured, configured.deployments[0], {})
    assert (found.path, found.line) == (tmp_path / "Procfile", 2)
    assert found.env == {"PORT": "{port}"}


def test_a_line_of_a_procfile_may_need_a_shell(write: Write, tmp_path: Path) -> None:
    line = "A=1 flask routes; gunicorn -w ${N:-${M:-3}} a:a"
    (tmp_path / "Procfile").write_text(f"web: {line}\n")
    configured = load(write('procfile = "web"'))
    assert words(configured, PATH="") == ("sh", "-c", line)
    assert words(configured, PATH="/usr/bin:/bin")[1:] == ("-c", line)


def test_a_missing_line_of_a_procfile_is_an_error(write: Write, tmp_path: Path) -> None:
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
        "CMD old\nFROM python\nENV THREADS=2\nCMD exec gunicorn a:a -b :${PORT}",
        'ENTRYPOINT gunicorn a:a -b :$PORT\nCMD ["ignored"]',
        "ENTRYPOINT []\nCMD gunicorn a:a -b :$PORT",
        "CMD <<EOF\ngunicorn a:a -b :$PORT\nEOF",
        "RUN <<EOF\nCMD none\nEOF\nCMD gunicorn a:a -b :$PORT",
    ],
)
def test_the_command_of_a_dockerfile_is_read(
    write: Write, tmp_path: Path, lines: str
) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM python\nENV THREADS=2\n{lines}\n")
    configured = load(write('dockerfile = "Dockerfile"'))
    assert words(configured) == ("gunicorn", "a:a", "-b", ":{port}")
    found = command_line(configured, configured.deployments[0], {})
    assert found.env == {"THREADS": "2", "PORT": "{port}"}


DOCKERFILE = """\
ARG RELEASE=3.12
FROM python:${RELEASE} AS base
ARG WORKERS=2
ENV PATH="/opt/venv/bin:$PATH" PORT=8080
ENV GUNICORN_CMD_ARGS="--bind=0.0.0.0:${PORT} --workers=$WORKERS"
ENV OLD spelling of $PORT
ENV LITERAL='$PORT'
CMD gunicorn a:a
FROM base AS web
ENTRYPOINT ["gunicorn"]
CMD ["a:a"]
FROM node
SHELL ["/bin/bash", "-ec"]
CMD serve; wait
"""


def docker(write: Write, tmp_path: Path, target: str = "") -> CommandLine:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    line = f'\ntarget = "{target}"' if target else ""
    configured = load(write(f'dockerfile = "Dockerfile"{line}'))
    return command_line(configured, configured.deployments[0], {"PATH": "/bin"})


def test_variables_of_a_dockerfile_are_filled_in(write: Write, tmp_path: Path) -> None:
    found = docker(write, tmp_path, "base")
    assert found.words == ("gunicorn", "--bind", "{host}:{port}", "a:a")
    assert found.env == {
        "PATH": "/opt/venv/bin:/bin",
        "PORT": "{port}",
        "GUNICORN_CMD_ARGS": "--bind=0.0.0.0:{port} --workers=2",
        "OLD": "spelling of {port}",
        "LITERAL": "$PORT",
    }


def test_the_command_comes_from_the_named_stage(write: Write, tmp_path: Path) -> None:
    web, last = docker(write, tmp_path, "web"), docker(write, tmp_path)
    assert (web.words[0], web.words[-1]) == ("gunicorn", "a:a")
    assert web.env["PATH"] == "/opt/venv/bin:/bin"
    assert last.words == ("/bin/bash", "-ec", "serve; wait")
    assert last.env == {"PORT": "{port}"}
    with pytest.raises(DeploymentFault, match="no stage wbe; it has: base, web"):
        docker(write, tmp_path, "wbe")


@pytest.mark.parametrize(
    "line",
    ["/srv/none/start.sh", "gunicorn -c /srv/none/conf.py a:a", "/start-none.sh"],
)
def test_a_path_in_the_image_is_reported(
    write: Write, tmp_path: Path, line: str
) -> None:
    for text in (line, json.dumps(line.split())):
        (tmp_path / "Dockerfile").write_text(f"FROM python\nCMD {text}\n")
        with pytest.raises(DeploymentFault, match="is only in the image; .*docker run"):
            words(load(write('dockerfile = "Dockerfile"')))


def test_a_dockerfile_without_a_command_is_an_error(
    write: Write, tmp_path: Path
) -> None:
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
def test_a_fixed_port_becomes_a_variable(
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
        if value == "List":
            filled = " ".join(items_of(line))
            remedy = f"write `CMD exec serve a:a {filled}` in place of the list"
        assert remedy in str(caught.value)


def items_of(line: str) -> list[str]:
    """Return the words of a line in which a variable replaced the port."""
    return re.sub(r"(\d+)$", r"${PORT:-\1}", line).split()
