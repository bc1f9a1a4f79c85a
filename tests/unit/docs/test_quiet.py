"""``docs/quiet.md`` lists every limit of a wait for a quiet server, with its value."""

import ast
from pathlib import Path

import pytest

from docs.make import quiet
from docs.make.blocks import block

TESTS = Path(__file__).parents[2]
NAMED = sorted({test for each in quiet.limits() for test in each.tests})


def test_the_tables_have_the_values_in_the_code() -> None:
    assert block(quiet.PAGE, "limits") == quiet.tables(), "write it again: nox -s docs"


@pytest.mark.parametrize("module", quiet.MODULES)
def test_every_limit_in_the_code_has_a_row(module: str) -> None:
    rows = [each.name for each in quiet.limits()]
    assert not quiet.names_in(module) - set(rows), "add it to docs/make/quiet.toml"
    assert len(rows) == len(set(rows))


def test_constants_of_a_module_itself_are_limits() -> None:
    assert quiet.names_in("idle_workers") == set()
    found = quiet.names_in("quiet")
    assert {"quiet.ROUND", "quiet.THREADS_EXAMINED", "quiet.SENT_SECONDS"} <= found
    assert "probe.ROUND" not in quiet.names_in("probe"), "it is of another module"


@pytest.mark.parametrize("test", NAMED)
def test_each_named_test_exists(test: str) -> None:
    file, _, name = test.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {
        each.name for each in tree.body if isinstance(each, ast.FunctionDef)
    }


def test_units_match_the_names() -> None:
    for each in quiet.limits():
        if each.name.endswith("NANOSECONDS"):
            assert each.unit == quiet.NANOSECONDS, each.name
        elif each.name.endswith("_SECONDS"):
            assert each.unit == "s", each.name


def test_the_tables_are_in_the_order_of_the_page() -> None:
    steps = [each.step for each in quiet.limits()]
    text = quiet.PAGE.read_text(encoding="utf-8")
    assert steps == sorted(steps)
    assert set(steps) <= set(quiet.questions()) == set(range(1, 9))
    for module in quiet.MODULES:
        assert f"`{module}.py`" in text or module == "probe", module
