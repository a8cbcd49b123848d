"""History: what happened to each instance, who did it and in which capacity; it is only ever added to.

The events of an instance are numbered 1, 2, 3, ... and chained: each carries the SHA-256 of its content and of the event
before it, and the instance's row carries the last number and hash. So :func:`verify` finds an event that was changed, left
out, put in or cut off the end. Triggers in both databases refuse updates and deletes; the chain is for whoever gets past them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, Protocol
from uuid import UUID

import orjson
from sqlalchemy import Row, bindparam, insert, select

from engine import errors
from engine.store import models, types
from engine.store.db import Session

GENESIS = bytes(32)
"""The hash before an instance's first event."""

_PROBLEMS_TOLD = 1000  # of a database that is all wrong, so many are proof enough


class Author(Protocol):
    """Who did it; :class:`engine.people.access.Actor` is one."""

    @property
    def user_id(self) -> UUID | None:
        """Give the user's id, ``None`` for the engine itself."""

    @property
    def name(self) -> str:
        """Give the user's name."""

    def capacity(self, group: str | None) -> str | None:
        """Give the capacity in which they act for a group."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of an instance's chain, as its row keeps it; a new instance's is ``Head(id)``."""

    instance_id: UUID
    serial: int = 0
    hash: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``group`` is the position (jabatan) acted for; ``data`` is JSON-able."""

    kind: str
    node: str | None = None
    task_id: UUID | None = None
    group: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it was recorded."""

    serial: int
    at: datetime
    kind: str
    node: str | None
    task_id: UUID | None
    user_id: UUID | None
    user_name: str
    group: str | None
    capacity: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """Where a chain is broken. ``serial`` is the event's number, ``None`` where it is about the instance as a whole.

    ``edited``: the content does not fit the hash. ``gap``: events are missing before this one. ``truncated``: the last events are
    missing. ``orphan``: there is no such instance.
    """

    instance_id: UUID
    serial: int | None
    kind: Literal["edited", "gap", "truncated", "orphan"]

    def __str__(self) -> str:
        return f"{self.instance_id} {self.serial or '-'}: {self.kind}"


@dataclass(frozen=True, slots=True)
class Report:
    """What :func:`verify` looked at and found; of very many problems the first thousand."""

    instances: int
    events: int
    problems: tuple[Problem, ...]


_history, _instances = models.history, models.instances
_insert = insert(_history)
_page = (
    select(_history)
    .where(_history.c.instance_id == bindparam("instance"), _history.c.serial > bindparam("after"))
    .order_by(_history.c.serial)
    .limit(bindparam("limit"))
)
_chains = (
    select(_instances.c.id, _instances.c.history_serial, _instances.c.history_hash, _history)
    .select_from(_instances.outerjoin(_history, _history.c.instance_id == _instances.c.id))
    .order_by(_instances.c.id, _history.c.serial)
    .execution_options(yield_per=1000)
)
_orphans = (
    select(_history.c.instance_id)
    .distinct()
    .where(~select(_instances.c.id).where(_instances.c.id == _history.c.instance_id).exists())
    .limit(_PROBLEMS_TOLD)
)


def chain(
    head: Head, events: Iterable[Event], *, author: Author, now: datetime
) -> tuple[Head, list[dict[str, object]]]:
    """Link events to the end of an instance's chain: the new end, for the instance's row, and the rows for :func:`add`."""
    serial, last = head.serial, head.hash
    rows: list[dict[str, object]] = []
    for event in events:
        serial += 1
        row: dict[str, object] = {
            "instance_id": head.instance_id,
            "serial": serial,
            "at": now,
            "kind": event.kind,
            "node": event.node,
            "task_id": event.task_id,
            "user_id": author.user_id,
            "user_name": author.name,
            "group_key": event.group,
            "capacity": author.capacity(event.group),
            "data": types.dumps(event.data),
        }
        row["hash"] = last = digest(last, row)
        rows.append(row)
    return Head(head.instance_id, serial, last), rows


def add(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Store linked events, in one statement."""
    if rows:
        session.execute(_insert, rows)


def append(session: Session, head: Head, events: Iterable[Event], *, author: Author, now: datetime) -> Head:
    """Link and store events; the caller stores the new end in the instance's row."""
    end, rows = chain(head, events, author=author, now=now)
    add(session, rows)
    return end


def digest(previous: bytes, row: Mapping[Any, Any]) -> bytes:
    """Give an event's hash: SHA-256 of the canonical JSON of the hash before it and every column of its own."""
    return sha256(
        orjson.dumps(
            (
                previous.hex(),
                row["instance_id"],
                row["serial"],
                types.microseconds(row["at"]),
                row["kind"],
                row["node"],
                row["task_id"],
                row["user_id"],
                row["user_name"],
                row["group_key"],
                row["capacity"],
                row["data"],
            )
        )
    ).digest()


def read(session: Session, instance_id: UUID, *, after: int = 0, limit: int = 100) -> tuple[Recorded, ...]:
    """Give an instance's events with a number above ``after``, the oldest first."""
    rows = session.execute(_page, {"instance": instance_id, "after": after, "limit": limit})
    return tuple(_recorded(row) for row in rows)


def verify(session: Session, instance_id: UUID | None = None) -> Report:
    """Check the chain of one instance, or of all; reads events as a stream, so that millions need no memory.

    One statement reads chains and heads, so that work going on meanwhile is not taken for a fault. Raises
    :class:`errors.NotFound` for an instance that does not exist.
    """
    chains = _chains if instance_id is None else _chains.where(_instances.c.id == instance_id)
    problems: list[Problem] = []
    instances = events = 0
    current: _Chain | None = None
    for row in session.execute(chains):
        if current is None or current.id != row.id:
            if current is not None:
                problems.extend(current.ended())
            current = _Chain(row.id, row.history_serial, row.history_hash)
            instances += 1
        if row.serial is not None:
            events += 1
            problems.extend(current.next(row))
        if len(problems) >= _PROBLEMS_TOLD:
            return Report(instances, events, tuple(problems))
    if current is not None:
        problems.extend(current.ended())
    if instance_id is not None and not instances:
        raise errors.NotFound(kind="Instance", key=instance_id)
    if instance_id is None:
        problems.extend(Problem(id_, None, "orphan") for id_ in session.execute(_orphans).scalars())
    return Report(instances, events, tuple(problems))


class _Chain:
    """One instance's chain while its events pass by."""

    def __init__(self, id_: UUID, head_serial: int, head_hash: bytes) -> None:
        self.id = id_
        self._head = (head_serial, bytes(head_hash))
        self._serial = 0
        self._hash = GENESIS

    def next(self, row: Row[*tuple[Any, ...]]) -> Iterator[Problem]:
        """Check the next event; after a fault go on from what is stored, so that one fault is told once."""
        if row.serial != self._serial + 1:
            yield Problem(self.id, row.serial, "gap")
        elif digest(self._hash, row._mapping) != row.hash:  # noqa: SLF001  # a row's documented mapping
            yield Problem(self.id, row.serial, "edited")
        self._serial, self._hash = row.serial, bytes(row.hash)

    def ended(self) -> Sequence[Problem]:
        """Check the end against the head."""
        if self._serial < self._head[0]:
            return [Problem(self.id, self._serial + 1, "truncated")]
        if (self._serial, self._hash) != self._head:
            return [Problem(self.id, self._serial, "edited")]
        return ()


def _recorded(row: Row[*tuple[Any, ...]]) -> Recorded:
    return Recorded(
        row.serial,
        row.at,
        row.kind,
        row.node,
        row.task_id,
        row.user_id,
        row.user_name,
        row.group_key,
        row.capacity,
        orjson.loads(row.data),
    )
