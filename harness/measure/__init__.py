"""Measures environments: start each configuration, ask, stop, write evidence.

``environment.py`` goes through the cells of one, after the control in ``control.py``;
``cell.py`` measures one, with servers that ``start.py`` starts and stops.
"""
