"""Options of verbs become arguments, and words in help match the code."""

from inspect import signature

import click
import pytest

from harness.cli import HIDDEN
from harness.cli import VERBS
from harness.cli import verbs
from harness.cli.schema import PUBLISHED
from harness.cli.usage import action
from harness.cli.usage import init
from harness.cli.usage import schema
from harness.cli.usage.verb import Verb
from harness.deployment.init.workflow import WORKFLOW
from harness.github import stages
from harness.github import track_stages
from harness.judge.gate import FORBIDDEN_CHANGES
from harness.records.choices import NEED_BASELINE


@pytest.mark.parametrize("name", [*VERBS, *HIDDEN])
def test_a_verb_is_run_with_its_options(name: str) -> None:
    """Options and the records that are made of them become arguments."""
    verb = verbs.get_command(click.Context(verbs), name)
    assert isinstance(verb, Verb)
    records = vars(verb.callback).get("records", {})
    given = {param.name for param in verb.params} | records.keys()
    for make in records.values():
        given -= signature(make).parameters.keys()
    assert given == signature(verb.does).parameters.keys()


def test_names_in_help_match_the_functions() -> None:
    assert init.WORKFLOW == str(WORKFLOW)
    assert schema.NAMES == tuple(PUBLISHED)
    assert action.STAGES == (*stages.STAGES, *track_stages.STAGES)
    assert NEED_BASELINE == tuple(FORBIDDEN_CHANGES)
