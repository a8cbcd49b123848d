"""Steps: an instance's state and something that happens go in, a new state and all that follows from it come out.

Pure: nothing is stored, and where a step raises, the state given is still the valid one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from engine import errors
from engine.execution import state as states
from engine.execution.elements import events
from engine.execution.elements.gateways import Join
from engine.execution.instances import Instance
from engine.execution.mended import FINISHED, READY, STARTED, FlowNode, Token
from engine.execution.outcomes import (
    At,
    Change,
    Closed,
    Happened,
    Opened,
    Snapshot,
    StartEvent,
    Status,
    Step,
    Subscription,
    Thrown,
    Timer,
    Waiting,
)
from engine.execution.specs import Spec
from engine.execution.variables import visible as _visible

__all__ = [
    "At",
    "Change",
    "Closed",
    "Happened",
    "Opened",
    "Snapshot",
    "StartEvent",
    "Status",
    "Step",
    "Subscription",
    "Thrown",
    "Timer",
    "Waiting",
    "complete",
    "deliver",
    "describe",
    "fire",
    "start",
    "visible",
]

_NEVER = datetime.min.replace(tzinfo=UTC)  # for looking at an instance, when nothing happens


def start(spec: Spec, variables: Mapping[str, object], *, now: datetime, event: StartEvent | None = None) -> Step:
    """Start an instance, at its none start event or at the start event that catches ``event``.

    Raises NoStart, and what any step may raise: NoFlowTaken, ErrorUncaught, StepLimit, StepTooLong, ConditionNotBoolean, ItemsRefused,
    TimerRefused, VariableRefused, StateTooLarge (ExecutionError) and ExpressionError; each names the node or flow in ``place``.
    """
    instance = Instance(spec.main, now)
    root = instance.task_tree
    for name, value in {**variables, **(event.payload if event is not None else {})}.items():
        root.write(name, value)
    instance.begin(_starts(spec, event))
    return finish(instance)


def complete(spec: Spec, state: bytes, token: int, values: Mapping[str, object], *, now: datetime) -> Step:
    """Complete a task with what it was answered. Raises TokenGone where no task with this number is open."""
    instance = states.load(spec.main, state, now)
    task = instance.token(token)
    if task is None or task._state != READY:
        raise errors.TokenGone(token=token)
    for name, value in values.items():
        task.write(name, value)
    task.run()
    return finish(instance)


def fire(spec: Spec, state: bytes, token: int, *, now: datetime) -> Step:
    """Let a timer go off. Raises TokenGone where no timer with this number is set."""
    instance = states.load(spec.main, state, now)
    task = instance.token(token)
    if task is None or task.memory is None or "due" not in task.memory.values:
        raise errors.TokenGone(token=token)
    task.task_spec.fire(task)
    return finish(instance)


def deliver(
    spec: Spec,
    state: bytes,
    kind: Literal["message", "signal"],
    name: str,
    payload: Mapping[str, object],
    *,
    now: datetime,
    token: int | None = None,
) -> Step:
    """Hand in a message, to the longest waiting catcher (or the one with this ``token``), or a signal, to all.

    Raises NobodyWaits; a signal that nobody waits for changes nothing.
    """
    instance = states.load(spec.main, state, now)
    catchers = [task for task in events.waiting(instance, kind, name) if token in {None, task.id}]
    if kind == "message" and not catchers:
        raise errors.NobodyWaits(kind=kind, name=name)
    for catcher in catchers[:1] if kind == "message" else catchers:
        if not catcher._state & FINISHED:
            caught = catcher.task_spec.fire(catcher)
            for variable, value in payload.items():
                caught.write(variable, value)
    return finish(instance)


def visible(spec: Spec, state: bytes, token: int | None) -> dict[str, object]:
    """Give the variables that a task sees; without a token, those of the instance. Raises TokenGone."""
    instance = states.load(spec.main, state, _NEVER)
    task = instance.task_tree if token is None else instance.token(token)
    if task is None:
        raise errors.TokenGone(token=token)
    return _visible(task.scopes())


def describe(spec: Spec, state: bytes) -> Snapshot:
    """Say where an instance stands."""
    instance = states.load(spec.main, state, _NEVER)
    instance.wake_all()
    tokens = [task for level in instance.levels() for task in (*level.alive.values(), *level.listening.values())]
    found = [At(task.id, task.task_spec.node, _status(task)) for task in sorted(tokens, key=lambda task: task.id)]
    return Snapshot(_instance_status(instance), tuple(found), _visible(instance.task_tree.scopes()))


def finish(instance: Instance, *, prune: bool = True) -> Step:
    """Run what is ready, and give what came of it all."""
    instance.settle()
    return Step(
        state=states.dump(instance, prune=prune),
        status=_instance_status(instance),
        opened=tuple(instance.opened.values()),
        closed=tuple(instance.closed),
        timers=tuple(instance.timers.values()),
        subscriptions=tuple(instance.subscriptions.values()),
        ended=tuple(instance.ended),
        thrown=tuple(instance.thrown),
        events=tuple(instance.events),
        changes=tuple(
            Change(name, owner, before, scope.values[name])
            for (owner, name), (scope, before) in instance.changed.items()
        ),
        steps=instance.steps,
    )


def _starts(spec: Spec, event: StartEvent | None) -> tuple[FlowNode, ...]:
    if event is None:
        starts: tuple[FlowNode, ...] = spec.main.starts
    else:
        own = [each for each in spec.main.nodes if isinstance(each, events.StartEvent)]
        starts = tuple(each for each in own if each.begins(event.kind, event.name))[:1]
    if not starts:
        raise errors.NoStart(kind=event.kind if event else "none", name=event.name if event else "")
    return starts


def _instance_status(instance: Instance) -> Status:
    return "completed" if instance.completed else "active"


def _status(token: Token) -> Waiting:
    if token._state == READY:
        return "task"
    if token._state == STARTED:
        return "inside"
    if isinstance(token.task_spec, Join):
        return "join"
    trigger = getattr(token.task_spec, "trigger", None)
    kind: Waiting = trigger.kind if trigger is not None else "event"
    return kind
