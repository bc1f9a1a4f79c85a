"""The verb ``action``, which the GitHub Action and the workflows run."""

from __future__ import annotations

import click

from harness import cli
from harness.cli import options as shared
from harness.github import stages
from harness.github import track_stages
from harness.github.inputs import Stage


@click.command(
    cls=shared.Verb,
    hidden=True,
    examples=("flask-concurrency action plan",),
)
@click.argument("stage", type=click.Choice([*stages.STAGES, *track_stages.STAGES]))
def action(stage: Stage | track_stages.Stage) -> int:
    """Run one stage of the GitHub Action, or of the workflow that follows releases."""
    match stage:
        case "plan" | "measure" | "report":
            stages.run(stage, cli.run, cli.check)
        case _:
            track_stages.run(stage, cli.run)
    return 0
