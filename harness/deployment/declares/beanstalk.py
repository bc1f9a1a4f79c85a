"""What ``.ebextensions`` of Elastic Beanstalk say of the server that it starts.

Without a ``Procfile`` the platform for Python starts gunicorn with these options.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
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
    try:
        roots = from_yaml(text)
    except NotReadable:
        return
    for root in roots:
        settings = root.items.get("option_settings")
        given = _given(settings) if settings else {}
        if given:
            line = min(each.line for each in given.values())
            value = {**DEFAULTS, **{name: each.text for name, each in given.items()}}
            app = value["WSGIPath"].removesuffix(".py").replace("/", ".")
            command = (
                f"gunicorn --workers {value['NumProcesses']} "
                f"--threads {value['NumThreads']} {app}"
            )
            yield StartLine(line, "Elastic Beanstalk", command)


def _given(settings: Node) -> dict[str, Node]:
    """The options for Python, in either of the two ways to write them."""
    given = dict(settings.items[NAMESPACE].items) if NAMESPACE in settings.items else {}
    for each in settings.list:
        parts = each.items
        if {"namespace", "option_name", "value"} <= parts.keys():
            if parts["namespace"].text == NAMESPACE:
                given[parts["option_name"].text] = parts["value"]
    return {name: each for name, each in given.items() if name in DEFAULTS}
