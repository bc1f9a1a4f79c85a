"""Print every installed distribution and its version, as one line of JSON."""

import json
import platform

try:
    from importlib import metadata
except ImportError:  # Python older than 3.8
    metadata = None


def distributions():
    """Yield the name and version of each distribution, without importing any."""
    if metadata is not None:
        for each in metadata.distributions():
            yield each.metadata["Name"], each.version
        return
    import pkg_resources

    for each in pkg_resources.working_set:
        yield each.project_name, each.version


if __name__ == "__main__":
    versions = {str(name).lower(): version for name, version in distributions()}
    versions["python"] = platform.python_version()
    print(json.dumps(versions, sort_keys=True))
