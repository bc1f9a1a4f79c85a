"""Knows one exception per exit code; must not know how any of them comes about.

Every message says what is wrong, where (file and key, where there is one) and what
to do next. ``__main__`` prints it on one line and exits with ``exit_code``: the user
never sees a traceback for an error of this module.
"""


class HarnessError(Exception):
    """Something the user can act on; ``exit_code`` is part of the public contract."""

    exit_code = 1


class GateFailed(HarnessError):
    """What was measured is there, and it is what ``--fail-on`` names."""

    exit_code = 1


class UsageError(HarnessError):
    """An argument, a file of configuration or a stored result cannot be used."""

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
    """A stored report or stored evidence is cut off, foreign, or of another schema."""

    exit_code = 6


class Interrupted(HarnessError):
    """The user, or the machine, stopped the run; what was measured is kept."""

    exit_code = 130
