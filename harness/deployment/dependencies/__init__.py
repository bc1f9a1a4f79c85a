"""Reads what an app requires from files that no installer of requirements reads."""
