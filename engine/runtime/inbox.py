"""The inbox: open tasks as lists, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, and_, bindparam, or_, select

from engine.people import access
from engine.runtime import pages, records
from engine.runtime.pages import Page
from engine.runtime.records import OPEN
from engine.store import models
from engine.store.db import Session


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open task as the inbox shows it; ``key`` and ``process`` are its process's key and name, ``group`` is a group's key."""

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

    @property
    def label(self) -> str:
        """Give the name with the item: "Kirim surat – Bupati"."""
        return records.label(self.name, self.item)


_tasks, _instances, _definitions = models.tasks, models.instances, models.definitions
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
).select_from(
    _tasks.join(_instances, _instances.c.id == _tasks.c.instance_id).join(
        _definitions, _definitions.c.id == _instances.c.definition_id
    )
)
"""What a :class:`TaskRow` is made of, of all tasks."""


def search(
    session: Session,
    *,
    actor: access.Actor,
    scope: Literal["mine", "groups"] = "mine",
    text: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Page[TaskRow]:
    """List open tasks, the most urgent first, those without a target time last.

    ``mine`` are those the actor has claimed, ``groups`` those of the actor's groups that nobody has. ``text`` is part of the task's
    name or item, of the business key or of the process's name; ``after`` is the ``next`` of the page before.
    """
    limit = pages.bounded(limit)
    query: Select[Any] = (
        rows.where(OPEN, _instances.c.status != "suspended").order_by(_tasks.c.due_at, _tasks.c.id).limit(limit + 1)
    )
    if scope == "mine":
        query = query.where(_tasks.c.assignee == bindparam("me", actor.user_id, _tasks.c.assignee.type))
    else:
        query = query.where(_tasks.c.group_key.in_(sorted(actor.groups)), _tasks.c.assignee.is_(None))
    if text.strip():
        pattern = pages.like(text)
        columns = (_tasks.c.name, _tasks.c.item, _instances.c.business_key, _definitions.c.name)
        query = query.where(or_(*(pages.contains(column, pattern) for column in columns)))
    if after:
        due, key = pages.due_of(after)
        at = bindparam("after_due", due, type_=_tasks.c.due_at.type)
        query = query.where(or_(_tasks.c.due_at > at, and_(_tasks.c.due_at == at, _tasks.c.id > key)))
    found = session.execute(query).all()
    return pages.cut(found, limit, task_row, lambda row: pages.due_cursor(row.due_at, row.id))


def task_row(row: Row[*tuple[Any, ...]]) -> TaskRow:
    """Give a row of :data:`rows` as what it is."""
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
    )
