"""Variables are filled in as a shell does."""

from __future__ import annotations

import pytest

from harness.deployment.shell import expand


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$A", "1"),
        ("${A}b", "1b"),
        ("${B:-two}", "two"),
        ("$B", ""),
        ("$(A)", "$(A)"),
        ("100$", "100$"),
    ],
)
def test_variables(text: str, expanded: str) -> None:
    assert expand(text, {"A": "1"}) == expanded
