"""Column types: what Python sees is the same on both databases, what is stored is each database's best."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Stored where nothing is due, so that "most urgent first" is one index and needs no rule for nulls."""


def microseconds(moment: datetime) -> int:
    """Give the microseconds since 1970 (UTC) of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(stored: int) -> datetime:
    """Give the moment (UTC) of :func:`microseconds`."""
    return _EPOCH + timedelta(microseconds=stored)


class Key(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 bytes on SQLite (7 % smaller than text there, equally fast)."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give the stored type."""
        return LargeBinary(16) if dialect.name == "sqlite" else Uuid()

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Give what turns a value into what is stored."""
        if dialect.name != "sqlite":
            return None
        return lambda value: None if value is None else value.bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Give what turns what is stored into a value."""
        del coltype
        if dialect.name != "sqlite":
            return None
        return lambda value: None if value is None else UUID(bytes=value)


class Moment(TypeDecorator[datetime]):
    """An aware moment, read as UTC: ``timestamptz`` on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give the stored type."""
        return BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Give what turns a value into what is stored; a naive moment is a mistake of ours and raises TypeError."""
        if dialect.name == "sqlite":
            return lambda value: None if value is None else microseconds(value)
        return lambda value: None if value is None else _EPOCH + (value - _EPOCH)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Give what turns what is stored into a value."""
        del coltype
        if dialect.name == "sqlite":
            return lambda value: None if value is None else moment_of(value)
        return lambda value: None if value is None else value.astimezone(UTC)


class Due(Moment):
    """A moment or none; none is stored as :data:`NEVER` and so sorts last."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Give what turns a value into what is stored."""
        bind = super().bind_processor(dialect)
        return lambda value: bind(NEVER if value is None else value) if bind else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Give what turns what is stored into a value."""
        read = super().result_processor(dialect, coltype)

        def due(stored: Any) -> datetime | None:  # noqa: ANN401  # the driver's own type
            moment: datetime | None = read(stored) if read else stored
            return None if moment == NEVER else moment

        return due


class Json(TypeDecorator[Any]):
    """Plain data as JSON text: the same bytes come back on both databases."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Give what turns a value into what is stored."""
        del dialect
        return lambda value: None if value is None else dumps(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Give what turns what is stored into a value."""
        del dialect, coltype
        return lambda value: None if value is None else orjson.loads(value)


def dumps(value: Mapping[str, object] | list[object]) -> str:
    """Give the canonical JSON of a value: sorted keys, no blanks; moments and durations in ISO 8601."""
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # a whole number beyond 64 bits
        return json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    """What orjson does not know by itself."""
    if isinstance(value, timedelta):
        return f"PT{value.total_seconds():.15g}S"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
