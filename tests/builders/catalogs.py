"""The shipped catalog, read once for all tests."""

from harness.plan import catalog

REAL = catalog.load()
