"""The instrument: who is in the app, who waits, and whether anything still moves.

Read it in this order. ``overlap.py`` measures one server: ``schedule.py`` decides what
to offer next, ``round.py`` runs a round, and ``steer.py`` runs one in which the order
of the workers is chosen, step by step (``steps.py``). ``probe.py`` has the waits that
all of them use; ``destination.py`` says where requests go, and ``learned.py`` keeps
what is known of a server.

- Requests: ``gathering.py`` prepares them, ``batch.py`` sends many, ``clients.py`` is
  one of them, ``connection.py`` and ``transports.py`` are how it reaches the server,
  ``messages.py`` is the bytes that they exchange.
- Holds: ``holds.py`` listens for requests that have entered the app, ``hold.py`` is
  one of them.
- Quiet: ``quiet.py`` waits until the server sleeps, by repeated looks (``look.py``)
  whose results ``still.py`` accumulates.
- ``docs/quiet.md`` lists what is asked about a quiet server, in order, and all limits.
- A quiet server that may still let in more: ``booting.py``, ``on_the_way.py``,
  ``sleepers.py`` and ``watching.py``, one for each possible reason.
- What to offer: ``loads.py`` at first; ``further.py`` and ``bound.py`` if that leaves a
  question open; ``orders.py`` for the order of workers. ``workers.py`` finds the
  workers, ``yielding.py`` those that take a request only while no other does, and
  ``kept_out.py`` those that others keep out for a moment.
- An order for clients that stay: ``arriving.py``, with ``source_ports.py`` if each
  worker has its own listening socket.
- The second witness: ``kernel.py``.
- Questions other than the overlap: ``questions/``. ``recording.py`` records a server's
  life while ``stream.py`` keeps requests coming.
"""
