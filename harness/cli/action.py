"""The verb ``action``, which the GitHub Action and the workflows run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

import click

from harness import cli
from harness.cli import options as shared
from harness.github import stages
from harness.github import track_stages
from harness.github.inputs import Stage


class ActionOptions(NamedTuple):
    """What ``action`` is given."""

    stage: Stage | track_stages.Stage


def _record(given: Mapping[str, Any]) -> ActionOptions:
    return ActionOptions(given["stage"])


@click.command(
    cls=shared.Verb,
    record=_record,
    hidden=True,
    examples=("flask-concurrency action plan",),
)
@click.argument("stage", type=click.Choice([*stages.STAGES, *track_stages.STAGES]))
def action(options: ActionOptions) -> int:
    """Run one stage of the GitHub Action, or of the workflow that follows releases."""
    match options.stage:
        case "plan" | "measure" | "report" as stage:
            return stages.run(stage, cli.run, cli.check)
        case stage:
            return track_stages.run(stage, cli.run)
