"""Choices for a run, and their defaults.

The command line's help shows these words and numbers. It must be fast, so nothing but
the standard library is imported here.
"""

from enum import StrEnum

DEFAULT_LIMIT = 64
"""How many requests are offered to a configuration that declares no bound."""

MAX_CELLS = 2_000
"""Cells of one run, unless more are allowed; a minute measures about sixty."""

START_SECONDS = 60.0
"""Seconds within which a deployment must answer: its app may import a lot."""


class Question(StrEnum):
    """A question about a configuration."""

    # What each asks is in words in harness/report/words.py.
    OVERLAP = "overlap"
    """How many requests are in the app at the same time? Always asked."""
    WAITS = "waits"
    PARALLEL = "parallel"
    SELF_CALL = "self-call"
    SILENT = "silent"
    OVERFLOW = "overflow"
    ABANDONED = "abandoned"
    RECOVERY = "recovery"
    PROBES = "probes"
    LIFE = "life"
    MEMORY = "memory"
    BREAKS = "breaks"
    UPLOADS = "uploads"
    EVENTS = "events"
    SOCKETS = "sockets"
    POLLS = "polls"
    HTTP2 = "http2"
    PLACES = "places"
    """How many requests get to a place inside the app? Asked of deployments that name
    one (``hold-at``), and of nothing else."""


TO_CHOOSE = tuple(question for question in Question if question is not Question.PLACES)
"""Questions that suit any configuration."""

DEFAULT_ASK = (Question.OVERLAP, Question.SELF_CALL)
"""Questions that are asked by default: those that take milliseconds."""


class Act(StrEnum):
    """An act on a server while more requests are offered than it has slots."""

    RECYCLE = "recycle"
    """No act: see whether the server replaces workers by itself, as gunicorn does with
    ``--max-requests``."""
    RELOAD = "reload"
    """SIGHUP."""
    UPGRADE = "upgrade"
    """SIGUSR2, which makes gunicorn start a second master; once its workers have
    requests, SIGTERM to the first master."""
    SCALE_UP = "scale-up"
    """SIGTTIN: gunicorn starts one more worker."""
    SCALE_DOWN = "scale-down"
    """SIGTTOU: gunicorn ends one worker."""
    KILL = "kill"
    """SIGKILL to one worker, as when it runs out of memory."""
    LONG_REQUEST = "long-request"
    """One request stays in the app for longer than the server may allow."""
    END = "end"
    """SIGTERM and, after a grace period, SIGKILL to all, as an orchestrator does."""


class FailOn(StrEnum):
    """What makes a measured run fail; a usage error fails every run."""

    NEVER = "never"
    """Nothing: not even a run in which nothing could be measured."""
    HARNESS = "harness"
    """The instrument failed in some cell, or two accounts of a cell disagree, or a
    planned cell is missing, or no cell at all could be measured."""
    FEWER = "fewer"
    """Also a configuration that handles fewer than it declares, or that could not be
    measured: not installed, not started, not answering, died."""
    UNEVEN = "uneven"
    """Also a configuration that handles what it declares only at times."""
    REGRESSION = "regression"
    """Like ``harness``, and also a cell that is fewer than in the baseline or broke."""
    CHANGE = "change"
    """Like ``regression``, and also a cell that is more, recovered or is gone, and an
    acknowledged change that was not found."""


NEED_BASELINE = (FailOn.REGRESSION, FailOn.CHANGE)
"""Choices that need a baseline to compare with."""
