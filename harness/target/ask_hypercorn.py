"""Print the settings that hypercorn reads from a command line, as JSON.

Run this with the arguments, the folder and the environment of the real command.
hypercorn itself reads them and its configuration file, as it does when it starts.
Nothing is served, and the app is not imported.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor


def settings():
    """Return the settings that hypercorn would start with."""
    from hypercorn import __main__ as program

    configs = []
    program.run = configs.append
    sys.argv[0] = "hypercorn"  # the name in its error messages
    program.main()
    (config,) = configs
    return {
        "workers": config.workers,
        "worker_class": str(config.worker_class),
        # WSGI apps run in asyncio's default pool, which is made like this one.
        "threads": ThreadPoolExecutor()._max_workers,
    }


if __name__ == "__main__":
    del sys.path[0]  # this folder is not on the real command's path
    # A configuration file may print too: the answer is the last line.
    print("\n" + json.dumps(settings()))
