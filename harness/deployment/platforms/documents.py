"""The documents of a platform's file, whatever it is written in."""

from __future__ import annotations

from pathlib import Path

from harness.deployment.platforms.braces import from_bicep
from harness.deployment.platforms.braces import from_hcl
from harness.deployment.platforms.catalog import Format
from harness.deployment.platforms.terraform import given_in
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node

STARTS_SOMETHING = ("containers:", "containerConcurrency:")
"""Marks of a template that is worth reporting."""


def documents(format_: Format, path: Path, text: str) -> list[Node]:
    """The documents in a text. Raises ``NotReadable``."""
    if path.suffix == ".bicep":
        return from_bicep(text)
    if format_ == "hcl":
        return from_hcl(text, given_in(path.parent) if path.suffix == ".tf" else {})
    return from_toml(text) if format_ == "toml" else from_yaml(text)


def unrendered(path: Path, text: str, problem: str) -> str:
    """What to say about a file that cannot be read; may be empty.

    Templates for other programs are often called like what they make.
    """
    if "{{" not in text and "{%" not in text:
        return problem
    if "{{" in text and _chart(path) and any(each in text for each in STARTS_SOMETHING):
        return (
            "it is a template of Helm, which is not rendered here: write it out with "
            f"helm template {_chart(path)} > rendered.yaml, and look at that"
        )
    return ""


def _chart(path: Path) -> str:
    """The name of the chart that a template is in; empty where it is in none."""
    folders = path.parts[:-1]
    if "templates" not in folders:
        return ""
    at = folders.index("templates")
    return folders[at - 1] if at else "."
