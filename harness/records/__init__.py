"""Records, words and errors, and how records are read and written.

The words are those of docs/method.md. Records are frozen, take keywords only
and refuse unknown keys when read. *Evidence* is what was observed, without an opinion;
a *report* is evidence and the findings made from it. This package imports no other.
"""
