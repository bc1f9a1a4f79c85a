"""One environment in, evidence out: start each configuration, ask, stop."""
