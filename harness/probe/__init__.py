"""The instrument: who is in the app, who waits, and whether anything still moves.

Read it in this order. ``overlap.py`` measures one server: ``schedule.py`` decides what
to offer next, ``round.py`` runs a round, and ``steer.py`` runs one in which the order
of the workers is chosen. ``probe.py`` has the waits that all of them use.

- Requests: ``crowd.py`` sends many, ``clients.py`` is one of them, ``connection.py``
  and ``transports.py`` are how it reaches the server.
- Holds: ``holds.py`` listens for requests that have entered the app, ``hold.py`` is
  one of them.
- Quiet: ``quiet.py`` waits until the server sleeps, by looks (``look.py``) that
  ``still.py`` adds up.
- ``docs/quiet.md`` has the questions to a quiet server in order, and all their limits.
- A quiet server that may let in more: ``booting.py``, ``on_the_way.py``,
  ``sleepers.py`` and ``watching.py``, each for one reason.
- What to offer: ``loads.py`` at first, ``further.py`` and ``bound.py`` if that leaves a
  question open, ``orders.py`` for the order of workers, which ``workers.py`` finds.
- The second witness: ``kernel.py``.
"""
