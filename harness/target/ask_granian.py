"""Print the settings that granian reads from a command line, as JSON.

Run this with the arguments, the folder and the environment of the real command. granian
itself reads them and its variables, as it does when it starts. Nothing is served, and
the app is not imported.
"""

import json
import sys


def settings():
    """Return the settings that granian would start with."""
    import granian
    from granian import cli

    class Recorder(getattr(cli, "Server", None) or cli.Granian):
        """Stands in for granian's server, and records its settings."""

        def serve(self, *_, **__):
            servers.append(self)

    servers = []
    if hasattr(cli, "Server"):
        cli.Server = Recorder
    else:
        cli.Granian = Recorder
    sys.argv[0] = "granian"  # the name in its error messages
    try:
        cli.entrypoint()
    except SystemExit as ended:
        if ended.code:
            raise
    (server,) = servers
    return {
        "interface": str(getattr(server.interface, "value", server.interface)),
        "workers": server.workers,
        "threads": server.blocking_threads,
        "backpressure": server.backpressure,
        "version": granian.__version__,
    }


if __name__ == "__main__":
    del sys.path[0]  # this folder is not on the real command's path
    print("\n" + json.dumps(settings()))
