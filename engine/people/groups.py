"""Groups (pelaksana): positions that lanes mean, and who holds them, since when, until when, in which capacity."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, insert, select, update

from engine import errors
from engine.calendar import tables
from engine.config import Group, Office
from engine.store import db, keys, models, types
from engine.store.db import Session

Capacity = Literal["definitif", "plt", "plh"]
"""In office; acting while the post is vacant (Pelaksana Tugas); acting for some days (Pelaksana Harian)."""


@dataclass(frozen=True, slots=True)
class Membership:
    """That a user holds a position; ``until`` is the first moment that no longer counts, ``None`` where none is known."""

    id: UUID
    user_id: UUID
    group: str
    capacity: Capacity
    decree: str | None
    since: datetime
    until: datetime | None


_groups, _memberships, _offices = models.groups, models.memberships, models.offices
_revision = select(_offices.c.revision)
_source = select(_offices.c.source)
_known = select(_groups.c.key)
_definitions = select(models.definitions.c.id, models.definitions.c.lanes)
_held = (
    select(_memberships)
    .where(_memberships.c.user_id == bindparam("user_id"))
    .order_by(_memberships.c.since, _memberships.c.id)
)
_join = insert(_memberships)
_leave = update(_memberships).where(_memberships.c.id == bindparam("membership"))

_kept: dict[str, Office] = {}  # by revision, which is a hash of all they say, so that no entry ever goes stale
_KEPT = 64
_TURN = 0x6F6666696365  # "office"


def sync(session: Session, office: Office) -> bool:
    """Make the database's office the given one; say whether that changed anything.

    A group that is gone stays, inactive, for the memberships and tasks that refer to it.
    """
    source = {
        "name": office.name,
        "zone": office.zone.key,
        "calendar": tables.written(office.calendar),
        "groups": [{"key": group.key, "name": group.name, "lanes": list(group.lanes)} for group in office.groups],
    }
    revision = sha256(types.dumps(source).encode()).hexdigest()
    if session.execute(_revision).scalar() == revision:
        return False
    db.take_turns(session, _TURN)
    if session.execute(_revision).scalar() == revision:  # somebody else was quicker
        return False
    session.execute(delete(_offices))
    session.execute(insert(_offices), {"id": 1, "revision": revision, "source": source})
    known = set(session.execute(_known).scalars())
    session.execute(update(_groups).values(active=False))
    for position, group in enumerate(office.groups):
        row = {"name": group.name, "position": position, "active": True}
        if group.key in known:
            session.execute(update(_groups).where(_groups.c.key == group.key).values(row))
        else:
            session.execute(insert(_groups), {"key": group.key, **row})
    session.execute(delete(models.participants))
    for definition in session.execute(_definitions).all():
        take_part(session, definition.id, definition.lanes, office)
    return True


def take_part(session: Session, definition_id: UUID, lanes: Iterable[str], office: Office) -> None:
    """Record which groups have a lane in a new definition."""
    found = {key for lane in lanes if (key := office.group_of(lane)) is not None}
    if found:
        rows = [{"definition_id": definition_id, "group_key": key} for key in sorted(found)]
        session.execute(insert(models.participants), rows)


def office(session: Session, revision: str | None = None) -> Office:
    """Give the database's office; a caller who knows its revision saves a question once it was read.

    Raises :class:`errors.NotFound` where none was ever given.
    """
    if revision is None:
        revision = session.execute(_revision).scalar()
    if revision is None:
        raise errors.NotFound(kind="Office", key="office.toml")
    if (known := _kept.get(revision)) is not None:
        return known
    source = session.execute(_source).scalar_one()
    groups = tuple(Group(group["key"], group["name"], tuple(group["lanes"])) for group in source["groups"])
    if len(_kept) >= _KEPT:
        _kept.clear()
    calendar = tables.read(source.get("calendar", {}), ZoneInfo(source["zone"]))  # early versions kept none
    return _kept.setdefault(revision, Office(source["name"], calendar, groups))


def join(
    session: Session,
    user_id: UUID,
    group: str,
    *,
    since: datetime,
    until: datetime | None = None,
    capacity: Capacity = "definitif",
    decree: str | None = None,
) -> Membership:
    """Appoint a user to a position. Raises :class:`errors.NotFound` for an unknown group, :class:`errors.InputError`."""
    if group not in set(session.execute(_known).scalars()):
        raise errors.NotFound(kind="Group", key=group)
    if until is not None and until <= since:
        raise errors.InputError(reason="an appointment must end after it begins")
    membership = Membership(keys.new(), user_id, group, capacity, decree, since, until)
    session.execute(
        _join,
        {
            "id": membership.id,
            "user_id": user_id,
            "group_key": group,
            "capacity": capacity,
            "decree": decree,
            "since": since,
            "until": until,
        },
    )
    return membership


def leave(session: Session, membership_id: UUID, *, now: datetime) -> None:
    """End an appointment now; it stays on record. Raises :class:`errors.NotFound`."""
    if session.execute(_leave.values(until=bindparam("now")), {"membership": membership_id, "now": now}).rowcount != 1:
        raise errors.NotFound(kind="Membership", key=membership_id)


def held(session: Session, user_id: UUID) -> tuple[Membership, ...]:
    """Give every position a user holds, held or will hold, the earliest first."""
    return tuple(
        Membership(row.id, row.user_id, row.group_key, row.capacity, row.decree, row.since, row.until)
        for row in session.execute(_held, {"user_id": user_id})
    )
