"""Print the part after the hook of the Python path of an image that was just built.

Run by path with ``-I -S``: ``python_path.py IMAGE CLIENT ...``, where CLIENT is
``docker`` with its global options. It prints ``:/srv`` and the like, or nothing.
"""

import json
import subprocess
import sys


def main() -> int:
    image, *client = sys.argv[1:]
    done = subprocess.run(
        [*client, "image", "inspect", image, "--format", "{{json .Config.Env}}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    if done.returncode:
        return done.returncode
    pairs = (each.partition("=") for each in json.loads(done.stdout) or ())
    print("".join(f":{value}" for name, _, value in pairs if name == "PYTHONPATH"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
