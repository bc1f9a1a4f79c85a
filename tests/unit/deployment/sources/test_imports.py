"""A source is searched for imports once, however many calls it has."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.deployment.declared.script import serving_call


def test_imports_are_searched_once_per_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk, walked = ast.walk, []

    def counting(node: ast.AST) -> Iterator[ast.AST]:
        walked.append(node)
        return walk(node)

    monkeypatch.setattr(ast, "walk", counting)
    script = tmp_path / "serve.py"
    numbers = []
    for calls in (2, 200):
        text = "from waitress import serve\n" + "print(len('shop'))\n" * calls
        script.write_text(f"{text}serve('shop')\n")
        walked.clear()
        assert serving_call(script) == calls + 2
        numbers.append(len(walked))
    assert numbers[0] == numbers[1]
