"""Schemas published by others."""
