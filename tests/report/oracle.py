"""What a browser would see of Markdown: cmark-gfm, GitHub's own parser, is the independent judge."""

from __future__ import annotations

from html.parser import HTMLParser

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

_LITERAL = frozenset({"code", "pre"})


class Seen(HTMLParser):
    """Tags, link addresses, table shapes, and the text inside and outside code."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.rows: list[int] = []
        self.codes: list[str] = []
        self.still_open = 0
        self.outside = ""
        self._within: list[str] = []
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in _LITERAL:
            self._within.append(tag)
            self.codes.append("") if tag == "code" else None
        if tag == "details":
            self.still_open += 1
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += 1
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self.still_open -= 1
            assert self.still_open >= 0
        if tag in _LITERAL:
            assert self._within.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self._within:
            self.codes[-1] += data
        elif not self._within:
            self.outside += data
