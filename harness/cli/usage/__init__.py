"""How each verb is used: its options and its help.

Help and the completion of a shell must not take long, so nothing is imported here that
only the verb itself needs. What ``NAME.py`` describes is done by the function of the
same name in ``harness/cli/NAME.py``.

Options that belong together are in modules of their own, and reach a verb as one
record: ``selecting``, ``following``, ``comparing``, ``checking`` and ``printing``. What
else several verbs share is in ``options``, and how records are made in ``verb``.
"""
