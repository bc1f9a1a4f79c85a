"""Lists the kinds of files that start a server, and reads command lines from them.

Each reader yields what it finds; to read another kind of file, such as that of a
platform, add a reader and its patterns to ``READERS``.
"""

import re
import shlex
from collections.abc import Callable
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from harness.deployment.command.command_line import procfile_lines
from harness.deployment.command.dockerfile_stages import stage_of
from harness.deployment.command.shell import StartLine
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import readable
from harness.deployment.platforms.tree import text_at
from harness.deployment.repository.compose import compose_file
from harness.deployment.repository.in_lines import FILES
from harness.deployment.repository.in_lines import in_lines
from harness.deployment.repository.in_tables import in_tables
from harness.deployment.repository.in_tables import run_as
from harness.deployment.repository.not_started import apache
from harness.deployment.repository.not_started import lines_of
from harness.deployment.repository.not_started import units
from harness.deployment.repository.pixi import pixi_file
from harness.deployment.repository.pixi import pixi_tables
from harness.deployment.repository.pm2 import pm2_file
from harness.deployment.repository.sections import conf_file
from harness.deployment.repository.sections import ini_file
from harness.deployment.repository.sections import unit_file
from harness.deployment.sources.python_source import assigned
from harness.deployment.sources.python_source import parsed
from harness.plan.wrappers import SHELLS
from harness.records.files import begin_of

NAMESPACE = "aws:elasticbeanstalk:container:python"

DEFAULTS = {"NumProcesses": "1", "NumThreads": "15", "WSGIPath": "application"}
"""Options of Elastic Beanstalk with their defaults, as its documentation has them:
https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-specific.html"""


def option_settings(path: Path, text: str) -> Iterator[StartLine]:
    """The server that the options in a Python file describe, if it has any."""
    for root in readable(from_yaml, text):
        given = {name: node for name, node in _given(root) if name in DEFAULTS}
        if given:
            line = min(each.line for each in given.values())
            value = {**DEFAULTS, **{name: each.text for name, each in given.items()}}
            app = value["WSGIPath"].removesuffix(".py").replace("/", ".")
            command = (
                f"gunicorn --workers {value['NumProcesses']} "
                f"--threads {value['NumThreads']} {app}"
            )
            yield StartLine(line, "Elastic Beanstalk", command)


def _given(root: Node) -> Iterator[tuple[str, Node]]:
    """The options for Python, in either of the two ways to write them."""
    for _, table in find(root, f"option_settings.{NAMESPACE}"):
        yield from table.items.items()
    for _, each in find(root, "option_settings.*"):
        if text_at(each, "namespace") == NAMESPACE and "value" in each.items:
            yield text_at(each, "option_name"), each.items["value"]


Reader = Callable[[Path, str], Iterator[StartLine]]

_CONCURRENCY = re.compile(r"(?:workers|threads|worker_connections|worker_class)\b")


def _dockerfile(path: Path, text: str) -> Iterator[StartLine]:
    """The command of the last stage, which is the one that an image starts."""
    try:
        stage = stage_of(text, {"PATH": ""}, "", path)
    except ValueError:
        return  # quotes that do not close
    if run := stage.run:
        what = " ".join(each.name for each in run)
        parts = [shlex.join(each.items or ()) or each.rest for each in run]
        line = StartLine(run[-1].line, what, run_as(parts), stage.env)
        yield line._replace(copied=stage.copied)


def _workflow(path: Path, text: str) -> Iterator[StartLine]:
    """The steps of a workflow of GitHub that start a server themselves."""
    lines = text.splitlines()
    for root in readable(from_yaml, text):
        for job, table in find(root, "jobs.*"):
            for _, started in in_tables(table, "steps.*", ("run",), "env"):
                in_block = lines[started.line - 1].rstrip(" +-")[-1:] in ("|", ">")
                line = started.line + in_block
                yield started._replace(what=f"job {job}", line=line)


def _gunicorn(path: Path, text: str) -> Iterator[StartLine]:
    tree = parsed(path)
    names = assigned(tree) if tree else {}
    lines = [value.lineno for k, value in names.items() if _CONCURRENCY.match(k)]
    if lines:
        yield StartLine(min(lines), "", shlex.join(["gunicorn", "-c", path.name]))


def _uwsgi_in_other_words(path: Path, text: str) -> Iterator[StartLine]:
    """A file of uWSGI in YAML, XML or JSON."""
    kind = path.suffix[1:].replace("yml", "yaml")
    yield StartLine(1, "", shlex.join(["uwsgi", f"--{kind}", path.name]))


def _captain(path: Path, text: str) -> Iterator[StartLine]:
    """The Dockerfile in a definition of CapRover, which is JSON."""
    for root in readable(from_yaml, text):
        lines = (each.text for _, each in find(root, "dockerfileLines.*"))
        for started in _dockerfile(path, "\n".join(lines)):
            yield started._replace(line=1)


def _deployments(path: Path, text: str) -> Iterator[StartLine]:
    """The commands of a file of deployments.

    A command that it takes from a Procfile or a Dockerfile is a place in that file.
    """
    for root in readable(from_toml, text):
        several = in_tables(root, f"{DEPLOYMENTS[path.name]}.*", ("command",), "env")
        for at, (name, started) in enumerate(several, start=1):
            yield started._replace(what=name or str(at))


DEPLOYMENTS = {
    "concurrency.toml": "deployment",
    "pyproject.toml": "tool.flask-concurrency.deployment",
}
"""Files that say what ``check`` measures, and where in them."""


def _pyproject(path: Path, text: str) -> Iterator[StartLine]:
    """Deployments, and the tasks of the runner of whichever tool."""
    parsed_lines = [*_deployments(path, text), *pixi_tables(text)]
    yield from parsed_lines
    lines = {each.line for each in parsed_lines}
    yield from (
        in_line for in_line in in_lines(path, text) if in_line.line not in lines
    )


def _conf_file(path: Path, text: str) -> Iterator[StartLine]:
    yield from conf_file(path, text)
    yield from lines_of(filter(None, [apache(path, text)]))


def _shell(path: Path, text: str) -> Iterator[StartLine]:
    yield StartLine(1, "", text.replace("ExecStart=", ""))  # some write units


READERS: tuple[tuple[tuple[str, ...], Reader], ...] = (
    (("Procfile", "Procfile.*"), lambda _, text: procfile_lines(text)),
    (("[Dd]ockerfile", "[Dd]ockerfile.*", "*.[Dd]ockerfile"), _dockerfile),
    (("Containerfile", "Containerfile.*"), _dockerfile),
    (("compose*.y*ml", "docker-compose*.y*ml"), compose_file),
    (("*stack*.y*ml",), compose_file),
    (("gunicorn*.py", "*gunicorn.py", "gunicorn_conf*"), _gunicorn),
    (("uwsgi*.y*ml", "uwsgi*.xml", "uwsgi*.json"), _uwsgi_in_other_words),
    (("tox.ini",), in_lines),
    (("*.ini",), ini_file),
    (("*.conf",), _conf_file),
    (
        ("*unit*.json", "config.json", "conf.json"),
        lambda _, text: lines_of(units(text)),
    ),
    (("*.service", "*.container"), unit_file),
    (("*.config.*js", "pm2*.json", "pm2*.*js", "ecosystem*.js*"), pm2_file),
    (("pyproject.toml",), _pyproject),
    (("pixi.toml",), pixi_file),
    (tuple(DEPLOYMENTS), _deployments),
    (("*.sh", "entrypoint", "start", "run"), _shell),
    (("captain-definition",), _captain),
    (("*.config",), option_settings),
    (FILES, in_lines),
)
"""Readers, by the names of files."""


def is_workflow(path: Path) -> bool:
    """Whether a file is a workflow of GitHub."""
    return path.parent.parts[-2:] == (".github", "workflows")


def reader_of(path: Path) -> Reader | None:
    """The function that reads a file; ``None`` if there is none."""
    if is_workflow(path):
        return _workflow if path.suffix in (".yml", ".yaml") else None
    for patterns, reader in READERS:
        if any(fnmatchcase(path.name, pattern) for pattern in patterns):
            return reader
    is_script = not path.suffix and _FOR_A_SHELL.match(begin_of(path))
    return _shell if is_script else None


_FOR_A_SHELL = re.compile(rf"#! ?/\S*[/ ](?:{'|'.join(SHELLS)})\b")
