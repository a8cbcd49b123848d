"""Texts of a form's author as safe HTML: a small Markdown, and a small HTML. Nothing passes that is not written here."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Final

from markupsafe import Markup, escape

_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_ITEM = re.compile(r"(?:[-*+]|(?P<number>[0-9]{1,3}[.)]))\s+(?P<text>.*)")
_INLINE = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*|\*(?P<italic>[^*\n]+)\*|(?<!\w)_(?P<under>[^_\n]+)_(?!\w)|`(?P<code>[^`\n]+)`"
    r"|\[(?P<text>[^\]\n]+)\]\((?P<url>(?:https?://|mailto:)[^\s()<>\"']+)\)",
)
_TAGS: Final = {"bold": "strong", "italic": "em", "under": "em", "code": "code"}
_KEPT: Final = {
    "p": "p", "br": "br", "b": "strong", "strong": "strong", "i": "em", "em": "em", "u": "u", "small": "small", "ul": "ul", "ol": "ol",
    "li": "li", "code": "code", "blockquote": "blockquote", "div": "p", "h1": "h2", "h2": "h2", "h3": "h2", "h4": "h3", "h5": "h3",
}  # fmt: skip
_BLOCKS: Final = frozenset({"p", "ul", "ol", "blockquote"})
_SILENT: Final = frozenset(
    {"script", "style", "template", "iframe", "object", "svg", "math", "noscript", "textarea", "title"}
)


def _escaped(text: str) -> str:
    # A plain str: adding Markup to one would escape the sum.
    return str(escape(text))


def _safe(parts: Iterable[str]) -> Markup:
    """Join what this module wrote: its own tags, and texts that it escaped."""
    return Markup("".join(parts))  # noqa: S704 escaped or from the tables above


def _opened(tag: str) -> str:
    # The page's title is the first heading; a form's are second at most, and small.
    look = "h5" if tag.startswith("h") else "mb-2" if tag in _BLOCKS else ""
    return f'<{tag} class="{look}">' if look else f"<{tag}>"


def markdown(text: str) -> Markup:
    """Write Markdown as HTML: headings, paragraphs, lists, bold, italic, code, links to web and mail addresses."""
    blocks: list[str] = []
    lines: list[str] = []
    kind = "p"
    for line in (*(line.strip() for line in text.splitlines()), ""):
        heading, item = _HEADING.fullmatch(line), _ITEM.fullmatch(line)
        now = "p" if not item else "ol" if item["number"] else "ul"
        if lines and (not line or heading or now != kind):
            inner = "<br>".join(lines) if kind == "p" else "".join(f"<li>{each}</li>" for each in lines)
            blocks.append(f"{_opened(kind)}{inner}</{kind}>")
            lines = []
        kind = now
        if heading:
            tag = "h2" if len(heading[1]) <= len("###") else "h3"
            blocks.append(f"{_opened(tag)}{_inline(heading[2])}</{tag}>")
        elif line:
            lines.append(_inline(item["text"] if item else line))
    return _safe(blocks)


def _inline(text: str) -> str:
    found, at = "", 0
    for match in _INLINE.finditer(text):
        found += _escaped(text[at : match.start()])
        at = match.end()
        kind = match.lastgroup or ""
        if kind == "url":
            found += f'<a href="{_escaped(match["url"])}" rel="noopener noreferrer">{_escaped(match["text"])}</a>'
        else:
            found += f"<{_TAGS[kind]}>{_escaped(match[kind])}</{_TAGS[kind]}>"
    return found + _escaped(text[at:])


def html(text: str) -> Markup:
    """Write an author's HTML anew with plain text elements only, without any attribute."""
    cleaner = _Cleaner()
    cleaner.feed(text)
    cleaner.close()
    return _safe([*cleaner.parts, *(f"</{tag}>" for tag in reversed(cleaner.open))])


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.silent += tag in _SILENT
        if not self.silent and tag in _KEPT:
            self.parts.append(_opened(_KEPT[tag]))
            if tag != "br":
                self.open.append(_KEPT[tag])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
            return
        while not self.silent and _KEPT.get(tag) in self.open:
            closed = self.open.pop()
            self.parts.append(f"</{closed}>")
            if closed == _KEPT[tag]:
                break

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(_escaped(data))
