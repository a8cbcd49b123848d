"""Who may do what: the only place that decides, and what it does not allow is refused.

Each ``may_...`` answers a screen's question, each ``require_...`` raises :class:`errors.Forbidden` before a verb. They know
the actor and the few facts they are given, no tables. "Candidate" means a member, now, of the task's candidate group.

=============  ==========================================================================
start          members of a group whose lane the process begins in; analyst, manager, admin
see a task     its assignee, candidates; manager, admin
claim          candidates, while nobody has it
release        its assignee; manager
assign         manager, admin
delegate       its assignee, to anybody; manager
hand back      its assignee, to who delegated it
prioritise     its assignee; manager
nudge          who delegated it, who started the case; manager
comment        who may see the case
complete       its assignee; candidates, while nobody has it
see a case     members of any group with a lane in it, who started it; manager, analyst, admin
cancel a case  manager, admin
suspend, retry manager, admin; analyst (retry)
send messages  other systems by their token; manager, admin
tell           that a case's wait is over: members of the group of the wait's lane; manager, admin
deploy, retire analyst, admin
keep people    admin
keep tokens    admin
=============  ==========================================================================

:data:`SYSTEM`, which is the engine itself, may do everything.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from engine import errors
from engine.store import models
from engine.store.db import Session


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts, as they stand at one moment. ``capacities``: group key -> ``definitif``, ``plt`` or ``plh``.

    ``generation`` counts how often their sign-ins were ended: one of an earlier generation no longer counts.
    """

    user_id: UUID | None
    username: str
    name: str
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    locale: str | None = None
    capacities: Mapping[str, str] = field(default_factory=dict, hash=False)
    generation: int = 0

    def capacity(self, group: str | None) -> str | None:
        """Give the capacity in which the actor acts for a group; ``None`` where it is not theirs."""
        return None if group is None else self.capacities.get(group)


SYSTEM = Actor(None, "system", "Lajur", roles=frozenset({"system"}))
"""The engine itself: timers, imports, the command line."""

_users, _memberships = models.users, models.memberships
_by_id = (
    select(
        _users.c.id,
        _users.c.username,
        _users.c.name,
        _users.c.roles,
        _users.c.locale,
        _users.c.generation,
        _memberships.c.group_key,
        _memberships.c.capacity,
    )
    .select_from(
        _users.outerjoin(
            _memberships,
            (_memberships.c.user_id == _users.c.id)
            & (_memberships.c.since <= bindparam("now", type_=_memberships.c.since.type))
            & (_memberships.c.until > bindparam("now", type_=_memberships.c.since.type)),
        )
    )
    .where(_users.c.id == bindparam("user_id"), _users.c.active)
    .order_by(_memberships.c.since, _memberships.c.id)
)


def actor_of(session: Session, user_id: UUID, now: datetime) -> Actor:
    """Give a user as an actor: their roles, and the groups they are a member of at ``now``.

    Raises :class:`errors.NotFound` for a user who is unknown or no longer active.
    """
    rows = session.execute(_by_id, {"user_id": user_id, "now": now}).all()
    if not rows:
        raise errors.NotFound(kind="User", key=user_id)
    user = rows[0]
    # Of two appointments to one position the fuller one counts.
    capacities: dict[str, str] = {}
    for row in rows:
        if row.group_key is not None and capacities.get(row.group_key) != "definitif":
            capacities[row.group_key] = row.capacity
    return Actor(
        user.id,
        user.username,
        user.name,
        frozenset(capacities),
        frozenset(user.roles) | {"employee"},
        user.locale,
        capacities,
        user.generation,
    )


def _has(actor: Actor, *roles: str) -> bool:
    return "system" in actor.roles or not actor.roles.isdisjoint(roles)


def _is_assignee(actor: Actor, assignee: UUID | None) -> bool:
    return assignee is not None and assignee == actor.user_id


# Cases ---------------------------------------------------------------------------------------------------------------


def may_start(actor: Actor, groups: Collection[str]) -> bool:
    """Say whether the actor may start a process whose first lanes mean ``groups``."""
    return not actor.groups.isdisjoint(groups) or _has(actor, "analyst", "manager", "admin")


def require_start(actor: Actor, groups: Collection[str]) -> None:
    """Raise :class:`errors.StartForbidden` unless the actor may start."""
    if not may_start(actor, groups):
        raise errors.StartForbidden(groups=", ".join(sorted(groups)) or "-")


def may_see_instance(actor: Actor, *, participants: Collection[str], started_by: UUID | None) -> bool:
    """Say whether the actor may see a case; ``participants`` are the groups with a lane in it."""
    return not actor.groups.isdisjoint(participants) or _is_assignee(actor, started_by) or may_see_all_instances(actor)


def may_see_all_instances(actor: Actor) -> bool:
    """Say whether the actor may see every case."""
    return _has(actor, "manager", "analyst", "admin")


def require_see_instance(actor: Actor, *, participants: Collection[str], started_by: UUID | None) -> None:
    """Raise :class:`errors.InstanceForbidden` unless the actor may see the case."""
    if not may_see_instance(actor, participants=participants, started_by=started_by):
        raise errors.InstanceForbidden


def may_cancel(actor: Actor) -> bool:
    """Say whether the actor may cancel a case."""
    return _has(actor, "manager", "admin")


def require_cancel(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may cancel a case."""
    if not may_cancel(actor):
        raise errors.RoleNeeded(role="manager")


def may_suspend(actor: Actor) -> bool:
    """Say whether the actor may suspend and resume a case."""
    return _has(actor, "manager", "admin")


def require_suspend(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may suspend and resume a case."""
    if not may_suspend(actor):
        raise errors.RoleNeeded(role="manager")


def may_retry(actor: Actor) -> bool:
    """Say whether the actor may see what failed by itself, and have it tried again."""
    return _has(actor, "manager", "analyst", "admin")


def require_retry(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may have what failed tried again."""
    if not may_retry(actor):
        raise errors.RoleNeeded(role="manager")


def may_send(actor: Actor) -> bool:
    """Say whether the actor may send messages and signals to cases."""
    return _has(actor, "sender", "manager", "admin")


def require_send(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may send messages and signals."""
    if not may_send(actor):
        raise errors.RoleNeeded(role="manager")


def may_tell(actor: Actor, *, group: str | None) -> bool:
    """Say whether the actor may tell a case that what it waits for in a lane of ``group`` has happened."""
    return group in actor.groups or _has(actor, "manager", "admin")


def require_tell(actor: Actor, *, group: str | None) -> None:
    """Raise :class:`errors.TellForbidden` unless the actor may tell."""
    if not may_tell(actor, group=group):
        raise errors.TellForbidden(group=group or "-")


# Tasks ---------------------------------------------------------------------------------------------------------------


def may_see_task(actor: Actor, *, assignee: UUID | None, group: str | None) -> bool:
    """Say whether the actor may see a task."""
    return _is_assignee(actor, assignee) or group in actor.groups or _has(actor, "manager", "admin")


def require_see_task(actor: Actor, *, assignee: UUID | None, group: str | None) -> None:
    """Raise :class:`errors.TaskForbidden` unless the actor may see the task."""
    if not may_see_task(actor, assignee=assignee, group=group):
        raise errors.TaskForbidden(group=group or "-")


def may_claim(actor: Actor, *, assignee: UUID | None, group: str | None) -> bool:
    """Say whether the actor may take a task."""
    return assignee is None and actor.user_id is not None and group in actor.groups


def may_release(actor: Actor, *, assignee: UUID | None) -> bool:
    """Say whether the actor may give a task back to its group."""
    return assignee is not None and (_is_assignee(actor, assignee) or _has(actor, "manager"))


def require_release(actor: Actor, *, assignee: UUID | None, group: str | None) -> None:
    """Raise :class:`errors.TaskForbidden` unless the actor may give the task back."""
    if not may_release(actor, assignee=assignee):
        raise errors.TaskForbidden(group=group or "-")


def may_assign_any(actor: Actor) -> bool:
    """Say whether there may be tasks that the actor may give to somebody: for what is offered before it is known which."""
    return _has(actor, "manager", "admin")


def may_complete(actor: Actor, *, assignee: UUID | None, group: str | None) -> bool:
    """Say whether the actor may complete a task."""
    if "system" in actor.roles:
        return True
    return _is_assignee(actor, assignee) or (assignee is None and group in actor.groups)


def require_work(actor: Actor, *, assignee: UUID | None, assignee_name: str, group: str | None) -> None:
    """Raise unless the actor may complete the task, or claim it where nobody has it.

    A candidate is told who has it (:class:`errors.TaskTaken`), anybody else that it is not theirs
    (:class:`errors.TaskForbidden`).
    """
    if may_complete(actor, assignee=assignee, group=group):
        return
    if assignee is not None and group in actor.groups:
        raise errors.TaskTaken(assignee=assignee_name)
    raise errors.TaskForbidden(group=group or "-")


def may_assign(actor: Actor) -> bool:
    """Say whether the actor may give a task to somebody of its group, whoever has it."""
    return _has(actor, "manager", "admin")


def require_assign(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may assign."""
    if not may_assign(actor):
        raise errors.RoleNeeded(role="manager")


def may_delegate(actor: Actor, *, assignee: UUID | None) -> bool:
    """Say whether the actor may hand a task that somebody has to another person."""
    return assignee is not None and (_is_assignee(actor, assignee) or _has(actor, "manager"))


def may_hand_back(actor: Actor, *, assignee: UUID | None, owner: UUID | None) -> bool:
    """Say whether the actor may hand a task back to who delegated it."""
    return owner is not None and _is_assignee(actor, assignee)


def may_plan(actor: Actor, *, assignee: UUID | None) -> bool:
    """Say whether the actor may set a task's priority, or when it is looked at again."""
    return _is_assignee(actor, assignee) or _has(actor, "manager", "admin")


def may_nudge(actor: Actor, *, assignee: UUID | None, owner: UUID | None, starter: UUID | None) -> bool:
    """Say whether the actor waits for a task, so that they may remind who has it."""
    waits = _is_assignee(actor, owner) or _is_assignee(actor, starter) or _has(actor, "manager", "admin")
    return waits and not _is_assignee(actor, assignee)


# Lists ---------------------------------------------------------------------------------------------------------------


def may_see_filter(actor: Actor, *, owner: UUID, group: str | None) -> bool:
    """Say whether the actor may use a list that is kept; ``group`` is whom it is shared with."""
    return _is_assignee(actor, owner) or group in actor.groups


def require_keep_filter(actor: Actor, *, owner: UUID) -> None:
    """Raise :class:`errors.FilterForeign` unless the list that is kept is the actor's own."""
    if not _is_assignee(actor, owner):
        raise errors.FilterForeign


def require_share(actor: Actor, group: str | None) -> None:
    """Raise :class:`errors.FilterGroupForeign` unless the actor may share lists with a group; ``None`` is nobody."""
    if group is not None and group not in actor.groups:
        raise errors.FilterGroupForeign(group=group)


# The house -----------------------------------------------------------------------------------------------------------


def may_deploy(actor: Actor) -> bool:
    """Say whether the actor may deploy and retire definitions."""
    return _has(actor, "analyst", "admin")


def require_deploy(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may deploy."""
    if not may_deploy(actor):
        raise errors.RoleNeeded(role="analyst")


def may_keep_people(actor: Actor) -> bool:
    """Say whether the actor may add and change users and memberships."""
    return _has(actor, "admin")


def require_keep_people(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may keep people."""
    if not may_keep_people(actor):
        raise errors.RoleNeeded(role="admin")


def require_keep_tokens(actor: Actor) -> None:
    """Raise :class:`errors.RoleNeeded` unless the actor may give other systems tokens, and take them away."""
    if not may_keep_people(actor):
        raise errors.RoleNeeded(role="admin")
