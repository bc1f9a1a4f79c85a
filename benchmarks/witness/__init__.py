"""Witnesses of a measurement that have nothing to do with the probe."""
