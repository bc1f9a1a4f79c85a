"""This machine and what is outside of us: processes, commands, downloads."""
