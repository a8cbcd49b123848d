"""What a form is, as frozen dataclasses; :mod:`engine.forms.definition` reads them, nothing changes them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from engine.expressions import patterns

MAX_ROWS: Final = 200
MAX_LENGTH: Final = 20_000
"""Characters in one answer where the form says nothing."""

TEMPLATE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
"""A FEEL insert in a text, as in "Dear {{nama}}"."""

Path = tuple[str, ...]


def inserts(text: str) -> tuple[str, ...]:
    """Give the FEEL inserts of a text."""
    return tuple(insert.strip() for insert in TEMPLATE.findall(text))


@dataclass(frozen=True, slots=True)
class Expression:
    """FEEL without its leading ``=``; ``reads`` are the paths of the variables it uses."""

    text: str
    reads: frozenset[Path]


Bound = int | Decimal | Expression | None
"""A limit: a number, FEEL that gives one, or none."""
Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list; ``value`` is stored, ``label`` is shown."""

    value: Scalar
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One component of a form.

    ``kind`` is form-js's type. ``path`` is where the value lives, from the form or, inside a list, from the row:
    ``("kontak", "surel")``; the paths of groups around it are already in it, presentational components have none. ``hides``
    are the conditions any of which hides the field, those of the groups around it included. Texts may hold ``{{FEEL}}``.
    """

    kind: str
    id: str
    path: Path = ()
    label: str = ""
    description: str = ""
    placeholder: str = ""
    content: str = ""
    prefix: str = ""
    suffix: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    text_reads: frozenset[Path] = frozenset()
    """The variables that the inserts of its texts use."""
    columns: int | None = None
    """Width in sixteenths, ``None`` for an equal share."""
    row: str = ""
    """Components of one container with the same row stand side by side."""
    hides: tuple[Expression, ...] = ()
    readonly: bool | Expression = False
    disabled: bool = False
    default: object = None
    fresh: bool = False
    """It starts with its default whatever is stored: a decision is taken anew each time round."""
    searchable: bool = False
    """Cases are found by the answer."""
    # What is asked of an answer
    required: bool = False
    min_length: Bound = None
    max_length: Bound = None
    minimum: Bound = None
    maximum: Bound = None
    digits: int | None = None
    step: Decimal | None = None
    as_text: bool = False
    pattern: patterns.Pattern | None = None
    pattern_message: str = ""
    format: str = ""
    """``email``, ``phone`` or nothing."""
    subtype: str = ""
    """``date``, ``time`` or ``datetime`` of a datetime."""
    zoned: str = "no_timezone"
    """``no_timezone`` stores local time, ``utc_offset`` time with the office's offset, ``utc_normalized`` UTC."""
    interval: int | None = None
    """Minutes between the times that a picker offers."""
    no_past: bool = False
    options: tuple[Option, ...] = ()
    options_from: Expression | None = None
    accept: tuple[str, ...] = ()
    multiple: bool = False
    expression: Expression | None = None
    # Containers
    fields: tuple["Field", ...] = ()
    order: tuple["Field", ...] = ()
    """The answers of a list's row, in the order that their conditions need."""
    repetitions: int = 1
    fixed: bool = False
    """Rows of this list can be neither added nor removed."""
    min_rows: int = 0
    max_rows: int = MAX_ROWS

    @property
    def name(self) -> str:
        """Give the path as it is written, ``kontak.surel``."""
        return ".".join(self.path)

    @property
    def many(self) -> bool:
        """Say whether the answer is a list of choices."""
        return self.kind in {"checklist", "taglist"}

    def wording(self, part: str, locale: str) -> str:
        """Give the text ``part`` (``label``, ``description``, ``text`` ...) in ``locale``, else as the form has it."""
        own = {"label": self.label, "description": self.description, "placeholder": self.placeholder}
        own |= {"text": self.content, "prefix": self.prefix, "suffix": self.suffix}
        return self.properties.get(f"{part}.{locale}") or own.get(part, "")

    def option_label(self, option: Option, locale: str) -> str:
        """Give a choice's label in ``locale``, else as the form has it."""
        return self.properties.get(f"option.{option.value}.{locale}") or option.label


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it was read: ``fields`` as they are shown, ``order`` the answers in the order their conditions need.

    ``names`` are the variables that an answered form supplies (top-level), ``reads`` the paths of those it uses besides.
    ``watched`` are all paths that some condition, limit, choice or text of it reads, wherever it stands.
    """

    key: str
    fields: tuple[Field, ...]
    order: tuple[Field, ...]
    names: frozenset[str]
    reads: frozenset[Path]
    watched: frozenset[Path]

    @property
    def searchable(self) -> tuple[Field, ...]:
        """Give the answers that cases are found by; of a list those that hold some."""
        return tuple(one for one in self.order if one.searchable or any(inner.searchable for inner in one.order))

    def decides(self, one: Field) -> bool:
        """Say whether something else of the form may look otherwise when this answer changes."""
        return any(meet(one.path, path[1:] if path[0] == "parent" else path) for path in self.watched)

    def walk(self) -> Iterator[Field]:
        """Give every field, containers before what they hold."""
        return walk(self.fields)


def walk(fields: Sequence[Field]) -> Iterator[Field]:
    """Give these fields and all below them, containers before what they hold."""
    for one in fields:
        yield one
        yield from walk(one.fields)


# What decides what --------------------------------------------------------------------------------------------------


class CircleError(ValueError):
    """The conditions of these fields depend on each other; the text names them."""


def deciding(one: Field) -> frozenset[Path]:
    """Give the paths that decide what ``one`` answers: whether it is shown, open, and, where computed, its value."""
    found = {read for hide in one.hides for read in hide.reads}
    for some in (one.readonly, one.expression):
        if isinstance(some, Expression):
            found |= some.reads
    for inner in one.order:
        found |= _leading_out(deciding(inner), one)
    return frozenset(found)


def read_by(one: Field) -> frozenset[Path]:
    """Give every path that a component itself reads, as it is written there (but for ``this.``)."""
    some = (one.min_length, one.max_length, one.minimum, one.maximum, one.options_from, one.expression, one.readonly)
    found = {read for each in (*some, *one.hides) if isinstance(each, Expression) for read in each.reads}
    return frozenset(path[1:] if path[0] == "this" else path for path in found | one.text_reads if path != ("this",))


def used(one: Field) -> frozenset[Path]:
    """Give every path that ``one`` and what it holds read."""
    found = set(read_by(one))
    for inner in one.fields:
        reads = used(inner)
        found |= _leading_out(reads, one) if one.kind == "dynamiclist" else reads
    return frozenset(found)


def _leading_out(reads: frozenset[Path], rows: Field) -> set[Path]:
    """Give those of the paths read inside a list that lead out of its rows."""
    own = {one.path[0] for one in rows.order} | {"this", "i"}
    found = {path for path in reads if path[0] not in own and path != ("parent",)}
    return {path[1:] if path[0] == "parent" else path for path in found}


def ordered(units: Sequence[Field]) -> tuple[Field, ...]:
    """Put the answers of a form or row in an order in which each one's conditions are decided before it.

    Raises:
        CircleError: there is no such order.

    """
    done: list[Field] = []
    under_way: list[Field] = []

    def visit(one: Field) -> None:
        if one in done:
            return
        if one in under_way:
            raise CircleError(" -> ".join(each.name for each in (*under_way, one)))
        under_way.append(one)
        reads = [path[1:] if path[0] == "this" else path for path in deciding(one)]
        for other in units:
            if any(path and meet(other.path, path) for path in reads):
                visit(other)
        done.append(under_way.pop())

    for unit in units:
        visit(unit)
    return tuple(done)


def meet(one: Path, other: Path) -> bool:
    """Say whether one path lies on the other."""
    return all(mine == theirs for mine, theirs in zip(one, other, strict=False))
