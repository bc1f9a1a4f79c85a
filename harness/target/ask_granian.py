"""Print the settings that granian reads from a command line, as JSON.

Run this with the arguments, the folder and the environment of the real command. granian
itself reads them and its variables, as it does when it starts. Nothing is served, and
the app is not imported.
"""

import json
import sys


def answer():
    """Return the settings that granian would start with."""
    import granian
    from granian import cli

    class Asked(getattr(cli, "Server", None) or cli.Granian):
        """Stands in for granian's server, and records its settings."""

        def serve(self, *_, **__):
            seen.append(self)

    seen = []
    if hasattr(cli, "Server"):
        cli.Server = Asked
    else:
        cli.Granian = Asked
    sys.argv[0] = "granian"  # the name in its error messages
    try:
        cli.entrypoint()
    except SystemExit as ended:
        if ended.code:
            raise
    return {
        "interface": str(getattr(seen[0].interface, "value", seen[0].interface)),
        "workers": seen[0].workers,
        "threads": seen[0].blocking_threads,
        "backpressure": seen[0].backpressure,
        "version": granian.__version__,
    }


if __name__ == "__main__":
    del sys.path[0]  # this folder is not on the real command's path
    said = answer()
    print("\n" + json.dumps(said))
