"""Measures environments: start each configuration, ask, stop, write evidence.

``environment.py`` measures an environment: first its control (``control.py``), then its
cells. ``cell.py`` measures one cell, with servers that ``start.py`` starts and stops.
"""
