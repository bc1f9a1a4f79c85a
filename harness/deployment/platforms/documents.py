"""The documents of a platform's file, and what variables of Terraform stand for."""

import contextlib
import functools
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

from harness.deployment.platforms.braces import from_bicep
from harness.deployment.platforms.braces import from_hcl
from harness.deployment.platforms.catalog import Format
from harness.deployment.platforms.helm import chart_of
from harness.deployment.platforms.helm import filled_in
from harness.deployment.platforms.tree import find
from harness.deployment.platforms.tree import from_toml
from harness.deployment.platforms.tree import from_yaml
from harness.deployment.platforms.tree import Node
from harness.deployment.platforms.tree import NotReadable
from harness.deployment.platforms.tree import readable
from harness.deployment.platforms.tree import text_at
from harness.records.files import text_if_there

STARTS_SOMETHING = ("containers:", "containerConcurrency:")
"""Marks of a template that is worth reporting."""


def documents(format_: Format, path: Path, text: str) -> list[Node]:
    """The documents in a text. Raises ``NotReadable``."""
    if path.suffix == ".bicep":
        return from_bicep(text)
    if format_ == "hcl":
        return from_hcl(text, given_in(path.parent) if path.suffix == ".tf" else {})
    if format_ == "yaml" and "{{" in text and chart_of(path):
        with contextlib.suppress(NotReadable):
            return from_yaml(filled_in(path, text))
    return from_toml(text) if format_ == "toml" else from_yaml(text)


def unrendered(path: Path, text: str, problem: str) -> str:
    """What to say about a file that cannot be read; may be empty.

    Templates for other programs often have the name of the file that they make.
    """
    if "{{" not in text and "{%" not in text:
        return problem
    chart = chart_of(path)
    if "{{" in text and chart and any(each in text for each in STARTS_SOMETHING):
        return (
            "it is a Helm template, which is not rendered here: write it out with "
            f"helm template {chart.name or '.'} > rendered.yaml, and look at that"
        )
    return ""


MOST_SIBLINGS = 100
"""Most files of one folder that are searched for variables."""


@functools.lru_cache(maxsize=32)
def given_in(folder: Path) -> Mapping[str, str]:
    """The values of Terraform variables, by the files of a folder."""
    try:
        paths = sorted((*folder.glob("*.tf"), *folder.glob("*.tfvars")))
    except OSError:
        return {}
    loaded = [path for path in paths[:MOST_SIBLINGS] if _is_loaded(path.name)]
    roots = {each.name: readable(from_hcl, text_if_there(each)) for each in loaded}
    return hcl_given({name: root[0] for name, root in roots.items() if root})


def _is_loaded(name: str) -> bool:
    """Whether Terraform reads a file by default: not all files of values."""
    return name == "terraform.tfvars" or name.endswith((".tf", ".auto.tfvars"))


def hcl_given(documents: Mapping[str, Node]) -> dict[str, str]:
    """The values of ``var.NAME`` and ``local.NAME``, by the files of a folder.

    Values in ``terraform.tfvars`` and ``*.auto.tfvars`` override defaults.
    """
    defaults: dict[str, str] = {}
    values: dict[str, str] = {}
    for name, root in documents.items():
        if name.endswith(".tfvars"):
            values |= dict(_plain("var", root))
            continue
        for variable, node in find(root, "variable.*"):
            defaults[f"var.{variable}"] = text_at(node, "default")
        for _, each in find(root, "locals.*"):
            defaults |= dict(_plain("local", each))
    return {name: value for name, value in (defaults | values).items() if value}


def _plain(prefix: str, node: Node) -> Iterator[tuple[str, str]]:
    return ((f"{prefix}.{name}", each.text) for name, each in node.items.items())
