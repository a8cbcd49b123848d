"""Records: the one way in which a step of the engine becomes rows, and the lock that it needs.

Whoever changes an instance first holds it (:func:`hold`): its row stays locked to the end of the transaction, so that the steps
of one instance never overlap. The row's version, checked again when it is written, is the net below that lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, literal_column, select, update

from engine import errors
from engine.calendar import waktu
from engine.config import Office
from engine.execution import steps
from engine.people import access, groups
from engine.runtime import definitions, waits
from engine.store import history as histories
from engine.store import keys, models
from engine.store.db import Session

_LONGEST = 200  # of a task's name and item


@dataclass(frozen=True, slots=True)
class Held:
    """An instance that no other transaction can change until this one ends. ``office`` is the office's revision."""

    id: UUID
    definition_id: UUID
    status: str
    version: int
    state: bytes
    head: histories.Head
    business_key: str | None
    office: str | None
    started_by: UUID | None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that a step has opened; ``item`` tells it from others of its node."""

    id: UUID
    node: str
    name: str
    item: str | None
    group: str | None

    @property
    def label(self) -> str:
        """Give the name with the item: "Kirim surat – Bupati"."""
        return label(self.name, self.item)


_instances, _tasks = models.instances, models.tasks
OPEN = literal_column("tasks.status") == literal_column("'open'")
"""Said without a parameter, or else neither database would use the indexes of open tasks."""

_office = select(models.offices.c.revision).scalar_subquery()
held = select(
    _instances.c.id,
    _instances.c.definition_id,
    _instances.c.status,
    _instances.c.version,
    _instances.c.state,
    _instances.c.business_key,
    _instances.c.history_serial,
    _instances.c.history_hash,
    _instances.c.started_by,
    _office.label("office"),
).with_for_update(of=_instances)
_hold = held.where(_instances.c.id == bindparam("instance"))
_hold_free = _hold.with_for_update(of=_instances, skip_locked=True)
_insert = insert(_instances)
_write = update(_instances).where(_instances.c.id == bindparam("instance"), _instances.c.version == bindparam("seen"))
_open_task = insert(_tasks)
_open_tokens = select(_tasks.c.id, _tasks.c.node).where(
    _tasks.c.instance_id == bindparam("instance"), _tasks.c.token.in_(bindparam("tokens", expanding=True)), OPEN
)
_withdraw = (
    update(_tasks)
    .where(_tasks.c.id.in_(bindparam("ids", expanding=True)), OPEN)
    .values(status="cancelled", completed_at=bindparam("now"))
)


def label(name: str, item: str | None) -> str:
    """Give the words that a task is known by."""
    return f"{name} – {item}" if item else name


# Changing ------------------------------------------------------------------------------------------------------------


def hold(session: Session, instance_id: UUID) -> Held:
    """Lock an active instance to the end of the transaction.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceClosed`, :class:`errors.InstanceSuspended`.
    """
    instance = hold_any(session, instance_id)
    require_active(instance.status)
    return instance


def hold_any(session: Session, instance_id: UUID) -> Held:
    """Lock an instance, whatever its status. Raises :class:`errors.NotFound`."""
    row = session.execute(_hold, {"instance": instance_id}).first()
    if row is None:
        raise errors.NotFound(kind="Instance", key=instance_id)
    return held_of(row)


def hold_free(session: Session, instance_id: UUID) -> Held | None:
    """Lock an instance unless another transaction has it; ``None``: it has, and nobody waits."""
    row = session.execute(_hold_free, {"instance": instance_id}).first()
    return None if row is None else held_of(row)


def require_active(status: str) -> None:
    """Raise :class:`errors.InstanceSuspended` or :class:`errors.InstanceClosed` unless an instance can go on."""
    if status == "suspended":
        raise errors.InstanceSuspended
    if status != "active":
        raise errors.InstanceClosed


def held_of(row: Row[*tuple[Any, ...]]) -> Held:
    """Give what a row of :data:`held` says."""
    head = histories.Head(row.id, row.history_serial, bytes(row.history_hash))
    return Held(
        row.id,
        row.definition_id,
        row.status,
        row.version,
        bytes(row.state),
        head,
        row.business_key,
        row.office,
        row.started_by,
    )


def note(
    session: Session,
    instance: Held,
    events: Sequence[histories.Event],
    *,
    actor: access.Actor,
    now: datetime,
    **values: object,
) -> None:
    """Add events to a held instance's history, and change columns of its row. Raises :class:`errors.InstanceChanged`."""
    head, rows = histories.chain(instance.head, events, author=actor, now=now)
    _update(session, instance, {**values, "history_serial": head.serial, "history_hash": head.hash})
    histories.add(session, rows)


def record(
    session: Session,
    instance: Held,
    step: steps.Step,
    *,
    actor: access.Actor,
    now: datetime,
    event: histories.Event,
) -> tuple[OpenTask, ...]:
    """Store what a step did to a held instance; ``event`` is what caused it. Give the tasks that it opened.

    A task that was completed is the caller's to close. Raises :class:`errors.InstanceChanged` where the instance was not held.
    """
    office = groups.office(session, instance.office)
    return _store(session, instance, step, None, event, actor, now, office)


def begin(
    session: Session,
    definition_id: UUID,
    step: steps.Step,
    *,
    actor: access.Actor,
    now: datetime,
    office: Office,
    business_key: str | None,
    event: histories.Event,
) -> tuple[UUID, tuple[OpenTask, ...]]:
    """Store a new instance with the first step it took; give its id and the tasks that are open."""
    head = histories.Head(keys.new())
    instance = Held(head.instance_id, definition_id, "active", 0, b"", head, business_key, None, actor.user_id)
    row = {
        "definition_id": definition_id,
        "business_key": business_key,
        "started_at": now,
        "started_by": actor.user_id,
    }
    return instance.id, _store(session, instance, step, row, event, actor, now, office)


def _store(
    session: Session,
    instance: Held,
    step: steps.Step,
    new: Mapping[str, object] | None,
    event: histories.Event,
    actor: access.Actor,
    now: datetime,
    office: Office,
) -> tuple[OpenTask, ...]:
    loaded = definitions.load(session, instance.definition_id)
    case: dict[str, Any] = {"instance_id": instance.id, "process": loaded.key, "starter": instance.started_by}
    opened = [case | _task(each, _home(session, loaded, each), office, now) for each in step.opened]
    cancelled = [each.token for each in step.closed if each.how == "cancelled"]
    withdrawn = session.execute(_open_tokens, {"instance": instance.id, "tokens": cancelled}).all() if cancelled else []
    events = [
        replace(event, data={**event.data, **_what(step)}),
        *(histories.Event("task.cancelled", task.node, task.id) for task in withdrawn),
        *(_opened(row) for row in opened),
    ]
    values: dict[str, object] = {"state": step.state, "status": step.status}
    if step.status == "completed":
        events.append(histories.Event("instance.completed"))
        values |= {"ended_at": now, "ended_by": actor.user_id}
    head, rows = histories.chain(instance.head, events, author=actor, now=now)
    values |= {"history_serial": head.serial, "history_hash": head.hash}
    if new is None:
        _update(session, instance, values)
    else:
        session.execute(_insert, {"id": instance.id, "version": 1, **new, **values})
    withdraw(session, [task.id for task in withdrawn], now)
    if opened:
        session.execute(_open_task, opened)
    waits.store(session, instance.id, instance.business_key, step, sender=loaded.name, now=now)
    histories.add(session, rows)
    return tuple(OpenTask(row["id"], row["node"], row["name"], row["item"], row["group_key"]) for row in opened)


def withdraw(session: Session, tasks: Sequence[UUID], now: datetime) -> None:
    """Close open tasks that nobody needs to do any more."""
    if tasks and session.execute(_withdraw, {"ids": list(tasks), "now": now}).rowcount != len(tasks):
        raise errors.InstanceChanged


def _update(session: Session, instance: Held, values: Mapping[str, object]) -> None:
    written = session.execute(
        _write, {"instance": instance.id, "seen": instance.version, "version": instance.version + 1, **values}
    )
    if written.rowcount != 1:
        raise errors.InstanceChanged


def _what(step: steps.Step) -> dict[str, object]:
    """Say what a step did, for history: the way it took, and each variable it wrote with its value before and after."""
    what: dict[str, object] = {"path": [(each.kind, each.element) for each in step.events]}
    if step.changes:
        what["changes"] = [(each.name, each.scope, each.before, each.after) for each in step.changes]
    return what


def _home(session: Session, loaded: definitions.Loaded, opened: steps.Opened) -> definitions.Loaded:
    """Give the definition that a task belongs to: the case's, unless it is of a process called at its newest version."""
    return loaded if opened.definition is None else definitions.load(session, UUID(opened.definition))


def _task(opened: steps.Opened, loaded: definitions.Loaded, office: Office, now: datetime) -> dict[str, Any]:
    target = opened.properties.get("sop.waktu")
    people = opened.candidate_groups[0] if opened.candidate_groups else opened.lane
    return {
        "id": keys.new(),
        "token": opened.token,
        "node": opened.node,
        "definition_id": None if opened.definition is None else loaded.id,
        "name": (opened.name or opened.node)[:_LONGEST],
        "item": _item(opened, loaded),
        "lane": opened.lane,
        "group_key": office.group_of(people) if people else None,
        "status": "open",
        "version": 1,
        "form_key": opened.form_key,
        "sop_no": opened.properties.get("sop.no"),
        "due_at": opened.due or (waktu.due(now, waktu.parse(target), office.calendar) if target else None),
        "created_at": now,
    }


def _opened(row: Mapping[str, Any]) -> histories.Event:
    data = {name: row[column] for name, column in (("group", "group_key"), ("item", "item")) if row[column]}
    return histories.Event("task.opened", row["node"], row["id"], data=data)


def _item(opened: steps.Opened, loaded: definitions.Loaded) -> str | None:
    """Say in words which item of a multi-instance a task is about."""
    if opened.node not in loaded.items:
        return None
    name = loaded.items[opened.node]
    if name is None:
        number = opened.local.get("loopCounter")
        return str(number + 1) if isinstance(number, int) else None
    item = opened.local.get(name)
    if isinstance(item, Mapping):
        telling = [item[each] for each in ("nama", "name", "label") if item.get(each)]
        item = next((each for each in (*telling, *item.values()) if isinstance(each, str) and each), None)
    words = " ".join("".join(each if each.isprintable() else " " for each in str(item)).split())
    return words[:_LONGEST] if item is not None and words else None
