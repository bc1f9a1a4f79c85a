"""Where a deployment runs: its folder, its interpreter and its variables.

Unlike the cells of the catalog, a deployment sees all that its caller sees.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from harness.deployment.isolation import isolated
from harness.deployment.isolation import layered
from harness.deployment.isolation import own_folder
from harness.deployment.isolation import working_tree
from harness.measure.target import TARGET
from harness.system.command import Output
from harness.system.command import output

ASK_SECONDS = 60.0


class Where(NamedTuple):
    """The place that a deployment runs in."""

    folder: Path
    python: Path
    """The interpreter that most likely runs the command."""
    variables: dict[str, str]
    """All variables of the server, without those that the probe adds."""


def caller_variables(
    caller: Mapping[str, str], env: Mapping[str, str]
) -> dict[str, str]:
    """The caller's variables, with the harness's own scripts last on the path.

    These are left out where Flask is not installed beside the harness: no deployment
    could run in an environment of the harness alone.
    """
    path = [env.get("PATH") or caller.get("PATH", os.defpath)]
    if importlib.util.find_spec("flask"):
        path.append(str(Path(sys.executable).parent))
    return {**caller, **env, "PATH": os.pathsep.join(path)}


def ask(script: str, arguments: tuple[str, ...], where: Where) -> Output:
    """Run a script of ``target/`` with the deployment's Python and variables."""
    return ask_command([str(where.python), str(TARGET / script), *arguments], where)


def ask_command(words: Sequence[str], where: Where) -> Output:
    """Run a short command with a deployment's folder and variables.

    Configuration files are programs too: what they write is gone afterwards.
    """
    folder = where.folder
    with own_folder() as own:
        variables = isolated(where.variables, working_tree(folder), own)
        words = layered(list(words), folder, own, where.variables)
        return output(words, env=variables, cwd=folder, seconds=ASK_SECONDS)


def installed(where: Where) -> dict[str, str]:
    """Every distribution that the deployment's Python finds; empty if that fails."""
    try:
        return msgspec.json.decode(ask("about.py", (), where).text, type=dict[str, str])
    except msgspec.MsgspecError:
        return {}
