"""Refuses commands that would migrate a database on a server.

A database file in the working tree or the home folder is behind a layer (see
``folders``). A database that is reached over the network is not, so a start that
migrates it is refused, until the file of deployments says which database the check may
change.
"""

import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from harness.deployment.config import DeploymentFault
from harness.records.files import begin_of

FILES = (".env", ".flaskenv")
"""Files of variables that Flask and others read when they start."""

CI = "CI"
"""Variable of machines that exist for one job, and whose databases end with them."""

_CHANGES = re.compile(
    r"\bflask\b[^\n;&|#]*?\bdb\s+(?:upgrade|downgrade)\b"
    r"|\balembic\b[^\n;&|#]*?\b(?:upgrade|downgrade)\b"
    r"|\bmanage\.py\s+(?:migrate|flush|syncdb|db\s+(?:upgrade|downgrade))\b"
)
"""Commands of Flask-Migrate, Alembic and Django that change tables of a database."""

_COMMENT = re.compile(r"(?m)^\s*#.*$")

_SERVER = re.compile(
    r"(?:postgres\w*|mysql|mariadb|mssql|oracle|cockroachdb)(?:\+\w+)?://"
)
"""The beginning of the address of a database on a server."""

_LINE = re.compile(r"(?m)^\s*(?:export\s+)?(\w+)\s*=\s*['\"]?([^'\"\n]*)")


def check_database(
    key: str,
    words: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    given: Mapping[str, str],
) -> None:
    """Raise ``DeploymentFault`` about a command that migrates a shared database.

    ``given`` are the variables that the deployment itself sets for the check.
    """
    change = next(filter(None, map(_CHANGES.search, _texts(words, folder))), None)
    if change is None or variables.get(CI):
        return
    for name, value in (*variables.items(), *_in_files(folder, variables)):
        if name in given or not _SERVER.match(value):
            continue
        raise DeploymentFault(
            key,
            f"runs `{' '.join(change[0].split())}`, which would change the database "
            f"that {name} names{_place(value)}; name one that the check may change: "
            f'env = {{ {name} = "sqlite:///check.db" }}',
        )


def _place(address: str) -> str:
    """The address of a database, without user and password."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    return f" on {host}" if host else ""


def _texts(words: Sequence[str], folder: Path) -> Iterator[str]:
    """The command, and the scripts that it names."""
    yield " ".join(words)
    for word in words:
        text = begin_of(folder / word)
        if text.startswith("#!") or word.endswith((".sh", ".bash")):
            yield _COMMENT.sub("", text)


def _in_files(folder: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variables of files, without those that are already set."""
    for name in FILES:
        text = begin_of(folder / name)
        for variable, value in _LINE.findall(text):
            if variable not in variables:
                yield variable, value
