"""The command of a deployment: where it is written, and how it is read."""
