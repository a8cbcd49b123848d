"""The mailbox: messages that nobody got, those that are still kept for somebody and those whose time was over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.people import access
from engine.store import models
from engine.store.db import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that nobody got; it is, or was, kept ``until``. ``source_id`` is the case that threw it, if a case did."""

    id: UUID
    name: str
    key: str | None
    sender: str
    source_id: UUID | None
    sent_at: datetime
    until: datetime


_messages = models.messages
_found = (
    select(
        _messages.c.id,
        _messages.c.name,
        _messages.c.key,
        _messages.c.sender,
        _messages.c.source_id,
        _messages.c.sent_at,
        _messages.c.expires_at,
    )
    .where(_messages.c.status == bindparam("wanted"), _messages.c.id > bindparam("after"))
    .order_by(_messages.c.id)
    .limit(bindparam("most"))
)


def read(
    session: Session,
    status: Literal["waiting", "expired"],
    *,
    actor: access.Actor,
    after: UUID | None = None,
    limit: int = 1000,
) -> Iterator[Kept]:
    """Give at most ``limit`` messages that are kept (``waiting``) or were in vain (``expired``), the oldest first.

    ``after`` is the last one of the page before. Raises :class:`errors.RoleNeeded`.
    """
    access.require_retry(actor)
    given = {"wanted": status, "after": after or UUID(int=0), "most": limit}
    return (Kept(*row) for row in session.execute(_found, given))
