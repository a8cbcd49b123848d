"""Several tasks at once: which of them are alike, so that one answer does for all.

Nothing is done here: each task is its own transaction, opened by whoever asks, so that one that cannot be done keeps none of the
others back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from engine import errors
from engine.forms.model import Form
from engine.people import access
from engine.runtime import inbox, tasks
from engine.store.db import Session

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Alike:
    """Tasks of one step, which one form is answered for once (``None``: it asks nothing)."""

    tasks: tuple[inbox.TaskRow, ...]
    form: Form | None


def alike(session: Session, task_ids: Sequence[UUID], *, actor: access.Actor) -> Alike:
    """Give tasks that can be completed with one answer: of one step of one version of a process, and the actor's to complete.

    Tasks that are closed meanwhile, or another's, are left out. Raises :class:`errors.NotAlike`, :class:`errors.TooManyTasks`,
    :class:`errors.NotFound` where none is left.
    """
    limited(task_ids)
    views = []
    for task_id in dict.fromkeys(task_ids):
        try:
            view = tasks.get(session, task_id, actor=actor)
        except (errors.NotFound, errors.Conflict, errors.Forbidden):
            continue
        if view.may_complete:
            views.append(view)
    if not views:
        raise errors.NotFound(kind="Task", key=task_ids[0] if task_ids else "-")
    if len({(view.definition_id, view.task.node) for view in views}) > 1:
        raise errors.NotAlike
    return Alike(tuple(view.task for view in views), views[0].form)


def limited(task_ids: Sequence[UUID]) -> Sequence[UUID]:
    """Give the ids. Raises :class:`errors.TooManyTasks`."""
    if len(task_ids) > MOST:
        raise errors.TooManyTasks(most=MOST)
    return task_ids
