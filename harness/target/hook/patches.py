"""Finds out whether the standard library was patched too late, and waits like the app.

This is loaded when Flask is imported, and runs on any Python from 3.6 on.
"""

import os
import select
import socket
import subprocess
import sys
import time

# What modules imported together with Flask got. If a library such as gevent
# patches the standard library later, names imported before that stay unpatched.
BEFORE = {
    "sleep": time.sleep,
    "socket": socket.socket,
    "create_connection": socket.create_connection,
    "select": select.select,
    "Popen": subprocess.Popen,
}
_stale = {}


def is_patched():
    """Return whether the standard library is patched."""
    return socket.socket.__module__ != "socket"


def patched_late():
    """Return whether the standard library was patched after Flask was imported."""
    return socket.socket is not BEFORE["socket"] or time.sleep is not BEFORE["sleep"]


def written_here(module):
    """Return whether a module is the user's own: neither installed nor Python's."""
    path = getattr(module, "__file__", None) or ""
    installed = any(part in path for part in ("site-packages", "dist-packages"))
    standard = path.startswith(os.path.dirname(os.__file__) + os.sep)
    return path.endswith(".py") and not (installed or standard)


def find_stale():
    """Return names in the user's modules that block, because patching came too late."""
    if not patched_late():
        return []
    now = {
        id(each)
        for each in (time.sleep, socket.socket, socket.create_connection)
        + (select.select, subprocess.Popen)
    }
    old = {id(each) for each in BEFORE.values()} - now
    return sorted(
        module_name + "." + name
        for module_name, module in list(sys.modules.items())
        if written_here(module) and not module_name.startswith("_flask_concurrency")
        for name, value in list(vars(module).items())
        if id(value) in old
    )


def stale():
    """Return the result of ``find_stale``, which runs only once in each process."""
    if os.getpid() not in _stale:
        _stale[os.getpid()] = find_stale()
    return _stale[os.getpid()]


def connect(address):
    """Open a connection that blocks as the app's own code would."""
    if not stale():
        return socket.create_connection(address)
    # Some of the app's code was not patched, and does not switch greenlets.
    connection = BEFORE["socket"](socket.AF_INET, socket.SOCK_STREAM)
    connection.connect(address)
    return connection


def wait_for(*several):
    """Wait for one of several sockets, as the app's own code would."""
    return (BEFORE["select"] if stale() else select.select)(*several)


def blocking_sleep():
    """Return an unpatched ``sleep`` that the app's code has, or nothing."""
    return BEFORE["sleep"] if stale() else None
