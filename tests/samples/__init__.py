"""Sample cases: evidence, and the reports that it must become, a folder each."""
