"""Tests with a real browser: ``nox -s browser``."""
