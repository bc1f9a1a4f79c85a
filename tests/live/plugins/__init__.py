"""Packages beside the harness, tested as they are installed."""
