"""Knows what makes a proxy's file, or the mention of a proxy, wrong; must not know how
either is read, nor what becomes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from harness.records.catalog import Proxy
from harness.records.catalog import Server
from harness.records.plan import PLACEHOLDER

PLACEHOLDERS = ("folder", "host", "port", "upstream")
"""What a proxy's arguments, ``passes`` and ``template`` may name in braces. There are
other braces in a template: only a word that touches both of its braces is meant."""


Fault = tuple[str, str, str]
"""Key, fault and remedy."""


def proxy_faults(proxy: Proxy, stem: str) -> Iterator[Fault]:
    """What a single key of a proxy's file cannot tell."""
    if proxy.name != stem:
        yield "name", f"{proxy.name!r} is not the file's name", f"Write {stem!r}."
    if "/" in proxy.file:
        yield "file", f"{proxy.file!r} is a path", "Write the name alone."
    if "{pass}" not in proxy.template:
        remedy = "Write it where requests are handed on."
        yield "template", "{pass} does not occur in it", remedy
    texts = [("argv", text) for text in proxy.argv]
    texts += [(f"passes.{name}", text) for name, text in proxy.passes.items()]
    texts += [("template", proxy.template.replace("{pass}", ""))]
    for key, text in texts:
        for word in PLACEHOLDER.findall(text):
            if word not in PLACEHOLDERS:
                known = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
                yield key, f"{{{word}}} is not a placeholder", f"There are: {known}."


def link_faults(server: Server, proxies: Sequence[Proxy]) -> Iterator[Fault]:
    """What is wrong with how a server's configurations stand behind proxies."""
    known = {proxy.name: proxy for proxy in proxies}
    for configuration in server.configuration:
        where = f"configuration {configuration.id}:"
        behind, passed_by = configuration.behind, configuration.passed_by
        if (behind is None) != (passed_by is None):
            key = "behind" if behind is None else "passed-by"
            yield f"{where} {key}", "missing", "Give both behind and passed-by."
        elif behind is not None and behind not in known:
            remedy = f"There are: {', '.join(known) or 'none'}."
            yield f"{where} behind", f"there is no proxy {behind!r}", remedy
        elif behind is not None and passed_by not in known[behind].passes:
            remedy = f"It has: {', '.join(known[behind].passes)}."
            fault = f"{behind} does not pass by {passed_by!r}"
            yield f"{where} passed-by", fault, remedy
