"""Plain comparisons of Java's expression language (``${status == 'lengkap' && !ditolak}``) as FEEL; nothing else."""

import re

from engine.expressions import inspection

_WRAPPED = re.compile(r"[$#]\{(.*)\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'[^'"\\]*'|"[^'"\\]*")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"""
    r"""|(?P<sign>==|!=|<=|>=|&&|\|\||[<>()!]))"""
)
_WORDS = {
    "eq": "=",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "and": "and",
    "or": "or",
    "true": "true",
    "false": "false",
    "null": "null",
}
_SIGNS = {"==": "=", "&&": "and", "||": "or"}
_UNKNOWN = frozenset(("empty", "div", "mod", "instanceof", "execution", "task"))


def feel(text: str) -> str | None:
    """Give the FEEL for a foreign expression, ``None`` where it is more than a plain comparison.

    Understands ``${…}`` and ``#{…}`` around names, numbers, texts and comparisons, and the leading ``=`` of Camunda 8.
    """
    text = text.strip()
    if text.startswith("=") and not text.startswith("=="):
        return _readable(text[1:].strip())
    wrapped = _WRAPPED.fullmatch(text)
    if wrapped is None or "{" in wrapped[1]:
        return None
    tokens = _tokens(wrapped[1])
    return None if not tokens else _readable(" ".join(tokens).replace("( ", "(").replace(" )", ")"))


def _readable(text: str) -> str | None:
    looked = inspection.inspect(text)
    return text if text and not looked.problems else None


def _tokens(text: str) -> list[str] | None:
    found: list[str] = []
    position, nots = 0, 0
    while position < len(text.rstrip()):
        token = _TOKEN.match(text, position)
        if token is None:
            return None
        position = token.end()
        written = token[0].strip()
        if token["sign"] == "!" or written == "not":
            nots += 1
            continue
        if nots and written != "(":  # !ditolak; what follows a bracket keeps it: not (a = b)
            written, nots = f"{'not(' * nots}{_WORDS.get(written, written)}{')' * nots}", 0
        elif nots:
            if nots > 1:
                return None
            written, nots = "not(", 0
        elif token["text"]:
            written = f'"{written[1:-1]}"'
        elif token["name"]:
            if written.split(".")[0] in _UNKNOWN or written.startswith("__"):
                return None
            written = _WORDS.get(written, written)
        found.append(_SIGNS.get(written, written))
    return found if not nots else None
