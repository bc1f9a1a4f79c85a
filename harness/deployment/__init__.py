"""A user's own deployment: its file, its command, where it runs, what it declares.

Read it in this order. ``config.py`` and ``load.py`` read the file, ``prepare.py`` finds
everything that a deployment needs, ``plan.py`` makes one planned environment with one
cell, ``measure.py`` has it measured like any other, and ``findings.py`` and
``result.py`` say whether promises are kept. ``remarks.py`` adds remarks, which fail
nothing, also on the platform that a deployment runs on (``on_platform.py``).

The folders, by the question that each answers:

- ``command``: which command starts it? ``command/command_line.py`` takes it from where
  it is written, ``command/program.py`` finds the server in it, ``command/address.py``
  tells the server its address, and ``command/settings.py`` collects the server's
  settings.
- ``sources``: which files are there, and what does Python in them say? It is read and
  not run.
- ``detect``: how is an app started if no file of deployments says so? ``init`` then
  writes such a file, and a workflow that checks it.
- ``declared``: how many requests at once does it promise? The server's own code is
  asked, in the environment that it runs in (``environment.py``, ``requirements.py``).
- ``repository``: what do all files of a repository declare? They are read, and nothing
  is run: this is the verb ``declares``.
- ``platforms``: what do the platforms' files say? There is a data file about each
  platform.
- ``isolation``, and for containers ``containers``: what must a check not touch?
- ``app``: how does the probe's route get into the app (``hook.py``), and how is it
  reached?
- ``remedies``: why did it fail or fall short, and what helps?
"""
