"""The instrument: who is in the app, who waits, and whether anything still moves."""
