"""A client of GitHub's REST API, for what the action and the workflows need of it.

Written from https://docs.github.com/en/rest and tested against servers that answer as
described there; it was not run against GitHub.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple
from typing import TypeVar
from urllib.parse import quote
from urllib.parse import urlencode

import msgspec

from harness.records.errors import UsageError
from harness.system import download

Kind = TypeVar("Kind")
Item = TypeVar("Item")

VERSION = "2022-11-28"
"""Version of the API."""

PAGE = 100
"""Items of a page."""

PAGES = 10


class Repository(NamedTuple):
    """A repository, and the token to ask the API about it with."""

    api: str
    """Such as ``https://api.github.com``."""
    name: str
    """``OWNER/NAME``."""
    token: str


class Client(NamedTuple):
    """Asks the API about one repository. Its methods raise ``UsageError``."""

    repository: Repository
    needs: str
    """Permission that the token must have; the remedy when the API refuses."""
    key: str = ""
    """The input that the errors are about, such as ``baseline``."""

    def get(self, path: str, kind: type[Kind]) -> Kind:
        """What the API answers about a path below the repository."""
        content = self.download(path)
        if content is None:
            raise self._fault(
                f"{self._url(path)}: there is nothing, or nothing that may be seen; "
                f"{self._remedy()}"
            )
        return self._decode(path, content, kind)

    def pages(
        self,
        path: str,
        query: Mapping[str, str],
        kind: type[Kind],
        items: Callable[[Kind], Sequence[Item]],
    ) -> Iterator[Item]:
        """The items of several pages, of which only as many are asked for as needed."""
        for page in range(1, PAGES + 1):
            asked = {**query, "per_page": str(PAGE), "page": str(page)}
            found = items(self.get(f"{path}?{urlencode(asked)}", kind))
            yield from found
            if len(found) < PAGE:
                return

    def download(self, path: str) -> bytes | None:
        """What a path holds; ``None`` where there is nothing."""
        try:
            return download.fetch(self._url(path), self._headers())
        except UsageError as problem:
            raise self._fault(f"{problem}; {self._remedy()}") from None

    def send(
        self, method: str, path: str, body: Mapping[str, str], kind: type[Kind]
    ) -> Kind:
        """Send a record; what the API answers."""
        import requests  # takes longer than all else that most stages import

        url = self._url(path)
        try:
            answer = requests.request(
                method,
                url,
                json=body,
                headers=self._headers(),
                # Without this, what a .netrc has for the host would take its place.
                auth=lambda request: request,
                timeout=download.SILENCE,
                allow_redirects=False,
            )
        except requests.RequestException as problem:
            raise self._fault(
                f"{url}: could not be reached: {problem}; try again"
            ) from None
        if answer.status_code not in (200, 201):
            status = f"{answer.status_code} {answer.reason}"
            raise self._fault(f"{url}: answered {status}; {self._remedy()}")
        return self._decode(path, answer.content, kind)

    def _url(self, path: str) -> str:
        api, name, _ = self.repository
        return f"{api.rstrip('/')}/repos/{quote(name)}{path}"

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": VERSION,
        }
        if self.repository.token:
            headers["Authorization"] = f"Bearer {self.repository.token}"
        return headers

    def _decode(self, path: str, content: bytes, kind: type[Kind]) -> Kind:
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise self._fault(
                f"{self._url(path)}: is not what GitHub's REST API answers: {problem}; "
                "check what the runner gives as the address of the API"
            ) from None

    def _remedy(self) -> str:
        return f"the token needs `permissions: {self.needs}`"

    def _fault(self, words: str) -> UsageError:
        return UsageError(f"{self.key}: {words}" if self.key else words)
