"""Jobs as people look at them: what is due, what failed, what is held with its case; each list by an index, page by page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, Select, func, select, tuple_

from engine.jobs import queue
from engine.people import access
from engine.runtime import pages
from engine.runtime.pages import Page
from engine.store import models
from engine.store.db import Session

Status = Literal["due", "failed", "held"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A job as lists show it.

    ``name`` is the message's that is to be delivered; case and process are ``None`` where the job concerns none yet. ``error`` is that of
    the last try, with ``message``, ``template`` and ``place`` as :func:`incidents.describe` gives them.
    """

    id: UUID
    kind: str
    status: str
    node: str | None
    name: str | None
    instance_id: UUID | None
    business_key: str | None
    key: str | None
    process: str | None
    due_at: datetime
    tries: int
    error: Mapping[str, Any] | None
    failed_at: datetime | None


_jobs, _instances, _definitions, _messages = models.jobs, models.instances, models.definitions, models.messages
_list = select(
    *(column for column in _jobs.c if column is not _jobs.c.data),  # which can be long
    _messages.c.name.label("message"),
    _instances.c.business_key,
    _definitions.c.key,
    _definitions.c.name.label("process"),
).select_from(
    _jobs.outerjoin(_instances, _instances.c.id == _jobs.c.instance_id)
    .outerjoin(_definitions, _definitions.c.id == func.coalesce(_instances.c.definition_id, _jobs.c.definition_id))
    .outerjoin(_messages, _messages.c.id == _jobs.c.id)  # the job that delivers a message has its id
)
_HELD = _jobs.c.status == "held"


def search(
    session: Session, *, status: Status, actor: access.Actor, after: str | None = None, limit: int = 50
) -> Page[Listed]:
    """List the jobs of a status: those due by when they are, those that failed the longest ago first, those held by case.

    ``after`` is the ``next`` of the page before. Raises :class:`errors.RoleNeeded`, :class:`errors.PageUnknown`.
    """
    access.require_retry(actor)
    limit = pages.bounded(limit)
    query, cursor = _by_case(after) if status == "held" else _by_time(status, after)
    rows = session.execute(query.limit(limit + 1)).all()
    return pages.cut(rows, limit, _listed, cursor)


def _by_time(status: Status, after: str | None) -> tuple[Select[Any], Callable[[Row[*tuple[Any, ...]]], str]]:
    is_so, at = (queue.DUE, _jobs.c.due_at) if status == "due" else (queue.FAILED, _jobs.c.failed_at)
    query = _list.where(is_so).order_by(at, _jobs.c.id)
    if after:
        query = query.where(tuple_(at, _jobs.c.id) > tuple_(*pages.due_of(after), types=[at.type, _jobs.c.id.type]))
    return query, lambda row: pages.due_cursor(row.due_at if status == "due" else row.failed_at, row.id)


def _by_case(after: str | None) -> tuple[Select[Any], Callable[[Row[*tuple[Any, ...]]], str]]:
    """Go by the suspended cases: only they have held jobs, and no index is kept for the few there are."""
    query = _list.where(_instances.c.status == "suspended", _HELD).order_by(_instances.c.id, _jobs.c.id)
    if after:
        case, _, job = after.partition(".")
        given = tuple_(pages.key_of(case), pages.key_of(job), types=[_instances.c.id.type, _jobs.c.id.type])
        query = query.where(tuple_(_instances.c.id, _jobs.c.id) > given)
    return query, lambda row: f"{row.instance_id.hex}.{row.id.hex}"


def _listed(row: Row[*tuple[Any, ...]]) -> Listed:
    return Listed(
        row.id,
        row.kind,
        row.status,
        row.node,
        row.message,
        row.instance_id,
        row.business_key,
        row.key,
        row.process,
        row.due_at,
        row.tries,
        row.error,
        row.failed_at,
    )
