"""Notices: what people are told besides their inbox: assigned, due soon, late, mentioned, nudged.

A notice names a task or a case and who caused it, never anything of its content.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import insert

from engine.store import keys, models
from engine.store.db import Session

Kind = Literal["assigned", "due", "late", "mentioned", "nudged"]

_add = insert(models.notices)


def add(
    session: Session,
    user_ids: Iterable[UUID],
    kind: Kind,
    *,
    instance_id: UUID,
    task_id: UUID | None = None,
    sender: UUID | None = None,
    now: datetime,
) -> None:
    """Tell people something about a task or a case; who causes it is not told."""
    rows = [
        {
            "id": keys.new(),
            "user_id": user_id,
            "kind": kind,
            "task_id": task_id,
            "instance_id": instance_id,
            "sender": sender,
            "at": now,
            "mail": "none",
        }
        for user_id in dict.fromkeys(user_ids)
        if user_id != sender
    ]
    if rows:
        session.execute(_add, rows)
