"""``docs/command-line.md``: every verb and every option, as click has them."""

import inspect
import re
from collections.abc import Iterable
from collections.abc import Iterator

import click

from harness import cli
from harness.cli.streams import PROGRAM
from harness.cli.usage.verb import Verb

from .blocks import ROOT
from .blocks import table

PAGE = ROOT / "docs" / "command-line.md"

HEAD = """\
# The command line

<!-- Made of the command line itself: nox -s docs -->

`flask-concurrency VERB`, where the verb is one of these. `flask-concurrency VERB
--help` says the same as this page. In a checkout, `nox -s probe -- OPTIONS` is
`flask-concurrency probe OPTIONS`; the same goes for `track`, `bisect` and `site`."""


def page() -> str:
    """Return the whole page."""
    group = cli.verbs
    assert isinstance(group, click.Group)
    parent = click.Context(group, info_name=PROGRAM, **group.context_settings)
    rows = ((f"[`{name}`](#{name})", does) for name, does in cli.VERBS.items())
    verbs = table(("verb", ""), rows).rstrip()
    parts = [HEAD, verbs, "## Exit codes", _pairs(cli.EXIT_CODES)]
    for name in cli.VERBS:
        verb = group.get_command(parent, name)
        assert isinstance(verb, Verb), name
        parts += _verb(verb, click.Context(verb, info_name=name, parent=parent))
    parts += ["## Completion", "In the startup file of the shell:"]
    parts.append(_pairs((shell, f"`{line}`") for shell, line in cli.COMPLETION))
    return "\n\n".join(parts) + "\n"


def save() -> None:
    """Write the page."""
    PAGE.write_text(page())


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return table(("", ""), pairs).rstrip()


def _verb(verb: Verb, ctx: click.Context) -> Iterator[str]:
    yield f"## {ctx.info_name}"
    usage = " ".join(ctx.get_usage().removeprefix("Usage: ").split())
    yield f"```\n{usage}\n```"
    yield re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(verb.help or ""))
    options = (
        parameter
        for parameter in verb.get_params(ctx)
        if isinstance(parameter, click.Option)
    )
    records = (option.get_help_record(ctx) for option in options)
    rows = ((f"`{name}`", _plain(text)) for name, text in filter(None, records))
    yield table(("option", ""), rows).rstrip()
    if verb.exit_codes:
        yield "Exit codes:"
        yield _pairs(verb.exit_codes)
    yield "Examples:" if len(verb.examples) > 1 else "Example:"
    yield "\n".join(["```", *verb.examples, "```"])


def _plain(text: str) -> str:
    """Return a text without anything that Markdown takes for emphasis or tags."""
    return text.replace("*", r"\*").replace("<", "&lt;")
