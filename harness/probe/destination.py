"""Where requests go: the server's endpoint, the paths of the app, and the headers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from harness.probe.messages import ClientRequest
from harness.probe.transports import Endpoint
from harness.probe.transports import Headers
from harness.probe.transports import NotSpoken

NAME_HEADER = "X-Flask-Concurrency-Request"
PLACE_HEADER = "X-Flask-Concurrency-Place"
"""Headers that give a request for the app's own route its name, and the place at which
it is to be held."""


class Destination(NamedTuple):
    """The app that requests are sent to, and how they reach it."""

    endpoint: Endpoint
    views: str = "/"
    """The path below which the probe's own views are, with a slash at the end."""
    headers: Headers = ()
    """Headers of every request."""
    from_inside: str = ""
    """``HOST:PORT`` at which the app reaches the server, if that differs."""
    route: str = ""
    """The path of a route of the app's own, if requests may take one."""
    places: Mapping[str, bool] = MappingProxyType({})
    """Places inside the app at which requests of that route are held, by name; whether
    each was found once the app was ready."""

    def request(self, name: str, view: str = "hold", query: str = "") -> ClientRequest:
        """A named request for one of the probe's own views.

        ``query`` is added to its own, such as ``&wait=lock``.
        """
        return ClientRequest(f"{self.views}{view}?request={name}{query}", self.headers)

    def request_held_at(self, place: str, name: str) -> ClientRequest:
        """A request for the app's own route, to be held at the place of this name."""
        own = (PLACE_HEADER, place), (NAME_HEADER, name)
        return ClientRequest(self.route, (*self.headers, *own))

    def head(self, method: str, view: str, *lines: str) -> bytes:
        """The head of a request as bytes, with more ``lines`` of headers.

        A ``view`` that begins with a slash is a path of the app's own.
        """
        path = view if view.startswith("/") else self.views + view
        own = (("Host", self.endpoint.name), *self.headers)
        headers = {name.lower(): f"{name}: {value}" for name, value in own}
        headers |= {line.partition(":")[0].lower(): line for line in lines}
        whole = [f"{method} {path} HTTP/1.1", *headers.values(), "", ""]
        return "\r\n".join(whole).encode("latin-1")

    def seen_from_inside(self) -> str:
        """The ``HOST:PORT`` at which the app reaches its own server.

        Raises ``NotSpoken``: the app calls it over plain HTTP.
        """
        self.check_plain()
        return self.from_inside or self.endpoint.name

    def check_plain(self) -> None:
        """Raise ``NotSpoken`` if the server is not reached by plain HTTP."""
        if not self.endpoint.is_plain:
            raise NotSpoken("this is asked only of servers that speak HTTP on a port")
