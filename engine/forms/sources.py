"""The JSON text of a form, read with distrust: one reading only, no surprises of encoding, number or type."""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.errors import FormUnreadable
from engine.expressions import inspection
from engine.forms import model

MAX_BYTES = 1_000_000
MAX_TEXT = 20_000
"""Characters in one text of a form; a longer one is no label but an accident."""

_MAX_STEPS = 8
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_RESERVED = frozenset({
    # JavaScript objects carry these names: a path through them reaches every object.
    "constructor", "prototype", "hasOwnProperty", "toString", "valueOf",
    # The page's own.
    "csrf_token",
    # FEEL reads these as words of its grammar.
    "true", "false", "null", "if", "then", "else", "for", "return", "in", "some", "every", "satisfies", "and", "or", "not",
    "between", "instance", "of", "function",
})  # fmt: skip
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT_CONTROLS = frozenset("\t\n\r")


def unwanted(text: str) -> str | None:
    """Say what makes ``text`` unfit to be shown or stored, or give ``None``.

    PostgreSQL stores no NUL, no encoding knows lone surrogates, and direction overrides make a label read as another.
    """
    for character in text:
        if character in _BIDI:
            return "a character that reverses the reading direction"
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in _KEPT_CONTROLS):
            return f"the control character U+{ord(character):04X}"
    return None


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            reason = f'"{name}" is given twice in one object'
            raise ValueError(reason)
        found[name] = value
    return found


def _constant(name: str) -> object:
    reason = f"{name} is no JSON value"
    raise ValueError(reason)


def parse(source: bytes, key: str) -> dict[str, object]:
    """Read the bytes of a form (UTF-8 JSON, an object at the top).

    Raises:
        FormUnreadable: too large, not UTF-8, not JSON, a name given twice in an object, nested too deep.

    """
    if len(source) > MAX_BYTES:
        raise FormUnreadable(key=key, reason=f"it is larger than {MAX_BYTES} bytes", path="the file", field=None)
    try:
        # utf-8-sig: a byte order mark is what some editors on Windows add, and nothing else.
        top = json.loads(source.decode("utf-8-sig"), object_pairs_hook=_pairs, parse_constant=_constant)
    except UnicodeDecodeError as error:
        reason = f"it is not UTF-8 text: byte {error.start} does not fit"
        raise FormUnreadable(key=key, reason=reason, path="the file", field=None) from error
    except json.JSONDecodeError as error:
        reason = f"it is not JSON: {error.msg}"
        raise FormUnreadable(key=key, reason=reason, path=f"line {error.lineno}", field=None) from error
    except ValueError as error:
        raise FormUnreadable(key=key, reason=str(error), path="the file", field=None) from error
    except RecursionError as error:
        raise FormUnreadable(key=key, reason="it is nested too deep", path="the file", field=None) from error
    if not isinstance(top, dict):
        raise FormUnreadable(key=key, reason="the top is not an object", path="the file", field=None)
    return top


@dataclass(frozen=True, slots=True)
class Part:
    """One object of the JSON text and where it stands; its getters give typed values or raise ``FormUnreadable``."""

    data: Mapping[str, object]
    form: str
    field: str | None = None
    at: str = ""

    def wrong(self, reason: str, name: str = "") -> FormUnreadable:
        """Make the error that names this field and property."""
        place = ".".join(step for step in (self.at, name) if step)
        path = ": ".join(step for step in (self.field, place) if step) or "the top"
        return FormUnreadable(key=self.form, reason=reason, path=path, field=self.field)

    def check(self, *, skip: str = "") -> None:
        """Refuse texts and numbers that cannot be shown or stored, everywhere below but in the property ``skip``."""
        left: list[tuple[str, object]] = [(name, value) for name, value in self.data.items() if name != skip]
        while left:
            name, value = left.pop()
            if isinstance(value, str):
                if len(value) > MAX_TEXT:
                    raise self.wrong(f"a text is longer than {MAX_TEXT} characters", name)
                if found := unwanted(value):
                    raise self.wrong(f"a text holds {found}", name)
            elif isinstance(value, float) and not math.isfinite(value):
                raise self.wrong("a number is too large", name)
            elif isinstance(value, dict):
                left.extend((f"{name}.{inner}", below) for inner, below in value.items())
            elif isinstance(value, list):
                left.extend((name, below) for below in value)

    def text(self, name: str, default: str = "") -> str:
        """Give a text; ``null`` counts as absent."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise self.wrong("this must be a text", name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Give a truth value."""
        value = self.data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong("this must be true or false", name)
        return value

    def integer(self, name: str, low: int, high: int) -> int | None:
        """Give a whole number from ``low`` to ``high``, or ``None`` where it is absent."""
        value = self.data.get(name)
        if value is None:
            return None
        # form-js itself writes lengths as texts of digits in some versions.
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong("this must be a whole number", name)
        if not low <= value <= high:
            raise self.wrong(f"this must lie between {low} and {high}", name)
        return value

    def choice(self, name: str, allowed: Mapping[str, object] | frozenset[str], default: str) -> str:
        """Give one of the ``allowed`` texts."""
        value = self.text(name, default)
        if value not in allowed:
            raise self.wrong(f'"{value}" is not known here; known are: {", ".join(sorted(allowed))}', name)
        return value

    def part(self, name: str) -> "Part":
        """Give the object below ``name``, an empty one where it is absent."""
        value = self.data.get(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise self.wrong("this must be an object", name)
        return Part(value, self.form, self.field, name)

    def parts(self, name: str) -> Iterator["Part"]:
        """Give the objects of the list below ``name``."""
        value = self.data.get(name)
        if value is None:
            value = []
        if not isinstance(value, list):
            raise self.wrong("this must be a list", name)
        for position, item in enumerate(value):
            if not isinstance(item, dict):
                raise self.wrong("this must be an object", f"{name}[{position}]")
            yield Part(item, self.form, self.field, f"{name}[{position}]")

    # Names and FEEL

    def steps(self, name: str) -> tuple[str, ...]:
        """Give a dotted path, empty where it is absent; its steps are plain names that reach nothing but variables."""
        text = self.text(name)
        found = tuple(text.split(".")) if text else ()
        if len(found) > _MAX_STEPS:
            raise self.wrong(f"a path has at most {_MAX_STEPS} steps", name)
        for step in found:
            if not _NAME.fullmatch(step) or step in _RESERVED:
                raise self.wrong(f'"{step[:80]}" cannot name a variable', name)
        return found

    def feel(self, name: str) -> model.Expression | None:
        """Give a property that is ``=FEEL``, or ``None`` where it is absent; what its check calls an error is refused."""
        text = self.text(name)
        if not text:
            return None
        if not text.startswith("="):
            raise self.wrong("FEEL starts with =", name)
        return self.inspected(name, text[1:])

    def inspected(self, name: str, text: str) -> model.Expression:
        """Check FEEL."""
        found = inspection.inspect(text)
        for problem in found.errors:
            raise self.wrong(f'FEEL "{text}" is wrong at position {problem.start}: {problem.message}', name)
        for free in found.names:
            if free.startswith("__"):
                raise self.wrong(f'FEEL "{text}" uses {free}, which is no variable', name)
        paths = {tuple(path.replace("[]", "").split(".")) for path in found.paths}
        bare = {(free,) for free in found.names | found.maybe if free not in {path[0] for path in paths}}
        return model.Expression(text, frozenset(paths | bare))

    def template(self, name: str) -> str:
        """Give a text that may hold ``{{FEEL}}``; ``=FEEL``, which is one too, is written that way."""
        text = self.text(name)
        if text.startswith("="):
            if "}}" in text:
                raise self.wrong("write } } with a space between", name)
            text = f"{{{{{text[1:]}}}}}"
        for insert in model.inserts(text):
            if insert[:1] in {"#", "/", "{"}:
                raise self.wrong("blocks and raw inserts are not supported in texts, only {{FEEL}}", name)
            self.inspected(name, insert)
        return text
