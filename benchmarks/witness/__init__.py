"""Witnesses of a measurement that share nothing with the probe."""
