"""Configurations release by release: history, timeline and bisection."""
