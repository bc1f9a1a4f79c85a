"""Holds requests at places inside a user's app: functions, methods, locks and pools.

``FLASK_CONCURRENCY_PLACES`` has a line for each place: its name, where it is
(``module:attribute``) and when to hold, separated by tabs. When to hold is one of

``before``
    The request is held before the function is called.
``after``
    The request is held once the function has returned, with what that gave it, such as
    a connection of a pool. If the function returns ``False``, as a lock does that is
    not waited for, it gave nothing, and the request is not held.

The headers of the probe's requests name the request and the place to hold it at. While
such a request is in the app, it reports to the probe as

``NAME.door`` in the app, from its first line to its last;
``NAME.asks`` in a call of the place that has not returned; an error in it is reported;
``NAME``      at the place, until the probe lets it go.

All other requests, and all calls outside of a request, pass as if there were no places.
A place is replaced when its module has been imported. Names that other modules imported
before that are not replaced, except for the views of Flask's apps. It runs on Python
3.7 or newer, and imports nothing that a library might patch later.
"""

import contextlib
import functools
import inspect
from contextvars import ContextVar

HEADER = "HTTP_X_FLASK_CONCURRENCY_REQUEST"
PLACE = "HTTP_X_FLASK_CONCURRENCY_PLACE"

MESSAGE = 200
"""Most characters of an error that are sent to the probe."""

current = ContextVar("flask_concurrency_request", default=None)
"""The probe's request that is being handled, if there is one."""

route = None
"""The module with the reserved route, which can connect to the probe."""

replaced = {}
"""The replacement of each function, by the original."""

watched = set()
"""Names of the places that were replaced in this process."""


class Request(object):
    """A request of the probe on its way through the app."""

    def __init__(self, name, place):
        self.name = name
        self.place = place
        self.held = False

    def is_for(self, place):
        """Return whether it is to be held at a place, and has not been yet."""
        return not self.held and self.place == place

    def open(self, what):
        """Tell the probe that the request is now at a place; return the connection."""
        return route.protocol.introduced(self.name + what, route.patches.connect)

    def hold(self):
        """Stay here until the probe releases the request."""
        self.held = True
        route.protocol.hold(self.name, route.patches.connect)

    async def hold_async(self):
        """Stay here like ``hold``, as a coroutine."""
        self.held = True
        await route.load_beside("hold_async").hold(self.name, route.protocol)


def failure(problem):
    """Return the line that tells the probe that a place raised an error."""
    line = "{}: {}".format(type(problem).__name__, problem).split("\n")[0][:MESSAGE]
    return "failed {}\n".format(line).encode("utf-8", "replace")


def close(connection, words=b"left\n"):
    """Tell the probe that a request has left."""
    try:
        connection.sendall(words)
    except OSError:
        pass  # the probe is gone, which is no fault of the app
    finally:
        connection.close()


def through(call, app, environ, start_response):
    """Call a WSGI app, and report the probe's requests at the door."""
    name = environ.get(HEADER)
    if not name or current.get() is not None or not route.holds_secret(environ):
        return call(app, environ, start_response)
    replace_views(app)
    request = Request(name, environ.get(PLACE, ""))
    connection = request.open(".door")
    token = current.set(request)
    try:
        pieces = call(app, environ, start_response)
        return Pieces(pieces, connection)
    except BaseException:
        close(connection)
        raise
    finally:
        current.reset(token)


class Pieces(object):
    """The pieces of an answer; the request has left when the server closes them."""

    def __init__(self, pieces, connection):
        self._pieces = pieces
        self._connection = connection

    def __iter__(self):
        return iter(self._pieces)

    def close(self):
        try:
            if hasattr(self._pieces, "close"):
                self._pieces.close()
        finally:
            close(self._connection)


def replace_views(app):
    """Put replacement functions in the place of views that an app registered."""
    views = getattr(app, "view_functions", {})
    for name, view in list(views.items()):
        try:
            views[name] = replaced.get(view, view)
        except TypeError:  # a view that cannot be hashed
            continue


@contextlib.contextmanager
def asking(request):
    """Tell the probe that a request is asking for its place, and whether that fails."""
    connection = request.open(".asks")
    try:
        yield
    except BaseException as problem:
        close(connection, failure(problem))
        raise
    close(connection)


def wrapped(function, place, when):
    """Return a function like the given one, which holds requests of the probe."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def call(*args, **kwargs):
            request = current.get()
            if request is None or not request.is_for(place):
                return await function(*args, **kwargs)
            if when == "before":
                await request.hold_async()
                return await function(*args, **kwargs)
            with asking(request):
                result = await function(*args, **kwargs)
            if result is not False:
                await request.hold_async()
            return result

        return call

    @functools.wraps(function)
    def call(*args, **kwargs):
        request = current.get()
        if request is None or not request.is_for(place):
            return function(*args, **kwargs)
        if when == "before":
            request.hold()
            return function(*args, **kwargs)
        with asking(request):
            result = function(*args, **kwargs)
        if result is not False:
            request.hold()
        return result

    return call


class Lock(object):
    """A lock or semaphore of the app; a request is held once it has got it."""

    def __init__(self, lock, place):
        self._lock = lock
        self._acquire = wrapped(lock.acquire, place, "after")

    def acquire(self, *args, **kwargs):
        return self._acquire(*args, **kwargs)

    def __enter__(self):
        return self._acquire()

    def __exit__(self, *exception):
        self._lock.release()

    def __getattr__(self, name):
        return getattr(self._lock, name)


def replacement(value, place, when):
    """Return the replacement of a value, or ``None`` if there is none."""
    if isinstance(value, (classmethod, staticmethod)):
        return type(value)(wrapped(value.__func__, place, when))
    if inspect.isfunction(value) or inspect.isbuiltin(value):
        return wrapped(value, place, when)
    if inspect.isclass(value):
        return None
    if hasattr(value, "acquire") and hasattr(value, "release"):
        return Lock(value, place)
    return wrapped(value, place, when) if callable(value) else None


def replace(module, attributes, place, when):
    """Replace one place in a module that has been imported, if it is there."""
    owner, _, name = attributes.rpartition(".")
    holder = module
    for each in filter(None, owner.split(".")):
        holder = getattr(holder, each, None)
    value = inspect.getattr_static(holder, name, None)
    new = None if value is None else replacement(value, place, when)
    if new is None:
        return
    setattr(holder, name, new)
    watched.add(place)
    try:
        replaced[value] = new
    except TypeError:
        pass
