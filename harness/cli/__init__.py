"""The command line ``flask-concurrency``: its verbs, its exit codes, how it fails.

A verb's module is imported when the verb runs, since some need half a second of
imports. Errors carry raw text, which is made harmless where it is printed.
"""

import contextlib
import errno
import importlib
import os
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from difflib import get_close_matches

import click
from click.shell_completion import shell_complete

import harness
from harness.cli.streams import discard_output
from harness.cli.streams import errors_share_output
from harness.cli.streams import escape_unprintable
from harness.cli.streams import PROGRAM
from harness.cli.streams import say
from harness.records.errors import did_you_mean
from harness.records.errors import HarnessError
from harness.records.errors import Interrupted
from harness.records.errors import UsageError
from harness.records.text import shortened
from harness.system import os_errors
from harness.system.signals import end_undisturbed
from harness.system.signals import interrupt_when_nox_ends
from harness.system.signals import interrupt_when_told_to_end

COMPLETE = "_FLASK_CONCURRENCY_COMPLETE"
"""Variable by which a shell asks for completions, named as click's documentation
says."""

VERBS = {
    "probe": "Measure configurations and show the matrix.",
    "check": "Measure your own deployments.",
    "init": "Write concurrency.toml for the app in this folder.",
    "declares": "Show every place in a repository that declares a concurrency.",
    "compare": "Show what changed between two reports.",
    "track": "Measure configurations under every release, and show what changed.",
    "bisect": "Find the release in which a configuration changed, and why.",
    "report": "Judge stored evidence again and show it.",
    "site": "Write the atlas: static pages made from reports and histories.",
    "explain": "Show what a finding means, or what a command declares.",
    "doctor": "Show what this machine can do, and what to install for the rest.",
    "plan": "Write the plan of a run and print its jobs.",
    "measure": "Measure a plan, or one shard of it.",
    "schema": "Print the JSON Schema of a file.",
}
"""The verbs that are listed, by name; each has a module of its own."""

HIDDEN = ("action",)

EXIT_CODES = (
    ("0", "measured"),
    ("1", "a measured result matches --fail-on"),
    ("2", "wrong usage, configuration or file"),
    ("3", "nothing was measured"),
    ("4", "the harness failed"),
    ("5", "a deployment could not be started"),
    ("6", "a stored report cannot be read"),
    ("130", "interrupted"),
)

MOST_OF_A_MESSAGE = 600
"""Longest message about an option, in characters; the message quotes what was typed."""

COMPLETION = (
    ("bash", f'eval "$({COMPLETE}=bash_source {PROGRAM})"'),
    ("zsh", f'eval "$({COMPLETE}=zsh_source {PROGRAM})"'),
    ("fish", f"{COMPLETE}=fish_source {PROGRAM} | source"),
)


class Verbs(click.Group):
    """All verbs, each imported only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the verbs, most used first."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a verb; ``None`` if there is no such verb."""
        if cmd_name not in (*VERBS, *HIDDEN):
            return None
        module = importlib.import_module(f"{__name__}.usage.{cmd_name}")
        verb: click.Command = getattr(module, cmd_name)
        return verb

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words before the verb; a command line without words is an error."""
        if not args and not ctx.resilient_parsing:
            verbs = ", ".join(list(VERBS)[:3])
            ctx.fail(f"name a verb, such as {verbs}; {PROGRAM} --help shows them all")
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Import the verb that a command line names, or suggest one like it."""
        if not ctx.resilient_parsing and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"no such verb {args[0]!r}; {did_you_mean(args[0], VERBS)}")
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the verbs without importing them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit codes, how to set up completion, and examples."""
        with formatter.section("Exit codes"):
            formatter.write_dl(EXIT_CODES)
        with formatter.section("Completion, in the shell's startup file"):
            formatter.write_dl(COMPLETION)
        with formatter.section("Examples"):
            formatter.write(f"  {PROGRAM} check -- gunicorn app:app --threads 4\n")
            formatter.write(f"  {PROGRAM} probe --server gunicorn --list\n")


@click.group(
    PROGRAM,
    cls=Verbs,
    help=harness.__doc__,
    subcommand_metavar="VERB [OPTIONS]...",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(harness.__version__, message="%(version)s")
def verbs() -> None:
    """The group of all verbs; it does nothing itself."""


def run(argv: Sequence[str]) -> int:
    """Run a command line; return the exit code. Raises ``HarnessError``."""
    with _usage_errors():
        try:
            with verbs.make_context(PROGRAM, list(argv)) as context:
                code: int = verbs.invoke(context)
        except click.exceptions.Exit as ended:  # raised by --help and --version
            code = ended.exit_code
    return code


def check_words(argv: Sequence[str]) -> None:
    """Check a command line without running its verb. Raises ``UsageError``.

    It is not called ``check``, because that verb's module takes the name when imported.
    """
    with _usage_errors(), verbs.make_context(PROGRAM, list(argv)) as context:
        name, verb, rest = verbs.resolve_command(context, list(argv))
        if verb is not None:
            verb.make_context(name, rest, parent=context)


@contextlib.contextmanager
def _usage_errors() -> Iterator[None]:
    """Turn click's errors into ``UsageError``, below the usage line of the verb."""
    try:
        yield
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx is not None:
            print(error.ctx.get_usage(), file=sys.stderr)
        raise UsageError(_message(error)) from None


def _message(error: click.ClickException) -> str:
    """The text of an error; for an unknown option it suggests the nearest one."""
    if isinstance(error, click.NoSuchOption):
        name, known = error.option_name, error.possibilities or ()
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "--help shows all"
        return f"there is no option {name}; {hint}"
    return shortened(error.format_message(), MOST_OF_A_MESSAGE)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line of this process; return the exit code.

    A ``HarnessError`` becomes a line on standard error for each of its problems.
    """
    if instruction := os.environ.get(COMPLETE):
        return shell_complete(verbs, {}, PROGRAM, COMPLETE, instruction)
    if argv is None:
        interrupt_when_told_to_end()
        interrupt_when_nox_ends()
        escape_unprintable()
    try:
        code = run(sys.argv[1:] if argv is None else argv)
        if sys.stdout is not None:  # if the stream is closed
            sys.stdout.flush()
        return code
    except HarnessError as error:
        if not (error.shown and errors_share_output()):
            for problem in map(str, error.args):
                say(problem)
        if argv is None and error.exit_code == Interrupted.exit_code:
            end_undisturbed()
        return error.exit_code
    except BrokenPipeError:
        # The program that reads our output, such as head, has seen enough.
        discard_output()
        return 1
    except OSError as problem:
        words = os_errors.explain(problem)
        if not words:
            raise
        discard_output()
        say(words)
        return UsageError.exit_code
    except MemoryError:
        say(f"there is not enough memory; {os_errors.EXHAUSTED[errno.ENOMEM]}")
        return UsageError.exit_code
    except KeyboardInterrupt:
        if argv is None:
            end_undisturbed()
        say("interrupted")
        return Interrupted.exit_code
