"""Measures one environment: start each configuration, ask, stop, write evidence."""
