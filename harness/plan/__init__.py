"""Makes a plan from a catalog and a selection. Reads the catalog's files, and nothing
else.
"""
