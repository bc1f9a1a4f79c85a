"""The files that ``init`` writes for a user."""
