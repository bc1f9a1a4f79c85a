"""Distributions beside the harness, as they are installed."""
