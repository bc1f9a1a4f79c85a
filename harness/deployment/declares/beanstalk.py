"""What ``.ebextensions`` of Elastic Beanstalk say of the server that it starts.

Without a ``Procfile`` the platform for Python starts gunicorn with these options.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import readable
from harness.deployment.platforms.tree import text_at
from harness.deployment.shell import StartLine

PAGE = (
    "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/"
    "command-options-specific.html#command-options-python"
)
"""The page that documents the options and their defaults."""

NAMESPACE = "aws:elasticbeanstalk:container:python"

DEFAULTS = {"NumProcesses": "1", "NumThreads": "15", "WSGIPath": "application"}


def option_settings(path: Path, text: str) -> Iterator[StartLine]:
    """The server that the options of a file for Python come to, if it has any."""
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
