r"""Patterns for text fields: the part of regular expressions that Python and JavaScript read alike, in linear time.

A pattern is read into a tree, the tree into a small automaton, and the automaton walks over the text once (Thompson's
construction), so no pattern can make a check slow: the cost is at most length x ``MAX_PROGRAM``. Read are literals, ``.``,
classes, ``\d \w \s`` (ASCII digits and letters, as in JavaScript), groups, ``|``, ``* + ? {n} {n,} {n,m}``, ``^ $ \b``.
Refused are back references, named groups, lookaround and flags: the browser-side and the server-side reading differ there.
As in form-js a pattern is searched, not matched: anchors are the author's choice. ``$`` is the very end, never before a newline.
"""

import heapq
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_PATTERN = 500
MAX_PROGRAM = 1000
MAX_REPEAT = 1000
_MAX_DEPTH = 30
_MAX_CACHE = 500

_Ranges = tuple[tuple[int, int], ...]
_DIGIT: _Ranges = ((48, 57),)
_WORD: _Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: _Ranges = (
    (9, 13), (32, 32), (160, 160), (5760, 5760), (8192, 8202), (8232, 8233), (8239, 8239), (8287, 8287), (12288, 12288), (65279, 65279),
)  # fmt: skip
_NEWLINE: _Ranges = ((10, 10), (13, 13), (8232, 8233))
_LAST = 0x10FFFF
_ESCAPES = {"t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_PUNCTUATION = frozenset("^$\\.*+?()[]{}|/-,:;!\"#%&'<=>@_`~ ")


def _inverse(ranges: _Ranges) -> _Ranges:
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, _LAST)) if start <= _LAST else tuple(found)


_CLASSES = {
    "d": _DIGIT, "D": _inverse(_DIGIT), "w": _WORD, "W": _inverse(_WORD), "s": _SPACE, "S": _inverse(_SPACE),
}  # fmt: skip


class PatternError(ValueError):
    """A pattern that cannot be read, or whose reading differs between programs; the text says why."""


class _Set(NamedTuple):
    ranges: _Ranges


class _At(NamedTuple):
    kind: str


class _All(NamedTuple):
    parts: tuple["_Node", ...]


class _Any(NamedTuple):
    parts: tuple["_Node", ...]


class _Repeat(NamedTuple):
    part: "_Node"
    low: int
    high: int | None


_Node = _Set | _At | _All | _Any | _Repeat


class _Reader:
    """A recursive descent over the text of a pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        self.at += 1
        return self.text[self.at - 1 : self.at]

    def whole(self) -> _Node:
        node = self.choice()
        if self.peek():
            raise PatternError("a ) without its (")
        return node

    def choice(self) -> _Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise PatternError("groups are nested too deep")
        parts = [self.sequence()]
        while self.peek() == "|":
            self.take()
            parts.append(self.sequence())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else _Any(tuple(parts))

    def sequence(self) -> _Node:
        parts: list[_Node] = []
        while self.peek() not in {"", "|", ")"}:
            parts.append(self.repeated(self.atom()))
        return _All(tuple(parts))

    def repeated(self, node: _Node) -> _Node:
        low, high = 1, 1
        limit: int | None = high
        found = re.match(r"[*+?]|\{([0-9]{1,4})(,?)([0-9]{0,4})\}", self.text[self.at : self.at + 20], re.ASCII)
        if not found:
            return node
        self.at += found.end()
        match found.group()[0]:
            case "*":
                low, limit = 0, None
            case "+":
                low, limit = 1, None
            case "?":
                low, limit = 0, 1
            case _:
                low = int(found.group(1))
                limit = low if not found.group(2) else int(found.group(3)) if found.group(3) else None
        if isinstance(node, _At):
            raise PatternError("an anchor cannot be repeated")
        if max(low, limit or 0) > MAX_REPEAT or (limit is not None and limit < low):
            raise PatternError(f"a repetition must run upwards and stay below {MAX_REPEAT}")
        if self.peek() == "?":  # lazy: the same texts match
            self.take()
        if self.peek() and self.peek() in "*+?{":
            raise PatternError("two repetitions follow each other")
        return _Repeat(node, low, limit)

    def atom(self) -> _Node:
        match self.take():
            case "(":
                if self.text.startswith("?", self.at):
                    if not self.text.startswith("?:", self.at):
                        raise PatternError("named groups, lookaround and flags are not read alike everywhere")
                    self.at += 2
                node = self.choice()
                if self.take() != ")":
                    raise PatternError("a ( without its )")
                return node
            case "[":
                return self.klass()
            case ".":
                return _Set(_inverse(_NEWLINE))
            case "^" | "$" as anchor:
                return _At(anchor)
            case "\\":
                if self.peek() in {"b", "B"}:
                    return _At(self.take())
                return _Set(self.escape())
            case "*" | "+" | "?" as sign:
                raise PatternError(f"nothing to repeat before {sign}")
            case "{" | "}" | "]" as sign:
                raise PatternError(f"write \\{sign} for the character {sign}")
            case other:
                return _Set(((ord(other), ord(other)),))

    def escape(self) -> _Ranges:
        sign = self.take()
        if sign in _CLASSES:
            return _CLASSES[sign]
        if sign in _ESCAPES:
            return ((_ESCAPES[sign], _ESCAPES[sign]),)
        if sign in {"x", "u"}:
            size = 2 if sign == "x" else 4
            code = self.text[self.at : self.at + size]
            if not re.fullmatch(rf"[0-9A-Fa-f]{{{size}}}", code):
                raise PatternError(f"\\{sign} needs {size} hexadecimal digits")
            self.at += size
            return ((int(code, 16), int(code, 16)),)
        if sign and sign in _PUNCTUATION:
            return ((ord(sign), ord(sign)),)
        raise PatternError(f"\\{sign} is not read alike everywhere" if sign else "it ends in a \\")

    def klass(self) -> _Node:
        inverse = self.peek() == "^"
        if inverse:
            self.take()
        found: list[tuple[int, int]] = []
        while self.peek() != "]":
            ranges = self.member()
            one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
            if self.peek() == "-" and self.text[self.at + 1 : self.at + 2] not in {"", "]"}:
                self.take()
                end = self.member()
                if not (one and len(end) == 1 and end[0][0] == end[0][1]) or end[0][0] < ranges[0][0]:
                    raise PatternError("a range in [ ] must run upwards from one character to another")
                ranges = ((ranges[0][0], end[0][0]),)
            found.extend(ranges)
        self.take()
        if not found:
            raise PatternError("[ ] is empty")
        return _Set(_inverse(tuple(found)) if inverse else tuple(found))

    def member(self) -> _Ranges:
        sign = self.take()
        if not sign:
            raise PatternError("a [ without its ]")
        if sign == "\\":
            return self.escape()
        return ((ord(sign), ord(sign)),)


class _Program:
    """The automaton, built from its end: a step is a set of characters, an anchor or a split, each with its next steps."""

    def __init__(self, node: _Node) -> None:
        self.steps: list[tuple[_Set | _At | None, list[int]]] = [(None, [])]  # step 0: the text matches
        self.work = 0
        self.start = self.emit(node, 0)

    def add(self, what: _Set | _At | None, following: list[int]) -> int:
        self.steps.append((what, following))
        if len(self.steps) > MAX_PROGRAM:
            raise PatternError("it is too large; repetitions multiply")
        return len(self.steps) - 1

    def emit(self, node: _Node, then: int) -> int:
        self.work += 1
        if self.work > MAX_PROGRAM * 10:
            raise PatternError("it is too large; repetitions multiply")
        match node:
            case _Set() | _At():
                return self.add(node, [then])
            case _All(parts):
                for part in reversed(parts):
                    then = self.emit(part, then)
                return then
            case _Any(parts):
                return self.add(None, [self.emit(part, then) for part in parts])
            case _Repeat(part, low, high):
                end = then
                if high is None:
                    then = self.add(None, [])
                    self.steps[then][1].extend([self.emit(part, then), end])
                else:
                    for _ in range(high - low):
                        then = self.add(None, [self.emit(part, then), end])
                for _ in range(low):
                    then = self.emit(part, then)
                return then


def _holds(kind: str, before: str, after: str) -> bool:
    if kind == "^":
        return not before
    if kind == "$":
        return not after
    word = [bool(side) and any(low <= ord(side) <= high for low, high in _WORD) for side in (before, after)]
    return (word[0] != word[1]) == (kind == "b")


def _within(ranges: _Ranges, character: str) -> bool:
    code = ord(character)
    return any(low <= code <= high for low, high in ranges)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read; ``source`` is what the author wrote."""

    source: str
    _program: _Program = field(repr=False, compare=False)
    _seen: dict[tuple[frozenset[int], str, str], frozenset[int]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def matches(self, text: str) -> bool:
        """Say whether the pattern is found in ``text``; linear in its length."""
        states: frozenset[int] = frozenset()
        before = ""
        for after in (*text, ""):
            reached = self._close(states | {self._program.start}, before, after)
            if 0 in reached:
                return True
            states = self._step(reached, after)
            before = after
        return False

    def _close(self, states: frozenset[int], before: str, after: str) -> frozenset[int]:
        known = self._seen.get((states, before, after))
        if known is None:
            known = self._spread(states, lambda kind: _holds(kind, before, after))
            if len(self._seen) >= _MAX_CACHE:
                self._seen.clear()
            self._seen[states, before, after] = known
        return known

    def _spread(self, states: frozenset[int], holds: Callable[[str], bool]) -> frozenset[int]:
        found, left = set(states), list(states)
        while left:
            what, following = self._program.steps[left.pop()]
            if isinstance(what, _Set) or (isinstance(what, _At) and not holds(what.kind)):
                continue
            fresh = [step for step in following if step not in found]
            found.update(fresh)
            left.extend(fresh)
        return frozenset(found)

    def _step(self, states: frozenset[int], character: str) -> frozenset[int]:
        steps = (self._program.steps[state] for state in states)
        return frozenset(
            following[0]
            for what, following in steps
            if isinstance(what, _Set) and character and _within(what.ranges, character)
        )

    def example(self) -> str:
        """Give a short text that matches, or an empty one where none was found."""
        heap: list[tuple[int, int, str]] = [(0, self._program.start, "")]
        seen: set[int] = set()
        while heap:
            cost, state, text = heapq.heappop(heap)
            if state in seen:
                continue
            seen.add(state)
            if state == 0:
                return text if self.matches(text) else ""
            what, following = self._program.steps[state]
            letter = _sample(what.ranges, len(text)) if isinstance(what, _Set) else ""
            for step in following:
                heapq.heappush(heap, (cost + len(letter), step, text + letter))
        return ""


def _sample(ranges: _Ranges, position: int) -> str:
    digit = str((position + 1) % 10)  # 123456 reads as an example, 111111 as a mistake
    for wish in f"{digit}1aA-/. ":
        if _within(ranges, wish):
            return wish
    return chr(ranges[0][0])


def read(source: str) -> Pattern:
    """Read a pattern.

    Raises:
        PatternError: broken, outside the portable part, or too large.

    """
    if len(source) > MAX_PATTERN:
        raise PatternError(f"it is longer than {MAX_PATTERN} characters")
    return Pattern(source, _Program(_Reader(source).whole()))
