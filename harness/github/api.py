"""A client for the part of GitHub's REST API that the action and the workflows use.

Written from https://docs.github.com/en/rest and tested against servers that answer as
described there; it was not run against GitHub.
"""

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
"""Most pages that are read of one list."""


class Repository(NamedTuple):
    """A repository, and the token to ask the API about it with."""

    api: str
    """Such as ``https://api.github.com``."""
    name: str
    """``OWNER/NAME``."""
    token: str


class Api(NamedTuple):
    """Asks the API about one repository. Its methods raise ``UsageError``."""

    repository: Repository
    needs: str
    """Permission that the token must have; the remedy when the API refuses."""
    key: str = ""
    """The input that the errors are about, such as ``baseline``."""

    def ask(
        self,
        path: str,
        kind: type[Kind],
        method: str = "GET",
        body: Mapping[str, str] | None = None,
    ) -> Kind:
        """Ask the API for a path below the repository; return the decoded answer."""
        content = self.download(path, method, body)
        url, remedy = self._url(path), self._remedy()
        if content is None:
            nothing = "there is nothing that this token may see"
            raise self._fault(f"{url}: {nothing}; {remedy}")
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise self._fault(
                f"{url}: is not what GitHub's REST API answers: {problem}; check "
                "GITHUB_API_URL"
            ) from None

    def pages(
        self,
        path: str,
        query: Mapping[str, str],
        kind: type[Kind],
        items: Callable[[Kind], Sequence[Item]],
    ) -> Iterator[Item]:
        """The items of several pages, each fetched only when needed."""
        for page in range(1, PAGES + 1):
            parameters = {**query, "per_page": str(PAGE), "page": str(page)}
            page_items = items(self.ask(f"{path}?{urlencode(parameters)}", kind))
            yield from page_items
            if len(page_items) < PAGE:
                return

    def download(
        self, path: str, method: str = "GET", body: Mapping[str, str] | None = None
    ) -> bytes | None:
        """Download the content of a path; ``None`` if there is nothing."""
        try:
            return download.fetch(self._url(path), self._headers(), method, body)
        except UsageError as problem:
            raise self._fault(f"{problem}; {self._remedy()}") from None

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

    def _remedy(self) -> str:
        return f"the token needs `permissions: {self.needs}`"

    def _fault(self, words: str) -> UsageError:
        return UsageError(f"{self.key}: {words}" if self.key else words)
