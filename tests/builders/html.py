"""Parsed pages of HTML: their elements, scripts, styles and policy."""

import functools
from collections.abc import Iterator
from html.parser import HTMLParser


class Parsed(HTMLParser):
    """The elements of a page, the text of its scripts and styles, and its policy."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inline: list[tuple[str, dict[str, str], str]] = []
        self.policy = ""
        self.feed(content.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        assert len(given) == len(attrs), f"an attribute is there twice: {tag} {attrs}"
        self.elements.append((tag, given))
        if tag in ("script", "style"):
            self.inline.append((tag, given, ""))
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style"):
            tag, given, text = self.inline[-1]
            if not text:
                self.inline[-1] = tag, given, data


@functools.cache
def parsed(content: bytes) -> Parsed:
    """Parse a page, once for each content."""
    return Parsed(content)


def pages(files: dict[str, bytes]) -> Iterator[tuple[str, Parsed]]:
    for path, content in files.items():
        if path.endswith(".html"):
            yield path, parsed(content)
