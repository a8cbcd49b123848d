"""How much room names take in bpmn-js: Arial, wrapped by its own rule (diagram-js, lib/util/Text.js)."""

import math
import re

OUTSIDE, INSIDE = 11, 12
"""Font sizes in px: names beside events, gateways and flows; names inside tasks."""
_WRAP = 90
_WIDEST = 150
_LEADING = 1.2
# Arial's widths in em, for the characters that differ from most (0.556)
_WIDTHS = {
    character: width
    for characters, width in (
        ("ijl'|", 0.222),
        ("fIt.,:;/! ()[]", 0.278),
        ("r-", 0.333),
        ("cksvxyzJ", 0.5),
        ("ABEKPSVXY&", 0.667),
        ("CDHNRUw", 0.722),
        ("GOQ", 0.778),
        ("Mm", 0.833),
        ("%", 0.889),
        ("W", 0.944),
    )
    for character in characters
}


def label(text: str) -> tuple[int, int]:
    """Give the width and height in px of a name beside its element, wide enough not to break a word."""
    for limit in range(_WRAP, _WIDEST + 1, 10):
        lines, whole = wrap(text, limit, OUTSIDE)
        if whole:
            break
    widest = max(width(line, OUTSIDE) for line in lines)
    # bpmn-js wraps at the label's own width where that is more than its usual one
    wide = math.ceil(widest) + 2 if limit == _WRAP else limit
    return wide, math.ceil(_LEADING * OUTSIDE * len(lines)) + 1


def width(text: str, font: int) -> float:
    """Give the width of one line in px."""
    return font * sum(_WIDTHS.get(character, 0.556) for character in text)


def wrap(text: str, limit: int, font: int) -> tuple[list[str], bool]:
    """Give the lines in which bpmn-js shows a text, and whether no word was broken."""
    lines: list[str] = []
    whole = True
    left = " ".join(text.split())
    while left:
        line = left
        while len(line) > 1 and (wide := width(line, font)) > limit:
            line, kept = _shortened(line, limit / wide)
            whole &= kept
        lines.append(line)
        left = left[len(line) :].strip()
    return lines or [""], whole


def _shortened(line: str, part: float) -> tuple[str, bool]:
    """Shorten a line to about ``part`` of its length: at a space or hyphen, else through a word."""
    length = max(len(line) * part, 1)
    kept = ""
    pieces = re.split(r"(\s|-)", line)
    if len(pieces) > 1:
        for piece in pieces:
            if len(piece) + len(kept) >= length:
                break
            kept += piece
    if kept:
        return kept, True
    return line[: max(round(length - 1), 1)], False
