"""Pages of long lists: by key, never by count, so that the thousandth page costs what the first does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import func

from engine import errors
from engine.store import types

T = TypeVar("T")
R = TypeVar("R")

MOST = 200
"""So many rows has a page at most, whatever is asked for."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list; ``next`` is where the following page begins, ``None`` at the end."""

    items: tuple[T, ...]
    next: str | None


def cut(rows: Sequence[R], limit: int, item: Callable[[R], T], cursor: Callable[[R], str]) -> Page[T]:
    """Make a page of ``limit`` rows out of as many and one more, which only tells that there are more."""
    shown = rows[:limit]
    return Page(tuple(item(row) for row in shown), cursor(shown[-1]) if len(rows) > limit else None)


def bounded(limit: int) -> int:
    """Give a limit between 1 and :data:`MOST`."""
    return max(1, min(limit, MOST))


def key_of(cursor: str) -> UUID:
    """Read a cursor that is a row's key. Raises :class:`errors.PageUnknown`."""
    try:
        return UUID(hex=cursor)
    except ValueError:
        raise errors.PageUnknown from None


def due_cursor(due: datetime | None, key: UUID) -> str:
    """Make the cursor of a list by urgency."""
    return f"{types.microseconds(due or types.NEVER)}.{key.hex}"


def due_of(cursor: str) -> tuple[datetime, UUID]:
    """Read a cursor of a list by urgency. Raises :class:`errors.PageUnknown`."""
    stamp, _, key = cursor.partition(".")
    try:
        return types.moment_of(int(stamp)), key_of(key)
    except (ValueError, OverflowError):
        raise errors.PageUnknown from None


def like(text: str) -> str:
    """Give the LIKE pattern, escaped by backslashes, for a text anywhere, in small letters."""
    escaped = text.strip().lower()[:200]
    for special in ("\\", "%", "_"):
        escaped = escaped.replace(special, f"\\{special}")
    return f"%{escaped}%".replace("\x00", "")


def contains(column: Any, pattern: str) -> Any:  # noqa: ANN401  # SQLAlchemy's expressions
    """Give the condition that a column holds the text of :func:`like`."""
    return func.lower(column).like(pattern, escape="\\")
