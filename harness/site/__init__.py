"""The atlas: a site of static pages made from reports and histories.

Rule 1: everything in this room is a pure function of records: the same evidence gives
the same bytes. *Now* is when the newest cell was measured. Rule 2: foreign text is made
legible and escaped in one place, ``rendering``. Rule 3: a page loads nothing from the
network, and can be read without JavaScript.
"""
