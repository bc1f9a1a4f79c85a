"""Doing no harm: what a check keeps a deployment from reaching or changing."""
