"""Filters: lists that people keep under a name, for themselves or for a group of theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar, get_args
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, insert, or_, select, update

from engine import errors
from engine.diagrams.checking import scopes
from engine.people import access, users
from engine.runtime import definitions, inbox
from engine.store import keys, models
from engine.store.db import Session

MOST = 100
"""So many filters has a person at most; more than so many shared ones nobody is shown."""
LONGEST_NAME = 80
LONGEST_TEXT = 200
_LONGEST_KEY = 200
_MOST_COLLEAGUES = 500

Column = Literal["case", "sop", "group", "assignee", "due", "priority", "created"]
COLUMNS: tuple[Column, ...] = get_args(Column)
"""What a list may show beside the step, in the order in which it does."""
USUAL: tuple[Column, ...] = ("case", "sop", "group", "due", "priority")
"""What it shows where nobody has chosen."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a list is to show, in which order and with which columns: what :func:`inbox.search` is asked."""

    scope: inbox.Scope = "mine"
    text: str = ""
    sort: inbox.Sort = "due"
    criteria: inbox.Criteria = inbox.NOTHING
    columns: tuple[Column, ...] = USUAL

    def as_words(self) -> dict[str, str]:
        """Give it as plain words, those that say nothing left out; :func:`read` reads them."""
        plain = {name: "" if value is None else str(value) for name, value in asdict(self.criteria).items()}
        plain |= {"q": self.text, "sort": "" if self.sort == "due" else self.sort}
        return {"scope": self.scope, **{name: value for name, value in plain.items() if value}}


@dataclass(frozen=True, slots=True)
class Filter:
    """A list that is kept. ``group`` is the key of the group it is shared with, ``mine`` whether the actor made it."""

    id: UUID
    name: str
    group: str | None
    mine: bool
    owner: str
    query: Query


T = TypeVar("T", bound=str)
_filters, _users = models.filters, models.users
_select = select(
    _filters.c.id,
    _filters.c.user_id,
    _filters.c.group_key,
    _filters.c.name,
    _filters.c.query,
    _filters.c.columns,
    _users.c.name.label("owner"),
).select_from(_filters.join(_users, _users.c.id == _filters.c.user_id))
_seen = (
    _select.where(
        or_(
            _filters.c.user_id == bindparam("me", type_=_filters.c.user_id.type),
            _filters.c.group_key.in_(bindparam("groups", expanding=True)),
        )
    )
    .order_by(_filters.c.user_id != bindparam("me", type_=_filters.c.user_id.type), _filters.c.position, _filters.c.id)
    .limit(2 * MOST)
)
_one = _select.where(_filters.c.id == bindparam("filter"))
_many = select(func.count(), func.coalesce(func.max(_filters.c.position), 0)).where(
    _filters.c.user_id == bindparam("me", type_=_filters.c.user_id.type)
)
_turn = select(_users.c.id).where(_users.c.id == bindparam("me", type_=_users.c.id.type)).with_for_update()
_memberships = models.memberships
_colleagues = (
    select(_users.c.id, _users.c.name)
    .where(
        _users.c.active,
        _users.c.id != bindparam("me", type_=_users.c.id.type),
        _users.c.id.in_(
            select(_memberships.c.user_id).where(
                _memberships.c.group_key.in_(bindparam("groups", expanding=True)),
                _memberships.c.since <= bindparam("now", type_=_memberships.c.since.type),
                _memberships.c.until > bindparam("now", type_=_memberships.c.since.type),
            )
        ),
    )
    .order_by(_users.c.name, _users.c.id)
    .limit(_MOST_COLLEAGUES)
)
_add = insert(_filters)
_change = update(_filters).where(_filters.c.id == bindparam("filter"))
_drop = delete(_filters).where(_filters.c.id == bindparam("filter"))


def read(words: Mapping[str, str], columns: Iterable[str] = ()) -> Query:
    """Read a query from plain words, such as those of an address; what is unknown or too long is as if it had not been said."""
    scope = _one_of(inbox.SCOPES, words.get("scope")) or "mine"
    process = _key(words.get("process"))
    priority = _one_of(tuple(str(each) for each in inbox.PRIORITIES), words.get("priority"))
    criteria = inbox.Criteria(
        process,
        _key(words.get("node")) if process else None,
        _key(words.get("group")),
        _one_of(inbox.DUES, words.get("due")),
        None if priority is None else int(priority),
        _person(words.get("assignee")),
    )
    chosen = {_one_of(COLUMNS, each) for each in columns}
    return Query(
        scope,
        words.get("q", "").strip()[:LONGEST_TEXT],
        _one_of(inbox.SORTS, words.get("sort")) or "due",
        criteria,
        tuple(each for each in COLUMNS if each in chosen) or USUAL,
    )


def list_seen(session: Session, *, actor: access.Actor) -> tuple[Filter, ...]:
    """Give the actor's filters in their order, then those that others share with a group of the actor."""
    found = session.execute(_seen, {"me": actor.user_id, "groups": sorted(actor.groups)})
    return tuple(_filter(row, actor) for row in found)


def get(session: Session, filter_id: UUID, *, actor: access.Actor) -> Filter:
    """Give a filter. Raises :class:`errors.NotFound` also where the actor may not see it."""
    return _filter(_found(session, filter_id, actor), actor)


def save(
    session: Session, name: str, query: Query, *, group: str | None = None, actor: access.Actor, now: datetime
) -> UUID:
    """Keep a list under a name; ``group`` shares it with a group of the actor's. Give its id.

    Raises :class:`errors.FilterNameInvalid`, :class:`errors.FiltersFull`, :class:`errors.FilterGroupForeign`.
    """
    row = _row(name, query, group, actor)
    session.execute(_turn, {"me": actor.user_id})  # or else two at once would both be the hundredth
    many, last = session.execute(_many, {"me": actor.user_id}).one()
    if many >= MOST:
        raise errors.FiltersFull(most=MOST)
    made = keys.new()
    session.execute(_add, {"id": made, "user_id": actor.user_id, "position": last + 1, "created_at": now, **row})
    return made


def change(
    session: Session, filter_id: UUID, name: str, query: Query, *, group: str | None = None, actor: access.Actor
) -> None:
    """Change a filter of the actor's own.

    Raises :class:`errors.NotFound`, :class:`errors.FilterForeign`, :class:`errors.FilterNameInvalid`,
    :class:`errors.FilterGroupForeign`.
    """
    access.require_keep_filter(actor, owner=_found(session, filter_id, actor).user_id)
    session.execute(_change, {"filter": filter_id, **_row(name, query, group, actor)})


def remove(session: Session, filter_id: UUID, *, actor: access.Actor) -> None:
    """Remove a filter of the actor's own. Raises :class:`errors.NotFound`, :class:`errors.FilterForeign`."""
    access.require_keep_filter(actor, owner=_found(session, filter_id, actor).user_id)
    session.execute(_drop, {"filter": filter_id})


def _row(name: str, query: Query, group: str | None, actor: access.Actor) -> dict[str, Any]:
    access.require_share(actor, group)
    return {
        "name": users.clean(name, LONGEST_NAME, errors.FilterNameInvalid),
        "group_key": group,
        "query": query.as_words(),
        "columns": list(query.columns),
    }


def _found(session: Session, filter_id: UUID, actor: access.Actor) -> Row[*tuple[Any, ...]]:
    row = session.execute(_one, {"filter": filter_id}).first()
    if row is None or not access.may_see_filter(actor, owner=row.user_id, group=row.group_key):
        raise errors.NotFound(kind="Filter", key=filter_id)
    return row


def _filter(row: Row[*tuple[Any, ...]], actor: access.Actor) -> Filter:
    query = read(row.query, row.columns)
    return Filter(row.id, row.name, row.group_key, row.user_id == actor.user_id, row.owner, query)


def _one_of(known: tuple[T, ...], word: str | None) -> T | None:
    return next((each for each in known if each == word), None)


def _key(word: str | None) -> str | None:
    return word if word and len(word) <= _LONGEST_KEY and word.isprintable() else None


def _person(word: str | None) -> UUID | None:
    try:
        return UUID(hex=word) if word else None
    except ValueError:
        return None


# What a list can be narrowed to ---------------------------------------------------------------------------------------


def colleagues(session: Session, *, actor: access.Actor, now: datetime) -> tuple[tuple[UUID, str], ...]:
    """Give those who share a group with the actor at ``now``, by name: id and name, without the actor."""
    found = session.execute(_colleagues, {"groups": sorted(actor.groups), "now": now, "me": actor.user_id})
    return tuple((row.id, row.name) for row in found)


def steps(session: Session, process: str | None) -> tuple[tuple[str, str], ...]:
    """Give the steps that people do in the newest version of a process: id and name; none where it is unknown."""
    if process is None:
        return ()
    try:
        latest = definitions.latest(session, process)
    except errors.NotFound:
        return ()
    nodes = definitions.load(session, latest.id).nodes.values()
    return tuple((node.id, node.name or node.id) for node in nodes if node.kind in scopes.HUMAN)
