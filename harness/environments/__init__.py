"""Makes environments, and measures in them side by side.

``run.py`` starts nox processes on ``noxfile.py``, whose sessions, in ``session.py``,
fill an environment and then have it measured by the process of ``measuring.py``.
``index.py`` asks the package index for releases, and ``build.py`` makes wheels of
sources that are on no index.
"""
