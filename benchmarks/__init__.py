"""Benchmarks, printed and never asserted: how fast the probe is, how much it holds."""
