"""How each verb is used: its options and its help.

Help and the completion of a shell must not take long, so nothing is imported here that
only the verb itself needs. What ``NAME.py`` describes is done by the function of the
same name in ``harness/cli/NAME.py``.
"""
