"""A user's own deployment: its file, its command, where it runs, what it declares."""
