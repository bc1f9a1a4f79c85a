"""Reports requests in the app to the probe, and holds them until they are released.

This file runs inside the environment under test, on any Python from 2.7 on. It imports
the standard library only. The protocol uses one connection for each request:

1. The app connects to the address in FLASK_CONCURRENCY_PROBE (``host:port``).
2. It sends one line of JSON: ``request`` (the name that the client gave), ``process``,
   ``thread`` and ``greenlet`` (null outside of one), ``at`` (seconds of the monotonic
   clock, null where Python has none) and ``token`` (from FLASK_CONCURRENCY_TOKEN).
3. It waits. A line from the probe lets the request go. The app answers with a line,
   which shows that the request was in the app until then. If the connection ends
   instead, the probe is gone, which is an error.

There are several ways to wait (``WAITS``), because some servers run other requests only
during some of them. A request that is let go may then do more: ``call`` calls its own
server, and ``compute`` computes.

The socket is the one that the app's own code would get. Where a server has patched the
standard library, waiting here switches greenlets, as waiting for a database would.
"""

import errno
import fcntl
import json
import os
import select
import socket
import sys
import threading
import time
from contextlib import closing

try:
    from http.client import HTTPConnection
except ImportError:  # Python 2
    from httplib import HTTPConnection

SHORTEST_SLEEP = 0.001
LONGEST_SLEEP = 0.5

if hasattr(sys, "setswitchinterval"):
    SWITCH, USUALLY, SELDOM = sys.setswitchinterval, sys.getswitchinterval(), 60.0
else:  # Python 2 counts steps
    SWITCH, USUALLY, SELDOM = sys.setcheckinterval, sys.getcheckinterval(), 2**30


class ProbeGone(Exception):
    """The probe closed the connection of a held request without releasing it."""


def current_greenlet():
    """Return the id of the running greenlet, or None in a plain thread."""
    greenlet = sys.modules.get("greenlet")
    if greenlet is None:
        return None
    current = greenlet.getcurrent()
    return None if current.parent is None else id(current)


def claims(environ):
    """Return what the server claims in ``wsgi.multithread`` and the like (PEP 3333)."""
    claimed = {}
    for name in ("multithread", "multiprocess"):
        if environ.get("wsgi." + name) is not None:
            claimed[name] = bool(environ["wsgi." + name])
    return claimed


def introduction(request):
    """Return the line that says which request is in the app, and where it runs."""
    monotonic = getattr(time, "monotonic", None)
    words = {
        "request": request,
        "process": os.getpid(),
        "thread": threading.current_thread().ident,
        "greenlet": current_greenlet(),
        "at": None if monotonic is None else monotonic(),
        "token": os.environ.get("FLASK_CONCURRENCY_TOKEN", ""),
    }
    return json.dumps(words).encode("utf-8") + b"\n"


def connected(address):
    """Connect without looking up a name, for which gevent would start threads."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.connect(address)
    return connection


def introduced(request, connect):
    """Tell the probe that a request is in the app; return the connection."""
    host, _, port = os.environ["FLASK_CONCURRENCY_PROBE"].rpartition(":")
    connection = (connect or connected)((host, int(port)))
    try:
        connection.sendall(introduction(request))
    except Exception:
        connection.close()
        raise
    return connection


def wait_for_socket(connection, sleep):
    """Read from a socket, as a database driver written in Python does."""
    return connection.recv(16)


def wait_in_c(connection, sleep):
    """Read in a C function, as a database driver written in C does.

    The function lets other threads run, but does not know about greenlets. Patched
    sockets have descriptors that do not block, and this one has to.
    """
    # Imported here: every server of a run imports this file, and few wait like this.
    import ctypes

    descriptor = connection.fileno()
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags & ~os.O_NONBLOCK)
    buffer = ctypes.create_string_buffer(16)
    receive = ctypes.CDLL(None, use_errno=True).recv
    while True:
        received = receive(descriptor, buffer, 16, 0)
        if received >= 0 or ctypes.get_errno() != errno.EINTR:
            break
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)
    return buffer.raw[: max(0, received)]


def wait_for_lock(connection, sleep):
    """Wait for a ``threading`` lock that another thread releases."""
    lock = threading.Lock()
    lock.acquire()
    received = []

    def let_go():
        try:
            received.append(connection.recv(16))
        finally:
            lock.release()

    waiter = threading.Thread(target=let_go)
    waiter.daemon = True
    waiter.start()
    lock.acquire()
    return received[0] if received else b""


def wait_asleep(connection, sleep):
    """Sleep again and again until the probe has released the request.

    Nothing can wake a thread from ``time.sleep``. So this looks after each sleep,
    without waiting, whether the request was let go. If it was not, it sleeps twice as
    long. The first sleep is short, so that a request that is let go at once leaves at
    once. Later ones are long, so that the server is quiet nearly all of the time.
    """
    connection.setblocking(False)
    seconds = SHORTEST_SLEEP
    while True:
        try:
            received = connection.recv(16)
            break
        except (OSError, socket.error) as problem:
            if problem.errno not in (errno.EAGAIN, errno.EWOULDBLOCK):
                raise
        sleep(seconds)
        seconds = min(2 * seconds, LONGEST_SLEEP)
    connection.setblocking(True)
    return received


WAITS = {
    "socket": wait_for_socket,
    "blocking": wait_in_c,
    "lock": wait_for_lock,
    "sleep": wait_asleep,
}
"""Ways to wait for the probe, by name.

Each takes the connection and a function that sleeps.
"""


def hold(request, connect=None, wait="socket", sleep=None):
    """Stay here until the probe releases the request.

    ``connect`` opens the connection instead of the standard library, ``sleep`` is
    called instead of ``time.sleep``, and ``wait`` is one of ``WAITS``.
    """
    with closing(introduced(request, connect)) as connection:
        if not WAITS[wait](connection, sleep or time.sleep):
            raise ProbeGone("the probe closed the connection of request " + request)
        connection.sendall(b"left\n")


def hold_reading(request, read, connect=None):
    """Call ``read`` to read the request's body, and count as in the app meanwhile.

    The client lets the request go, by sending what is left of the body.
    """
    with closing(introduced(request, connect)) as connection:
        read()
        connection.sendall(b"left\n")


def call(request, address, path, headers=None, connect=None, wait_for=None):
    """Call the app's own server at ``address`` once the probe releases the request.

    The inner request is held under the name ``NAME.in``. While it has no answer, this
    one is held as ``NAME.out``, and gives up when the probe says so. To wait for both,
    it uses ``select`` (or ``wait_for``), which blocks as reading an answer does, and
    switches greenlets where reading one would. Return the name of the request if the
    call was answered correctly.
    """
    hold(request, connect)
    waiting = introduced(request + ".out", connect)
    host, _, port = address.rpartition(":")
    own = HTTPConnection(host, int(port))
    try:
        own.sock = (connect or socket.create_connection)((host, int(port)))
        inner = request + ".in"
        headers = dict(headers or {}, Connection="close")
        own.request("GET", path + "?request=" + inner, headers=headers)
        ready = (wait_for or select.select)([own.sock, waiting], [], [])[0]
        if waiting in ready:
            return "gave up"
        response = own.getresponse()
        answered = response.status == 200 and response.read().decode() == inner
        return request if answered else "status %d" % response.status
    finally:
        own.close()
        waiting.sendall(b"left\n")
        waiting.close()


def compute(request, steps, connect=None):
    """Compute once the probe releases the request; then wait again, as ``NAME.out``.

    A thread that waits for the interpreter's lock wakes now and then to ask for it. On
    a busy machine it waits for a processor to do so, as if it had something to compute.
    So it is made to ask rarely. This changes which thread is next, but not how many
    compute at the same time.
    """
    hold(request, connect)
    SWITCH(SELDOM)
    while steps:
        steps -= 1
    hold(request + ".out", connect)
    SWITCH(USUALLY)
