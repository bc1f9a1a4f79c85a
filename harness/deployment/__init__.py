"""A user's own deployment: its file, its command, where it runs, what it declares.

Read it in this order. ``config.py`` and ``load.py`` have the file, ``prepare.py`` finds
everything that a deployment needs, ``plan.py`` makes one planned environment with one
cell of it, ``measure.py`` measures that like any other, and ``findings.py`` and
``result.py`` say whether promises are kept, with ``remedies.py`` for what to do.

- The command: ``command.py`` and ``shell.py``, or ``detect.py`` if there is none;
  ``address.py`` passes the server its address.
- What it declares: ``declared`` asks the server's own code; ``declares`` reads all
  files of a repository without running anything.
- Doing no harm: ``isolation.py``, ``stand_ins.py``, ``no_engine.py``, ``migrations.py``
  and, for containers, ``containers``.
- The app: ``app.py`` and ``hook.py`` get the probe's route into it, ``mounted.py`` and
  ``elsewhere.py`` find it where it is not expected.
- What goes wrong: ``failures.py``, ``respawning.py``, ``fixed_ports.py``.
- Platforms: ``platforms`` reads their files, by data.
"""
