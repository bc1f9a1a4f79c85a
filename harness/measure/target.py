"""The folder ``target``, and the variables that its servers see.

It imports nothing from the probe, because the nox process of a job does not need that.
"""

import os
from collections.abc import Mapping
from pathlib import Path

TARGET = Path(__file__).parents[1] / "target"
"""The folder of code that runs in the measured environment."""


PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "TZ"),
    *("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "SYSTEMROOT"),
)
"""Variables of the caller that a server gets. No others are passed on: FLASK_*,
WEB_CONCURRENCY, GUNICORN_CMD_ARGS, PORT and whatever a server will look for next year
would change its defaults."""


def server_environment(
    caller: Mapping[str, str], scripts: Path, own: Mapping[str, str]
) -> dict[str, str]:
    """All variables of a server: a few of the caller's, and its own."""
    passed_on = {name: caller[name] for name in PASSED_ON if name in caller}
    path = os.pathsep.join((str(scripts), passed_on.get("PATH", os.defpath)))
    return {**passed_on, "PATH": path, **own}
