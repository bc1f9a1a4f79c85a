"""How each verb is used: its options and its help.

Help and a shell's completion must not take long, so nothing is imported here that only
the verb itself needs. ``NAME.py`` describes what the function of the same name in
``harness/cli/NAME.py`` does.

Options that belong together are in modules of their own, and reach a verb as one
record: ``selecting``, ``following``, ``comparing``, ``checking`` and ``printing``.
Other options that several verbs share are in ``options``; ``verb`` makes the records.
"""
