"""Runs when a Python starts that finds this folder in PYTHONPATH.

It starts the watch for Flask, and then runs the ``sitecustomize`` that would have been
found without this one. If ``PYTHONWARNINGS`` has already started the watch, this file
is no longer found.
"""

import importlib.machinery
import os
import sys

def run_next(path):
    """Run the ``sitecustomize`` that this one hides, if there is one.

    ``path`` has the entries after this folder. A ``sitecustomize`` in a folder before
    it, such as an agent's, is already running.
    """
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", path)
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:
    sys.path.append(HERE)  # whatever runs this may have found it otherwise

from _flask_concurrency_start import BEHIND

run_next(BEHIND)
