"""Runs when a Python starts that finds this folder in PYTHONPATH, and opens the route.

Without the probe's variables it only runs the ``sitecustomize`` that would have been
found without this one. This folder is removed from ``sys.path`` at once, so the app can
import the same modules as without the probe.

It runs on any Python from 3.6 on, and imports only what importing itself needs: what
starts early, such as gevent's patching, must not find more modules loaded than usual.
"""

import importlib.machinery
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NEEDED = ("FLASK_CONCURRENCY_PROBE", "FLASK_CONCURRENCY_TOKEN")
FLASK = "flask.app"


def load(name, path):
    """Load a module from a file, under a name that no app uses."""
    from importlib.util import module_from_spec
    from importlib.util import spec_from_file_location

    spec = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def open_route(module):
    """Add the reserved route to every app that this process makes."""
    load("_flask_concurrency_route", os.path.join(HERE, "route.py")).add_to(
        module.Flask
    )


class Finder(object):
    """Find ``flask.app`` as it would be found anyway, and act when it is loaded."""

    def find_spec(self, name, path=None, target=None):
        if name != FLASK:
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
        execute = loader.exec_module

        def exec_module(module):
            loader.exec_module = execute
            execute(module)
            open_route(module)

        loader.exec_module = exec_module
        return spec


def leave_path():
    """Remove this folder from ``sys.path``; return the entries after it."""
    folders = [os.path.abspath(entry or os.curdir) for entry in sys.path]
    behind = sys.path[folders.index(HERE) + 1 :] if HERE in folders else []
    sys.path[:] = [
        entry for entry, folder in zip(sys.path, folders) if folder != HERE
    ]
    return behind


def run_next(path):
    """Run the ``sitecustomize`` that this one hides, if there is one.

    ``path`` has the entries after this folder. One before it, such as an agent's, is
    running already.
    """
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


BEHIND = leave_path()
if all(os.environ.get(name) for name in NEEDED):
    if FLASK in sys.modules:
        open_route(sys.modules[FLASK])
    else:
        sys.meta_path.insert(0, Finder())
run_next(BEHIND)
