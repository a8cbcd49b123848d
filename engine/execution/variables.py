"""The variables of an instance: a tree of scopes beside SpiffWorkflow's tasks, and the expressions that read them.

A scope belongs to the instance, to a sub-process that declares data objects, to one item of a multi-instance or loop
activity, or to a called process. A name is written to the nearest scope that declares it, else to the instance; the later
write wins and nothing is merged at joins. Values are copied when they come in, so no two places share one.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from engine import errors
from engine.expressions import feel, inspection

MAXIMUM_DEPTH = 60  # of lists and contexts in one another, in one value
MAXIMUM_SIZE = 1_000_000  # characters and entries of one value
MAXIMUM_NAME = 200
_INT64 = 1 << 63
_NOTHING: Mapping[str, object] = MappingProxyType({})


class Scope:
    """Variables by name. ``owner`` is the token that the scope belongs to, 0 for the instance.

    ``tagged`` names the variables with values that JSON has no word for.
    """

    __slots__ = ("owner", "tagged", "values")

    def __init__(self, owner: int, values: Mapping[str, object] = _NOTHING) -> None:
        self.owner = owner
        self.values: dict[str, object] = {}
        self.tagged: set[str] = set()
        for name, value in values.items():
            self.put(name, value)

    def put(self, name: str, value: object) -> object:
        """Store a copy of the value and give the copy; raise VariableRefused where it is none that can be stored."""
        admission = _Admission(name)
        self.values[name] = copied = admission.copy(value)
        (self.tagged.add if admission.tagged else self.tagged.discard)(name)
        return copied

    def pack(self) -> list[object]:
        """Give the scope as JSON: ``[values]`` or ``[values, tagged names]``."""
        if not self.tagged:
            return [self.values]
        tagged = sorted(self.tagged)
        return [{**self.values, **{name: _pack(self.values[name]) for name in tagged}}, tagged]

    @classmethod
    def unpack(cls, owner: int, packed: list[Any]) -> "Scope":
        """Read what ``pack`` gave."""
        scope = cls(owner)
        scope.values, *tagged = packed
        for name in tagged[0] if tagged else ():
            scope.values[name] = _unpack(scope.values[name])
            scope.tagged.add(name)
        return scope


def find(scopes: Iterable[Scope], name: str) -> Scope | None:
    """Give the nearest scope that has the name."""
    return next((scope for scope in scopes if name in scope.values), None)


def visible(scopes: Iterable[Scope]) -> dict[str, object]:
    """Give all that can be seen through the scopes, from the nearest on."""
    seen: dict[str, object] = {}
    for scope in scopes:
        seen = {**scope.values, **seen}
    return seen


class Expression:
    """A FEEL expression of a diagram. ``element`` is the id it is written at, ``names`` are all it can ask for."""

    __slots__ = ("element", "names", "text")

    def __init__(self, text: str, element: str) -> None:
        found = inspection.inspect(text)
        for problem in found.errors:
            raise errors.NotExecutable(element=element, reason=problem.message)
        self.text = text
        self.names = found.names | found.maybe
        self.element = element

    def evaluate(self, scopes: Iterable[Scope], now: datetime, extra: Mapping[str, object] | None = None) -> object:
        """Evaluate over what the scopes hold; ``extra`` goes before them. Raises ExpressionError with the element."""
        names = self.names
        given: dict[str, object] = {name: extra[name] for name in names if name in extra} if extra else {}
        if len(given) < len(names):
            for scope in scopes:
                values = scope.values
                for name in names:
                    if name in values and name not in given:
                        given[name] = values[name]
        try:
            return feel.evaluate(self.text, given, now=now)
        except errors.ExpressionError as error:
            error.place.setdefault("element", self.element)
            raise

    def holds(self, scopes: Iterable[Scope], now: datetime, extra: Mapping[str, object] | None = None) -> bool:
        """Evaluate a condition: only true is true, null is not; what is neither a boolean nor null is an error."""
        found = self.evaluate(scopes, now, extra)
        if found is None or isinstance(found, bool):
            return found is True
        raise errors.ConditionNotBoolean(element=self.element, expression=self.text, kind=type(found).__name__)


class _Admission:
    """Copies one value from outside: only plain data, not too deep, not too large."""

    def __init__(self, name: object) -> None:
        self.name = name
        self.left = MAXIMUM_SIZE
        self.tagged = False
        if not isinstance(name, str) or not 0 < len(name) <= MAXIMUM_NAME:
            raise self.refused(f"a name is a text of 1 to {MAXIMUM_NAME} characters")
        self.text(name)

    def copy(self, value: object, depth: int = 0) -> object:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int):
            self.tagged |= not -_INT64 <= value < _INT64
            return self.number(value)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise self.refused(f"{value} is no number")
            return float(value)
        if isinstance(value, Mapping):
            self.spend(len(value), depth)
            self.tagged |= any(isinstance(key, str) and key.startswith("$") for key in value)
            return {self.key(key): self.copy(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            self.spend(len(value), depth)
            return [self.copy(item, depth + 1) for item in value]
        if isinstance(value, date | time | timedelta):
            self.tagged = True
            return value
        raise self.refused(f"a {type(value).__name__} cannot be kept")

    def text(self, value: str) -> str:
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise self.refused("half a character (a lone surrogate)") from None
        if len(value) > 1:
            self.spend(len(value), 0)
        return str.__str__(value)

    def number(self, value: int) -> int:
        self.spend(value.bit_length() // 3, 0)
        return int(value)

    def key(self, key: object) -> str:
        if not isinstance(key, str):
            raise self.refused(f"a key of a context is a {type(key).__name__}, no text")
        return self.text(key)

    def spend(self, amount: int, depth: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise self.refused(f"it is larger than {MAXIMUM_SIZE} characters")
        if depth >= MAXIMUM_DEPTH:
            raise self.refused(f"it is nested deeper than {MAXIMUM_DEPTH} levels")

    def refused(self, reason: str) -> errors.VariableRefused:
        return errors.VariableRefused(name=str(self.name)[:MAXIMUM_NAME], reason=reason)


def _pack(value: object) -> object:
    """Write what JSON has no word for as ``{"$kind": text}``; an object with such keys of its own goes into ``$object``."""
    if isinstance(value, dict):
        packed = {key: _pack(item) for key, item in value.items()}
        return {"$object": packed} if any(key.startswith("$") for key in packed) else packed
    if isinstance(value, list):
        return [_pack(item) for item in value]
    if isinstance(value, datetime):
        return {"$datetime": value.isoformat()}
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    if isinstance(value, time):
        return {"$time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$duration": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, int) and not -_INT64 <= value < _INT64:
        return {"$integer": hex(value)}
    return value


def _unpack(value: object) -> object:
    if isinstance(value, list):
        return [_unpack(item) for item in value]
    if not isinstance(value, dict):
        return value
    tag, packed = next(iter(value.items())) if len(value) == 1 else ("", None)
    if tag == "$object" and isinstance(packed, dict):
        return {key: _unpack(item) for key, item in packed.items()}
    if tag == "$duration" and isinstance(packed, list):
        return timedelta(*packed)
    if tag.startswith("$") and isinstance(packed, str):
        return _READ[tag](packed)
    return {key: _unpack(item) for key, item in value.items()}


_READ: dict[str, Callable[[str], object]] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$integer": lambda text: int(text, 16),
}
