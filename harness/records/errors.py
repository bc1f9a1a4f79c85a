"""The errors that a user can act on, one class for each exit code.

Every message says what is wrong, where (file and key, where there is one) and what to
do next. Foreign text is in it unchanged: whatever prints the message escapes it. The
command line prints it on one line, without a traceback, and exits with ``exit_code``.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from harness.records.text import listed

MOST_NAMES = 20
"""Most names that a message lists."""


class HarnessError(Exception):
    """An error that the user can act on; ``exit_code`` is a published interface."""

    exit_code = 1

    def __init__(self, *problems: object, brief: str = "") -> None:
        super().__init__(*problems)
        self.brief = brief
        """The error in a few words, for the end of a report with the details."""
        self.shown = False
        """Whether standard output already ends with this error."""

    def __str__(self) -> str:
        """All problems on one line; ``args`` has each by itself."""
        return "; ".join(map(str, self.args))


class GateFailed(HarnessError):
    """A measured result matches ``--fail-on``."""

    exit_code = 1


class UsageError(HarnessError):
    """An argument, a configuration file or a stored result cannot be used."""

    exit_code = 2


class NothingMeasured(HarnessError):
    """No cell of the run has a measurement: there is nothing to publish."""

    exit_code = 3


class HarnessFailed(HarnessError):
    """The instrument contradicted itself, so its numbers are not published."""

    exit_code = 4


class CouldNotStart(HarnessError):
    """A deployment could not be installed, started or reached, or ended by itself."""

    exit_code = 5


class Unreadable(UsageError):
    """Stored evidence or a report is cut short, foreign, or of another schema."""

    exit_code = 6


class Interrupted(HarnessError):
    """The user, or the machine, stopped the run; what was measured is stored."""

    exit_code = 130


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown name: the nearest known one, and all of them.

    Such as ``did you mean sync-4? There are: default, sync-4``.
    """
    names = list(known)
    near = get_close_matches(name, names, n=1 if len(names) <= MOST_NAMES else 3)
    hint = f"did you mean {listed(near, 'or')}?" if near else ""
    if len(names) > MOST_NAMES:
        return hint or f"there are {len(names)}, such as {', '.join(names[:3])}"
    every = f"here are: {', '.join(names) or 'none'}"
    return f"{hint} T{every}" if hint else f"t{every}"
