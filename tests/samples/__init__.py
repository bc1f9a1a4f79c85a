"""Knows nothing: the cases are folders beside this file, made by ``generate``."""
