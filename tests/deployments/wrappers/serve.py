"""Starts gunicorn with arguments of its own."""

import os
import sys

words = ["gunicorn", "--workers", "3", "--bind", f"127.0.0.1:{sys.argv[1]}", "shop:app"]
os.execvp("gunicorn", words)
