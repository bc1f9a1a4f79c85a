"""Why something failed or fell short, and what to write instead."""
