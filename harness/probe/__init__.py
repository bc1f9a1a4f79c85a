"""The instrument: who is in the app, who waits, and whether anything still moves.

Read it in this order. ``overlap.py`` measures one server: ``schedule.py`` decides what
to offer next, ``round.py`` runs a round, and ``steer.py`` runs one in which the order
of the workers is chosen, step by step (``steps.py``). ``probe.py`` has the waits that
all of them use; ``destination.py`` says where requests go, and ``learned.py`` what is
remembered of a server.

- Requests: ``gathering.py`` prepares them, ``batch.py`` sends many, ``clients.py`` is
  one of them, ``connection.py`` and ``transports.py`` are how it reaches the server,
  ``messages.py`` is what is said.
- Holds: ``holds.py`` listens for requests that have entered the app, ``hold.py`` is
  one of them.
- Quiet: ``quiet.py`` waits until the server sleeps, by looks (``look.py``) that
  ``still.py`` adds up.
- ``docs/quiet.md`` has the questions to a quiet server in order, and all their limits.
- A quiet server that may let in more: ``booting.py``, ``on_the_way.py``,
  ``sleepers.py`` and ``watching.py``, each for one reason.
- What to offer: ``loads.py`` at first, ``further.py`` and ``bound.py`` if that leaves a
  question open, ``orders.py`` for the order of workers, which ``workers.py`` finds;
  ``yielding.py`` finds those that take a request only while no other does, and
  ``kept_out.py`` those that others keep out for a moment.
- An order for clients that are no requests: ``arriving.py``, with ``source_ports.py``
  where each worker has a listening socket of its own.
- The second witness: ``kernel.py``.
- Other questions than the overlap: ``questions/``. A server's life is recorded
  (``recording.py``) while a stream of requests (``stream.py``) is in it.
"""
