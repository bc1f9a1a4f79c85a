"""Works out how many requests at once a server's options declare.

The caller has collected the options, from a command line alone or also from variables
and files. A number that they leave open is unknown, and the result says why.
"""

import math
import re
from collections.abc import Collection
from collections.abc import Mapping
from typing import NamedTuple

from harness.plan import formulas
from harness.plan.server_options import CapacityRule
from harness.plan.server_options import CommandOf

Value = int | str


class Capacity(NamedTuple):
    """How many requests at once a server's options declare."""

    rule: CapacityRule
    """The first rule that fits."""
    settings: Mapping[str, Value]
    """All options, including those that have their defaults."""
    processes: int = 0
    lanes: int = 0
    """How many requests each process takes."""
    unknown: str = ""
    """Why the number is unknown; empty if it is known."""

    def number(self, name: str) -> int:
        """The value of an option that is a number."""
        return int(self.settings[name])

    @property
    def declared(self) -> int | None:
        """Requests at once; ``None`` for no bound."""
        return None if self.rule.unbounded else self.processes * self.lanes

    @property
    def words(self) -> str:
        """How the number comes about, such as ``2 workers × 4 threads``."""
        rule = self.rule
        if rule.unbounded:
            return rule.kind
        if takes_one(rule):
            return "one process, which takes one request at a time"
        processes = str(rule.processes)
        first = "one process" if processes == "1" else _count(self.processes, processes)
        if rule.lanes == 1 and not rule.formula:
            return first
        return f"{first} × {_count(self.lanes, rule.noun or str(rule.lanes))}"


def capacity(
    server: CommandOf, given: Mapping[str, Value], processors: int | None = None
) -> Capacity:
    """How many requests at once these options declare.

    Options that are not ``given`` have their defaults. ``processors`` is the number of
    processors of the machine, if it is known.
    """
    defaults = {name: each.default for name, each in server.options.items()}
    settings = {**defaults, **given}
    rule = next(each for each in server.rule if _fits(each, settings, given))
    formula = formulas.parse(rule.formula) if rule.formula and processors else None
    if rule.unknown and not formula:
        return Capacity(rule, settings, unknown=rule.unknown.format_map(settings))
    processes, lanes = (
        part if isinstance(part, int) else int(settings[part])
        for part in (rule.processes, rule.lanes)
    )
    if formula and processors:
        lanes = formulas.value(formula, processors)
    return Capacity(rule, settings, processes, lanes)


def takes_one(rule: CapacityRule) -> bool:
    """Whether a rule is for a server that always takes one request at a time."""
    return rule.processes == rule.lanes == 1 and not rule.formula


def deciding(server: CommandOf, rule: CapacityRule) -> set[str]:
    """Options that make a rule the first to fit, and options that give its number."""
    before = server.rule[: server.rule.index(rule) + 1]
    conditions = {
        name for each in before for name in (*each.is_, *each.over, *each.within)
    } | {name for each in before for o in each.within.values() for name in _factors(o)}
    return conditions | {p for p in (rule.processes, rule.lanes) if isinstance(p, str)}


def _fits(
    rule: CapacityRule, settings: Mapping[str, Value], given: Collection[str]
) -> bool:
    """Whether all conditions of a rule hold."""
    return (
        all(_last_part(settings[name]) in words for name, words in rule.is_.items())
        and all(_is_over(settings[name], least) for name, least in rule.over.items())
        and all(
            int(settings[name]) <= math.prod(int(settings[o]) for o in _factors(other))
            for name, other in rule.within.items()
        )
        and all(name in given for name in rule.given)
        and not any(name in given for name in rule.absent)
    )


def _last_part(value: Value) -> str:
    """The name at the end of a path such as ``gunicorn.workers.sync.SyncWorker``."""
    return str(value).rpartition(".")[2]


def _factors(product: str) -> list[str]:
    """The options of a product such as ``a * b``."""
    return product.split(" * ")


def _is_over(value: Value, least: int) -> bool:
    return value > least if isinstance(value, int) else bool(value)


def _count(number: int, noun: str) -> str:
    """A number of things, in the singular if it is one."""
    return f"{number} {re.sub(r'(?<=ss)es$|s$', '', noun) if number == 1 else noun}"
