"""What the cells of one environment share while they are measured."""

from pathlib import Path

from harness.measure.app import App
from harness.measure.app import HOST
from harness.measure.app import TargetApp
from harness.measure.target import TARGET


class Bench:
    """The interpreter, the app, the limit and the logs of one environment."""

    def __init__(
        self, python: Path, limit: int, logs: Path, app: App | None = None
    ) -> None:
        self.python = python
        self.limit = limit
        self.logs = logs
        self.app = app or TargetApp(python)

    def placeholders(self, port: int, folder: Path) -> dict[str, str]:
        """The values of the placeholders in a planned command."""
        return {
            "python": str(self.python),
            "scripts": str(self.python.parent),
            "target": str(TARGET),
            "folder": str(folder),
            "host": HOST,
            "port": str(port),
        }
