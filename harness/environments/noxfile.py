"""One nox session for each environment of a plan; ``run`` starts nox on this file."""

import sys
from pathlib import Path

# nox puts neither a checkout nor the folder of the noxfile on the path.
sys.path.append(str(Path(__file__).parents[2]))

from harness.environments import session  # noqa: E402

session.register_planned()
