"""Makes environments, and measures in them side by side.

``run.py`` starts nox processes on ``noxfile.py``. Each session, in ``session.py``,
fills an environment and then has it measured by the process that ``measuring.py``
starts. ``index.py`` asks the package index for releases, and ``build.py`` makes wheels
of sources that are on no index.
"""
