"""Describes this machine: its processors, its limits, and how it shows quiet."""

import os
import platform
import resource
import sys
from datetime import datetime
from datetime import UTC

from packaging.version import Version

from harness.records.errors import UsageError
from harness.records.evidence import Host
from harness.records.words import Settled
from harness.system import schedstat
from harness.system.kept_files import most_kept
from harness.system.processors import processors


def quiet_method() -> Settled:
    """The method by which this machine tells that a server is quiet."""
    return Settled.SCHEDSTAT if schedstat.is_counted() else Settled.CPU_TIMES


FEW_OPEN_FILES = 64
"""Open files that the harness needs besides those for requests and kept files."""


def allow_open_files() -> int:
    """Raise this process's limit of open files as far as possible; return the limit.

    The probe needs two for a request, and the server, which inherits the limit, needs
    one more for each request than it would without a probe.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else sys.maxsize


def most_requests() -> int:
    """Most requests at once that this machine may open enough files for."""
    allowed = allow_open_files()
    return max(0, (allowed - FEW_OPEN_FILES - most_kept(allowed)) // 2)


def check_open_files(requests: int, where: str) -> None:
    """Check that this machine may open enough files to offer ``requests`` at once.

    Raises ``UsageError``, which says ``where`` the number comes from.
    """
    most = most_requests()
    if requests > most:
        raise UsageError(
            f"{where} needs two open files for each request, and this machine allows "
            f"{most} requests; raise `ulimit -Hn` or choose a lower number"
        )


def host() -> Host:
    """Describe this machine, as far as it matters to measurements."""
    return Host(
        system=platform.system(),
        kernel=platform.release(),
        machine=platform.machine(),
        processors=processors(),
        quiet_by=quiet_method(),
        open_files=allow_open_files(),
    )


def now() -> str:
    """The time of day, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def processors_of(python: str) -> int:
    """Processors that a release of Python counts on this machine.

    Those are the machine's; since 3.13 those that the process may use, which can be
    fewer in a container: https://docs.python.org/3/whatsnew/3.13.html#os
    """
    newer = Version(python) >= Version("3.13")
    return processors() if newer else os.cpu_count() or 1
