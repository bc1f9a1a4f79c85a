"""How a user's own files are found, and Python in them is read and not run."""
