"""The inbox: tasks as lists, a page at a time, each read from an index in about the order that is asked for.

A page is two statements: the keys of its tasks, looked for in ``tasks`` alone (what a list is sorted and sifted by stands there), then
those tasks with their cases. A list that is several at once, such as the free tasks of several groups, is the best of each, merged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, false, func, literal_column, or_, select, union_all

from engine import errors
from engine.people import access, groups
from engine.runtime import pages, records, words
from engine.runtime.pages import Page
from engine.runtime.records import OPEN
from engine.store import models, types
from engine.store.db import Session

Scope = Literal["mine", "groups", "late", "waiting", "done"]
Sort = Literal["due", "priority", "newest", "oldest", "sop"]
Due = Literal["late", "today", "week", "none"]
SCOPES: tuple[Scope, ...] = ("mine", "groups", "late", "waiting", "done")
SORTS: tuple[Sort, ...] = ("due", "priority", "newest", "oldest", "sop")
DUES: tuple[Due, ...] = ("late", "today", "week", "none")
PRIORITIES = (0, 1, 2)
MOST_COUNTED = 99
"""Further than one beyond this nothing is counted."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as the inbox shows it; ``key`` and ``process`` are its process's key and name, ``group`` is a group's key.

    ``priority``: 0 ordinary, 1 urgent, 2 very urgent; ``owner`` is who delegated it and waits for it.
    """

    id: UUID
    instance_id: UUID
    key: str
    process: str
    business_key: str | None
    node: str
    name: str
    item: str | None
    lane: str | None
    group: str | None
    assignee: UUID | None
    form_key: str | None
    sop_no: str | None
    due_at: datetime | None
    created_at: datetime
    version: int
    assignee_name: str | None = None
    owner: UUID | None = None
    priority: int = 0
    follow_up: datetime | None = None
    completed_at: datetime | None = None

    @property
    def label(self) -> str:
        """Give the name with the item: "Kirim surat – Bupati"."""
        return records.label(self.name, self.item)


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a list is narrowed to; ``None`` narrows nothing.

    ``process`` and ``group`` are keys, ``node`` is a step of the process. ``assignee`` shows what somebody else has of the actor's
    groups, in place of what nobody has.
    """

    process: str | None = None
    node: str | None = None
    group: str | None = None
    due: Due | None = None
    priority: int | None = None
    assignee: UUID | None = None


NOTHING = Criteria()
"""The criteria that every task fits."""

_tasks, _instances, _definitions, _users = models.tasks, models.instances, models.definitions, models.users
rows = select(
    _tasks.c.id,
    _tasks.c.instance_id,
    _definitions.c.key,
    _definitions.c.name.label("process"),
    _instances.c.business_key,
    _tasks.c.node,
    _tasks.c.name,
    _tasks.c.item,
    _tasks.c.lane,
    _tasks.c.group_key,
    _tasks.c.assignee,
    _tasks.c.form_key,
    _tasks.c.sop_no,
    _tasks.c.due_at,
    _tasks.c.created_at,
    _tasks.c.version,
    _tasks.c.owner,
    _tasks.c.priority,
    _tasks.c.follow_up,
    _tasks.c.completed_at,
).select_from(
    _tasks.join(_instances, _instances.c.id == _tasks.c.instance_id).join(
        _definitions, _definitions.c.id == _instances.c.definition_id
    )
)
"""What a :class:`TaskRow` is made of, of all tasks; without the assignee's name, ``assignee_name``."""

_rows_of = (
    rows.add_columns(_users.c.name.label("assignee_name"))
    .outerjoin(_users, _users.c.id == _tasks.c.assignee)
    .where(_tasks.c.id.in_(bindparam("ids", expanding=True)))
)
_DONE = literal_column("tasks.status") == literal_column("'completed'")  # said without a parameter, as records.OPEN
# The suspended are few; asked so, they are looked up once and not with every task.
_GOING_ON = _tasks.c.instance_id.not_in(select(_instances.c.id).where(_instances.c.status == "suspended"))
_Column = ColumnElement[Any]
_Order = tuple[tuple[_Column, bool], ...]  # columns, and whether they descend
_DUE: _Order = ((_tasks.c.due_at, False), (_tasks.c.id, False))
_ORDERS: dict[Sort, _Order] = {
    "due": _DUE,
    "priority": ((_tasks.c.priority, True), *_DUE),
    # Not by the key alone, though that is the same order: PostgreSQL would read everybody's tasks along it.
    "newest": ((_tasks.c.created_at, True), (_tasks.c.id, True)),
    "oldest": ((_tasks.c.created_at, False), (_tasks.c.id, False)),
    "sop": ((_tasks.c.process, False), *_DUE),
}
_LATEST: _Order = ((_tasks.c.completed_at, True), (_tasks.c.id, True))


def search(
    session: Session,
    *,
    actor: access.Actor,
    scope: Scope = "mine",
    text: str = "",
    sort: Sort = "due",
    criteria: Criteria = NOTHING,
    now: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[TaskRow]:
    """List tasks, a page of them.

    ``mine`` are those the actor has claimed, ``groups`` those of the actor's groups that nobody has, ``late`` those of both that
    should be done by ``now``, ``waiting`` those of others that the actor delegated, or whose case the actor started, ``done`` those
    that the actor completed, the latest first whatever the ``sort``. Tasks of suspended cases are left out but where they are done.

    Of ``text`` each word must begin a word of the business key or of a searchable form value, or be part of the SOP's name, the
    task's or the assignee's; a single letter or figure must be such a word. ``after`` is the ``next`` of the page before, with the
    same wishes. ``now`` is needed for what depends on it. Raises :class:`errors.PageUnknown`.
    """
    limit = pages.bounded(limit)
    order = _LATEST if scope == "done" else _ORDERS[sort]
    wanted = [*_narrowed(session, criteria, now), *_worded(session, text)]
    if after:
        wanted.append(_beyond(order, after))
    sources = _sources(actor, scope, criteria, now)
    if not sources:
        return Page((), None)
    keys = session.execute(_keys(sources, wanted, order, limit + 1)).scalars().all()
    found = {row.id: row for row in session.execute(_rows_of, {"ids": keys})} if keys else {}
    return pages.cut([found[key] for key in keys], limit, task_row, lambda row: _cursor(order, row))


def counts(session: Session, *, actor: access.Actor, now: datetime) -> Mapping[Scope, int]:
    """Say how many tasks each list of open ones has; what is more than :data:`MOST_COUNTED` is counted as one more."""
    open_: tuple[Scope, ...] = tuple(scope for scope in SCOPES if scope != "done")
    columns = []
    for scope in open_:
        some = [
            select(literal_column("1").label("one"))
            .where(*source, _GOING_ON)
            .limit(MOST_COUNTED + 1)
            .subquery()
            .select()
            for source in _sources(actor, scope, NOTHING, now, merged=False)
        ]
        counted = union_all(*some).subquery() if some else None
        column = literal_column("0") if counted is None else select(func.count()).select_from(counted).scalar_subquery()
        columns.append(column.label(scope))
    row = session.execute(select(*columns)).one()
    return {scope: min(getattr(row, scope), MOST_COUNTED + 1) for scope in open_}


def task_row(row: Row[*tuple[Any, ...]]) -> TaskRow:
    """Give a row of :data:`rows`, with ``assignee_name``, as what it is."""
    return TaskRow(
        row.id,
        row.instance_id,
        row.key,
        row.process,
        row.business_key,
        row.node,
        row.name,
        row.item,
        row.lane,
        row.group_key,
        row.assignee,
        row.form_key,
        row.sop_no,
        row.due_at,
        row.created_at,
        row.version,
        row.assignee_name,
        row.owner,
        row.priority,
        row.follow_up,
        row.completed_at,
    )


# What a list is made of -----------------------------------------------------------------------------------------------


def _sources(
    actor: access.Actor, scope: Scope, criteria: Criteria, now: datetime | None, *, merged: bool = True
) -> list[list[_Column]]:
    """Give the conditions of each of the lists that one is made of; no task is in two of them.

    ``merged``: each is to be read in an order of its own, so that each group is a list.
    """
    me = bindparam("me", actor.user_id, _tasks.c.assignee.type)  # compared with Python's None it would become IS NULL
    theirs = sorted(actor.groups)
    mine = [OPEN, _tasks.c.assignee == me]
    if scope == "mine":
        return [mine]
    if scope == "done":
        return [[_DONE, _tasks.c.completed_by == me]]
    if scope == "waiting":
        others = or_(_tasks.c.assignee.is_(None), _tasks.c.assignee != me)
        free_for_me = and_(_tasks.c.assignee.is_(None), func.coalesce(_tasks.c.group_key, "").in_(theirs))
        handed = or_(_tasks.c.owner.is_(None), _tasks.c.owner != me)
        return [
            [OPEN, _tasks.c.owner == me, others],
            [OPEN, _tasks.c.starter == me, others, handed, ~free_for_me],
        ]
    if criteria.assignee is not None:
        somebody = bindparam("somebody", criteria.assignee, _tasks.c.assignee.type)
        free = [[OPEN, _tasks.c.assignee == somebody, _tasks.c.group_key.in_(theirs)]]
    elif merged:
        asked = [each for each in theirs if criteria.group in {None, each}]
        free = [[OPEN, _tasks.c.assignee.is_(None), _tasks.c.group_key == each] for each in asked]
    else:
        free = [[OPEN, _tasks.c.assignee.is_(None), _tasks.c.group_key.in_(theirs)]]
    if scope == "groups":
        return free
    both = free if criteria.assignee is not None else [mine, *free]
    return [[*source, _tasks.c.due_at < _at("now", now)] for source in both]


def _narrowed(session: Session, criteria: Criteria, now: datetime | None) -> list[_Column]:
    """Give the conditions of the criteria, but for the assignee, which decides what the list is made of."""
    fits: Sequence[tuple[_Column, str | int | None]] = (
        (_tasks.c.process, criteria.process),
        (_tasks.c.node, criteria.node),
        (_tasks.c.group_key, criteria.group),
        (_tasks.c.priority, criteria.priority),
    )
    wanted: list[_Column] = [column == value for column, value in fits if value is not None]
    if criteria.due == "none":
        wanted.append(_tasks.c.due_at == _at("never", types.NEVER))
    elif criteria.due == "late":
        wanted.append(_tasks.c.due_at < _at("begun", now))
    elif criteria.due:
        local = groups.office(session).local(_moment(now))
        tomorrow = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
        end = tomorrow if criteria.due == "today" else tomorrow + _WEEK
        wanted += [_tasks.c.due_at >= _at("begun", now), _tasks.c.due_at < _at("end", end)]
    return wanted


def _worded(session: Session, text: str) -> list[_Column]:
    """Give a condition for each word of a search; one without any word finds nothing."""
    if not text.strip():
        return []
    asked = words.split(text)[: words.MOST_ASKED]
    common = words.common(session, asked)
    return [_of_word(word, common=word in common) for word in asked] or [false()]


def _of_word(word: str, *, common: bool) -> _Column:
    cases: _Column = words.having(word, _tasks.c.instance_id, common=common)
    if len(word) == 1:
        return cases
    pattern = pages.like(word)
    return or_(
        cases,
        _tasks.c.process.in_(select(_definitions.c.key).where(pages.contains(_definitions.c.name, pattern))),
        _tasks.c.assignee.in_(select(_users.c.id).where(pages.contains(_users.c.name, pattern))),
        pages.contains(_tasks.c.name, pattern),
        pages.contains(_tasks.c.item, pattern),
    )


def _keys(sources: Sequence[list[_Column]], wanted: Sequence[_Column], order: _Order, limit: int) -> Select[Any]:
    """Give the statement for the keys of a list's first tasks."""
    columns = [column for column, _ in order]
    going_on = [] if order is _LATEST else [_GOING_ON]
    each = [
        select(*columns).where(*source, *going_on, *wanted).order_by(*_by(order)).limit(limit) for source in sources
    ]
    if len(each) == 1:
        return each[0].with_only_columns(_tasks.c.id)
    all_ = union_all(*(one.subquery().select() for one in each)).subquery()
    merged: _Order = tuple((all_.c[column.name], down) for column, down in order)
    return select(all_.c.id).order_by(*_by(merged)).limit(limit)


def _by(order: _Order) -> list[_Column]:
    return [column.desc() if down else column.asc() for column, down in order]


# Where a page begins --------------------------------------------------------------------------------------------------


def _cursor(order: _Order, row: Row[*tuple[Any, ...]]) -> str:
    """Give the place of a row in an order; the text, which may hold anything, comes first."""
    values = [row.key if column is _tasks.c.process else getattr(row, column.name) for column, _ in order]
    return "~".join(_written(column, value) for (column, _), value in zip(order, values, strict=True))


def _written(column: _Column, value: Any) -> str:  # noqa: ANN401  # a key, a moment, a number or a text
    if isinstance(column.type, types.Key):
        return str(value.hex)
    return str(types.microseconds(value or types.NEVER) if isinstance(column.type, types.Moment) else value)


def _beyond(order: _Order, cursor: str) -> _Column:
    """Give the condition of what comes after a place. Raises :class:`errors.PageUnknown`."""
    parts = cursor.rsplit("~", len(order) - 1)
    if len(parts) != len(order):
        raise errors.PageUnknown
    condition: _Column | None = None
    for (column, down), part in reversed(list(zip(order, parts, strict=True))):
        value = bindparam(None, _read(column, part), column.type, unique=True)
        after = column < value if down else column > value
        if condition is None:
            condition = after
            continue
        # The first half is what an index is entered by.
        condition = and_(column <= value if down else column >= value, or_(after, condition))
    return false() if condition is None else condition


def _read(column: _Column, part: str) -> object:
    if isinstance(column.type, types.Key):
        return pages.key_of(part)
    if isinstance(column.type, types.Moment):
        return _stamp(part)
    if column is _tasks.c.priority:
        if part not in {str(each) for each in PRIORITIES}:
            raise errors.PageUnknown
        return int(part)
    return part


def _stamp(part: str) -> datetime:
    try:
        return types.moment_of(int(part))
    except (ValueError, OverflowError):
        raise errors.PageUnknown from None


def _at(name: str, moment: datetime | None) -> Any:  # noqa: ANN401  # SQLAlchemy's expressions
    return bindparam(name, _moment(moment), _tasks.c.due_at.type)


def _moment(moment: datetime | None) -> datetime:
    if moment is None:
        raise TypeError("this list depends on the moment: give now")
    return moment
