"""This machine and what is outside the harness: processes, commands, downloads."""
