"""Benchmarks, printed and never asserted: the speed and the capacity of the probe."""
