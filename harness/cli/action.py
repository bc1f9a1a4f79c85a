"""The verb ``action``, which the GitHub Action and the workflows run."""

from harness import cli
from harness.github import stages
from harness.github import track_stages
from harness.github.inputs import Stage


def action(stage: Stage | track_stages.Stage) -> int:
    """Run one stage of the GitHub Action, or of the workflow that follows releases."""
    match stage:
        case "plan" | "measure" | "report":
            stages.run(stage, cli.run, cli.check_words)
        case _:
            track_stages.run(stage, cli.run)
    return 0
