"""Prepares the README for the package index: its links lead to the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

RELATIVE = re.compile(r'(\]\(|(?:srcset|src)=")(?!https?:|#)([^)"]+)')


def absolute(readme: str, source: str, tag: str) -> str:
    """The README with every relative link made absolute."""

    def link(found: re.Match[str]) -> str:
        before, path = found.groups()
        kind = "blob" if before == "](" else "raw"
        return f"{before}{source}/{kind}/{tag}/{path}"

    return RELATIVE.sub(link, readme)


class CustomMetadataHook(MetadataHookInterface):
    """Gives hatchling the metadata that ``pyproject.toml`` calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the README."""
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        source, tag = metadata["urls"]["Source"], f"v{metadata['version']}"
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": absolute(text, source, tag),
        }
