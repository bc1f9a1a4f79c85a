"""Schemas that others published."""
