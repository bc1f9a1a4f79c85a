"""Makes a plan from a catalog and a selection.

It reads the catalog's files, and nothing else.
"""
