"""Print the settings that gunicorn reads from a command line, as JSON.

Run this with the arguments, the folder and the environment of the real command.
gunicorn itself reads them, its variables and its configuration file, as it does when it
starts. Nothing is served, and the app is not imported.
"""

import json
import sys

SETTINGS = (
    *("workers", "threads", "worker_connections", "worker_class"),
    *("bind", "daemon", "reuse_port"),
)


def given_by(config, origin, path):
    """Return where each setting comes from, for settings that are not the default."""
    parser = config.parser()
    places = {}
    for name in origin:
        if path and config.settings[name].get() != origin[name]:
            places[name] = "file"
    for place, words in (
        ("GUNICORN_CMD_ARGS", config.get_cmd_args_from_env()),
        ("command", sys.argv[1:]),
    ):
        given = vars(parser.parse_args(words))
        places.update((name, place) for name in SETTINGS if given.get(name) is not None)
    return places


def settings():
    """Return the settings that gunicorn would start with."""
    from gunicorn import __version__
    from gunicorn.app.wsgiapp import WSGIApplication
    from gunicorn.config import Config

    config = WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").cfg
    default = Config()
    names = [name for name in SETTINGS if name in config.settings]
    origin = {name: default.settings[name].get() for name in names}
    path = config.settings["config"].get()
    return {
        "version": __version__,
        "workers": config.workers,
        "threads": config.threads,
        "worker_connections": config.worker_connections,
        "worker_class": str(config.worker_class_str),
        "config": str(path) if path else "",
        "given_by": given_by(config, origin, path),
        "bind": list(config.settings["bind"].get() or []),
        "daemon": bool(config.daemon),
        "reuse_port": bool(getattr(config, "reuse_port", False)),
    }


if __name__ == "__main__":
    del sys.path[0]  # this folder is not on the real command's path
    # A configuration file may print too: the answer is the last line.
    print("\n" + json.dumps(settings()))
