"""The arguments that every server in this folder takes."""

import argparse


def parser(about):
    """Return a parser of the address to listen on; ``about`` is what it serves with."""
    arguments = argparse.ArgumentParser(description=about.splitlines()[0])
    arguments.add_argument("--host", required=True)
    arguments.add_argument("--port", type=int, required=True)
    return arguments
