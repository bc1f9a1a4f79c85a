"""Executable files."""

from pathlib import Path


def write_program(path: Path, text: str) -> Path:
    """Write an executable file, and the folder that it is in; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path
