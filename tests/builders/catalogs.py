"""The catalog that is shipped, which is read once for all tests."""

from harness.plan import catalog

REAL = catalog.load()
