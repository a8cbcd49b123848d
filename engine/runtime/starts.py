"""What starts cases without a person: the timers, messages and signals of the newest versions' start events."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select

from engine.execution import steps
from engine.people import groups
from engine.runtime import definitions, waits
from engine.store import keys, models
from engine.store.db import Session


@dataclass(frozen=True, slots=True)
class Start:
    """What starts cases of a version at its start event ``node``: a timer, next at ``due_at``, or a message or signal of ``name``."""

    node: str
    kind: str
    due_at: datetime | None
    name: str


_jobs, _subscriptions, _definitions = models.jobs, models.subscriptions, models.definitions
_overdue = select(_jobs.c.node).where(
    _jobs.c.definition_id.in_(bindparam("definitions", expanding=True)),
    _jobs.c.kind == "start",
    _jobs.c.status == "due",
    _jobs.c.due_at <= bindparam("now", type_=_jobs.c.due_at.type),
)
_end_jobs = delete(_jobs).where(
    _jobs.c.definition_id.in_(bindparam("definitions", expanding=True)), _jobs.c.kind == "start"
)
_end_subscriptions = delete(_subscriptions).where(
    _subscriptions.c.definition_id.in_(bindparam("definitions", expanding=True))
)
_next = (
    select(_jobs.c.node, _jobs.c.due_at)
    .where(_jobs.c.definition_id == bindparam("definition"), _jobs.c.kind == "start", _jobs.c.status == "due")
    .order_by(_jobs.c.due_at, _jobs.c.id)
)
_listening = (
    select(_subscriptions.c.node, _subscriptions.c.kind, _subscriptions.c.name)
    .where(_subscriptions.c.definition_id == bindparam("definition"))
    .order_by(_subscriptions.c.id)
)
_scheduled = select(_jobs.c.definition_id).where(_jobs.c.definition_id.is_not(None))
_subscribed = select(_subscriptions.c.definition_id).where(_subscriptions.c.definition_id.is_not(None))


def replace(session: Session, old: Collection[UUID], new: UUID, *, now: datetime) -> None:
    """Let a new version's start events take the place of the ``old`` versions' (of the same process).

    A start that the old version has missed (nothing ran at its time) is made up for once, by the new one.
    """
    missed = set(session.scalars(_overdue, {"definitions": list(old), "now": now})) if old else set()
    remove(session, old)
    _add(session, new, now, missed)


def remove(session: Session, definition_ids: Collection[UUID]) -> None:
    """Let nothing start cases of these versions any more."""
    if definition_ids:
        for statement in (_end_jobs, _end_subscriptions):
            session.execute(statement, {"definitions": list(definition_ids)})


def of(session: Session, definition_id: UUID) -> tuple[Start, ...]:
    """Give what starts cases of a version now: timers in order of their next time, then messages and signals."""
    timers = session.execute(_next, {"definition": definition_id}).all()
    listening = session.execute(_listening, {"definition": definition_id}).all()
    return (
        *(Start(row.node, "timer", row.due_at, "") for row in timers),
        *(Start(row.node, row.kind, None, row.name) for row in listening),
    )


def complete(session: Session, *, now: datetime) -> None:
    """Add what is missing: the start events of versions that an earlier release of Lajur has deployed."""
    known = {*session.scalars(_scheduled), *session.scalars(_subscribed)}
    for definition in definitions.list_latest(session):
        if definition.retired_at is None and definition.id not in known:
            _add(session, definition.id, now, set())


def _add(session: Session, definition_id: UUID, now: datetime, missed: Collection[str]) -> None:
    loaded = definitions.load(session, definition_id)
    starts = [node for node in loaded.diagram.process.body.nodes.values() if node.kind == "startEvent"]
    if not any(node.events for node in starts):
        return
    rows = [
        {
            "id": keys.new(),
            "instance_id": None,
            "definition_id": definition_id,
            "token": None,
            "node": each.node,
            "kind": each.kind,
            "name": each.name,
            "key": None,
            "payload_key": each.payload_key,
        }
        for each in steps.triggers(loaded.spec)
    ]
    if rows:
        session.execute(insert(_subscriptions), rows)
    timers = steps.start_timers(loaded.spec, now=groups.office(session).local(now))
    jobs = [
        waits.job("start", each.due, definition=definition_id, node=each.node, data={"plan": each.plan})
        for each in timers
    ]
    # A start that was missed happens now, and its own time stays as planned.
    jobs += [waits.job("start", now, definition=definition_id, node=node) for node in sorted(missed)]
    waits.add(session, jobs, now=now)
