"""Knows how to be there when a Python starts, found through PYTHONPATH.

Where the probe's variables are not set nothing is done but to run the ``sitecustomize``
that would have been found without this one. This folder leaves ``sys.path`` again at
once: what the app can import is what it can import without the probe.

Any Python from 3.6 on. Nothing but what importing needs is imported here: what starts
early, such as the patching of gevent, must not find more loaded than usual.
"""

import importlib.machinery
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NEEDED = ("FLASK_CONCURRENCY_PROBE", "FLASK_CONCURRENCY_TOKEN")
FLASK = "flask.app"


def load(name, path):
    """A module from a file, under a name that no app uses."""
    from importlib.util import module_from_spec
    from importlib.util import spec_from_file_location

    spec = spec_from_file_location(name, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def open_route(module):
    """Add the reserved route to every app that this process will make."""
    load("_flask_concurrency_route", os.path.join(HERE, "route.py")).add_to(
        module.Flask
    )


class Finder(object):
    """Finds ``flask.app`` as it would be found anyway, and acts when it is loaded."""

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
        """The same, whose loader stays itself but for this one loading."""
        loader = spec.loader
        execute = loader.exec_module

        def exec_module(module):
            loader.exec_module = execute
            execute(module)
            open_route(module)

        loader.exec_module = exec_module
        return spec


def leave_path():
    """Take this folder off ``sys.path``; what was behind it there."""
    folders = [os.path.abspath(entry or os.curdir) for entry in sys.path]
    behind = sys.path[folders.index(HERE) + 1 :] if HERE in folders else []
    sys.path[:] = [
        entry for entry, folder in zip(sys.path, folders) if folder != HERE
    ]
    return behind


def run_next(path):
    """Run the ``sitecustomize`` that this one hides, if there is any.

    Only behind this folder: one in front of it, of some agent, runs already.
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
