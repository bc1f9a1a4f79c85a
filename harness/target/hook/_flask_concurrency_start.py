"""Watches for Flask and opens the route; works on any Python from 3.6 on.

There are two ways in here. Usually ``sitecustomize.py`` beside this file loads it. If
another ``sitecustomize`` hides that one, as ``opentelemetry-instrument`` does, Python
itself loads it: ``PYTHONWARNINGS`` names ``Ignored``, a category of warnings, which
Python imports when it starts.

The folder is removed from ``sys.path`` at once, so the app can import the same modules
as without the probe. It imports only what importing itself needs: what runs early, such
as gevent's patching, must not find more modules loaded than usual.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NEEDED = ("FLASK_CONCURRENCY_PROBE", "FLASK_CONCURRENCY_TOKEN")
PLACES = "FLASK_CONCURRENCY_PLACES"
FLASK = "flask.app"
SEEN = "FLASK_CONCURRENCY_SEEN"
FRAMEWORKS = {
    "quart.app": "quart",
    "django.core.handlers.base": "django",
    "fastapi.applications": "fastapi",
    "bottle": "bottle",
}
"""Modules of other frameworks, on which a check is sometimes tried."""


class Ignored(Warning):
    """A category for ``PYTHONWARNINGS`` that no warning ever has."""


def load(name, path):
    """Load a module from a file, under a name that no app uses."""
    from importlib.util import module_from_spec
    from importlib.util import spec_from_file_location

    spec = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def command_line():
    """Return the words that this process was started with, if the system shows them.

    They are read early: some servers write a title over them.
    """
    try:
        with open("/proc/self/cmdline", "rb") as file:
            words = file.read().split(b"\0")[:-1]
    except OSError:
        return []
    return [os.fsdecode(word) for word in words]


def note(word):
    """Leave an empty file whose name tells the check what was seen here."""
    folder = os.environ.get(SEEN)
    if folder:
        try:
            path = os.path.join(folder, word)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666))
        except OSError:
            pass


def open_route(module):
    """Add the reserved route to every app that this process makes."""
    note("flask")
    route = load("_flask_concurrency_route", os.path.join(HERE, "route.py"))
    route.started = STARTED
    if os.environ.get(PLACES):
        route.places = places()
        route.places.route = route
    route.add_to(module.Flask)


def places():
    """Return the module that holds requests at places inside the app."""
    if not LOADED:
        LOADED.append(load("_flask_concurrency_places", os.path.join(HERE, "places.py")))
    return LOADED[0]


def watch_places():
    """Replace each place as soon as its module has been imported.

    That may be long before Flask is imported, or while the app's own module imports it.
    """
    for line in filter(None, os.environ.get(PLACES, "").split("\n")):
        place, where, when = line.split("\t")
        name, _, attributes = where.partition(":")

        def act(module, attributes=attributes, place=place, when=when):
            places().replace(module, attributes, place, when)

        watch(name, [act])


class Finder(object):
    """Find a module as it would be found anyway, and act when it is loaded."""

    def __init__(self, name, actions):
        self.name = name
        self.actions = actions

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        sys.meta_path.remove(self)
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find and find(name, path, target)
            if spec is not None:
                return self.watched(spec)
        return None

    def watched(self, spec):
        """Return the same spec, whose loader acts once it has loaded the module."""
        loader = spec.loader
        execute = getattr(loader, "exec_module", None)
        if execute is None:
            return spec

        def exec_module(module):
            loader.exec_module = execute
            execute(module)
            for act in self.actions:
                act(module)

        loader.exec_module = exec_module
        return spec


def watch(name, actions):
    """Call a function with a module once it has been imported."""
    sys.meta_path.insert(0, Finder(name, actions))


def leave_path():
    """Remove this folder from ``sys.path``; return the entries after it."""
    folders = [os.path.abspath(entry or os.curdir) for entry in sys.path]
    behind = sys.path[folders.index(HERE) + 1 :] if HERE in folders else []
    sys.path[:] = [entry for entry, folder in zip(sys.path, folders) if folder != HERE]
    return behind


def forget_option():
    """Remove the option for warnings that may have led here.

    The list is replaced, because Python may be going through it.
    """
    options = getattr(sys, "warnoptions", [])
    sys.warnoptions = [each for each in options if not each.endswith(".Ignored")]


BEHIND = leave_path()
forget_option()
STARTED = []
LOADED = []
if all(os.environ.get(name) for name in NEEDED):
    STARTED = command_line()
    note("python")
    for name, word in FRAMEWORKS.items():
        watch(name, [lambda module, word=word: note(word)])
    if FLASK in sys.modules:
        open_route(sys.modules[FLASK])
    else:
        watch(FLASK, [open_route])
    if sys.version_info >= (3, 7):
        watch_places()
