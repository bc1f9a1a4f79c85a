"""Builders of the records that several tests need."""
