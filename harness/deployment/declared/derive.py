"""Derives how many requests at once a command declares, without guessing."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from harness.deployment.declared import command_only
from harness.deployment.declared import granian
from harness.deployment.declared import gunicorn
from harness.deployment.declared import hypercorn
from harness.deployment.declared import script
from harness.deployment.declared import uwsgi
from harness.deployment.declared.program import IS_PYTHON
from harness.deployment.declared.program import server_words
from harness.deployment.declared.promise import CannotDerive
from harness.deployment.declared.promise import Promise
from harness.deployment.environment import Where

Reader = Callable[[Sequence[str], Where], Promise]


READERS: dict[str, Reader] = {
    "gunicorn": gunicorn.promise,
    "waitress-serve": command_only.waitress,
    "waitress": command_only.waitress,
    "granian": granian.promise,
    "hypercorn": hypercorn.promise,
    "uvicorn": command_only.uvicorn,
    "flask": command_only.flask,
}
"""Readers of arguments, by the program or the module that ``python -m`` runs."""


WHOLE: dict[str, Reader] = {"uwsgi": uwsgi.promise, "pyuwsgi": uwsgi.promise}
"""Readers of whole commands, for programs that must be run to find out."""


def derive(words: Sequence[str], where: Where) -> Promise:
    """What a command declares. Raises ``CannotDerive``, which says why."""
    name, arguments = server_words(words)
    if name in WHOLE:
        return WHOLE[name](words, where)
    reader = READERS.get(name)
    if IS_PYTHON.match(name):
        reader = script.promise
    if reader is None:
        problem = f"{name} is no server whose options are known"
        raise CannotDerive(problem if name else "a line for a shell is not looked into")
    return reader(arguments, where)
