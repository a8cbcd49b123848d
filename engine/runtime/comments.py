"""Comments: what people say to each other about a case; whoever is mentioned (@username) is told."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from engine import errors, notices
from engine.people import access
from engine.runtime import assignments, records, views
from engine.store import history as histories
from engine.store import keys, models
from engine.store.db import Session

LONGEST: Final = 2000
_MENTION = re.compile(r"(?<![\w@.])@([A-Za-z0-9][A-Za-z0-9._-]{0,63})")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Comment:
    """Something that somebody said; ``task`` is the name of the step it was said about, "" for the case."""

    id: UUID
    author: str
    at: datetime
    text: str
    task: str


_comments, _users, _tasks = models.comments, models.users, models.tasks
_add = insert(_comments)
_of_case = (
    select(_comments.c.id, _users.c.name, _comments.c.at, _comments.c.text, _tasks.c.name.label("task"))
    .select_from(
        _comments.join(_users, _users.c.id == _comments.c.user_id).outerjoin(_tasks, _tasks.c.id == _comments.c.task_id)
    )
    .where(_comments.c.instance_id == bindparam("instance"))
    .order_by(_comments.c.id.desc())
    .limit(_MOST)
)
_case_of = select(_tasks.c.instance_id).where(_tasks.c.id == bindparam("task"))


def add(
    session: Session,
    instance_id: UUID,
    text: str,
    *,
    actor: access.Actor,
    now: datetime,
    task_id: UUID | None = None,
) -> UUID:
    """Say something about a case that the actor may see, or about a task of it; give the comment's id.

    Who is mentioned must be able to see the case. Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`,
    :class:`errors.CommentInvalid`, :class:`errors.MentionUnknown`, :class:`errors.MentionForbidden`.
    """
    views.seen(session, instance_id, actor)
    if task_id is not None and session.execute(_case_of, {"task": task_id}).scalar() != instance_id:
        raise errors.NotFound(kind="Task", key=task_id)
    said = _clean(text)
    mentioned = _mentioned(session, instance_id, said, now)
    instance = records.hold_any(session, instance_id)
    comment = keys.new()
    session.execute(
        _add,
        {
            "id": comment,
            "instance_id": instance_id,
            "task_id": task_id,
            "user_id": actor.user_id,
            "at": now,
            "text": said,
            "mentions": [str(each) for each in mentioned],
        },
    )
    event = histories.Event("comment.added", None, task_id, data={"comment": str(comment)})
    records.note(session, instance, [event], actor=actor, now=now)
    notices.add(
        session,
        mentioned,
        "mentioned",
        instance_id=instance_id,
        task_id=task_id,
        sender=actor.user_id,
        now=now,
    )
    return comment


def of_case(session: Session, instance_id: UUID, *, actor: access.Actor) -> tuple[Comment, ...]:
    """Give what was said about a case, the newest first, at most 200.

    Raises :class:`errors.NotFound`, :class:`errors.InstanceForbidden`.
    """
    views.seen(session, instance_id, actor)
    rows = session.execute(_of_case, {"instance": instance_id}).all()
    return tuple(Comment(row.id, row.name, row.at, row.text, row.task or "") for row in rows)


def _clean(text: str) -> str:
    """Keep lines, drop control characters."""
    kept = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or unicodedata.category(c)[0] != "C").strip()
    if not 0 < len(kept) <= LONGEST:
        raise errors.CommentInvalid(longest=LONGEST)
    return kept


def _mentioned(session: Session, instance_id: UUID, text: str, now: datetime) -> list[UUID]:
    found = []
    for username in dict.fromkeys(name.lower().rstrip(".-_") for name in _MENTION.findall(text)):
        try:
            person = assignments.find(session, username)
        except errors.NotFound as error:
            raise errors.MentionUnknown(username=username) from error
        try:
            views.seen(session, instance_id, access.actor_of(session, person.id, now))
        except errors.InstanceForbidden as error:
            raise errors.MentionForbidden(username=username) from error
        found.append(person.id)
    return found
