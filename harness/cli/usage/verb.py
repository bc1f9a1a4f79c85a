"""Verbs of the command line, and options that are passed to them as one record.

Options that belong together reach the verb as one frozen record, every other option as
an argument of its own.
"""

import importlib
from collections.abc import Callable
from collections.abc import Sequence
from inspect import signature
from typing import Any
from typing import TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


class Verb(click.Command):
    """A verb, with examples in its help.

    The decorated function has only the help text. The verb is run by the function of
    the same name in ``harness/cli``, which is imported only then.
    """

    def __init__(
        self,
        *arguments: Any,
        examples: Sequence[str],
        exit_codes: Sequence[tuple[str, str]] = (),
        **settings: Any,
    ) -> None:
        # click's group sets this only on verbs that it runs.
        settings["context_settings"] = {"help_option_names": ["-h", "--help"]}
        super().__init__(*arguments, **settings)
        self.examples = examples
        self.exit_codes = exit_codes

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the verb, and make records of options."""
        rest = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            for name, make in vars(self.callback).get("records", {}).items():
                fields = signature(make).parameters.keys() & ctx.params.keys()
                ctx.params[name] = make(**{f: ctx.params.pop(f) for f in fields})
        return rest

    @property
    def does(self) -> Callable[..., int]:
        """The function of ``harness/cli`` that is called with options and records."""
        function: Callable[..., int] = getattr(
            importlib.import_module(f"harness.cli.{self.name}"), str(self.name)
        )
        return function

    def invoke(self, ctx: click.Context) -> int:
        """Run the verb; return its exit code. Raises ``HarnessError``."""
        return self.does(**ctx.params)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, and the exit codes where they differ from other verbs'."""
        if self.exit_codes:
            with formatter.section("Exit codes"):
                formatter.write_dl(self.exit_codes)
        with formatter.section("Examples"):
            for words in self.examples:
                formatter.write(f"  {words}\n")


def several(*options: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """One decorator for several options, which are listed in this order."""

    def add(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def as_record(
    name: str, make: Callable[..., object], *options: Callable[[Function], Function]
) -> Callable[[Function], Function]:
    """One decorator for options that become one argument, ``name``.

    ``make`` takes the values of the options by name, and returns the argument. One of
    ``options`` may itself be such a decorator; its record is then made first.
    """

    def add(function: Function) -> Function:
        function = several(*options)(function)
        vars(function).setdefault("records", {})[name] = make
        return function

    return add
