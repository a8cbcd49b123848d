"""Steps: an instance's state and something that happens go in, a new state and all that follows from it come out.

Pure: nothing is stored, and where a step raises, the state given is still the valid one. ``library`` is where processes are found
that are called at their newest version; without one, such a call raises NotFound.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal, cast

from engine import errors
from engine.execution import state as states
from engine.execution.elements import events
from engine.execution.elements.gateways import Join
from engine.execution.elements.services import ServiceTask
from engine.execution.elements.timers import Due
from engine.execution.instances import Instance, Library
from engine.execution.mended import FINISHED, READY, STARTED, WAITING, FlowNode, Token
from engine.execution.outcomes import (
    At,
    Change,
    Closed,
    Happened,
    Opened,
    Service,
    Snapshot,
    StartEvent,
    StartTimer,
    StartTrigger,
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
    "Library",
    "Opened",
    "Service",
    "Snapshot",
    "StartEvent",
    "StartTimer",
    "StartTrigger",
    "Status",
    "Step",
    "Subscription",
    "Thrown",
    "Timer",
    "Waiting",
    "complete",
    "deliver",
    "describe",
    "fail",
    "finish",
    "fire",
    "following_start",
    "inputs",
    "resume",
    "start",
    "start_timers",
    "triggers",
    "visible",
]

_NEVER = datetime.min.replace(tzinfo=UTC)  # for looking at an instance, when nothing happens


def start(
    spec: Spec,
    variables: Mapping[str, object],
    *,
    now: datetime,
    event: StartEvent | None = None,
    library: Library | None = None,
) -> Step:
    """Start an instance, at its none start event or at the start event that catches ``event``.

    Raises NoStart, and what any step may raise: NoFlowTaken, ErrorUncaught, StepLimit, StepTooLong, ConditionNotBoolean, ItemsRefused,
    TimerRefused, VariableRefused, StateTooLarge (ExecutionError) and ExpressionError; each names the node or flow in ``place``.
    """
    instance = Instance(spec.main, now, library=library)
    root = instance.task_tree
    for name, value in {**variables, **(event.payload if event is not None else {})}.items():
        root.write(name, value)
    instance.begin(_starts(spec, event))
    return finish(instance)


def complete(
    spec: Spec,
    state: bytes,
    token: int,
    values: Mapping[str, object],
    *,
    now: datetime,
    library: Library | None = None,
) -> Step:
    """Complete a task with what it was answered. Raises TokenGone where no task with this number is open."""
    instance = states.load(spec.main, state, now, library)
    task = instance.token(token)
    if task is None or task._state != READY:
        raise errors.TokenGone(token=token)
    for name, value in values.items():
        task.write(name, value)
    task.run()
    return finish(instance)


def fire(spec: Spec, state: bytes, token: int, *, now: datetime, library: Library | None = None) -> Step:
    """Let a timer go off. Raises TokenGone where no timer with this number is set."""
    instance = states.load(spec.main, state, now, library)
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
    library: Library | None = None,
) -> Step:
    """Hand in a message, to the longest waiting catcher (or the one with this ``token``), or a signal, to all.

    Raises NobodyWaits; a signal that nobody waits for changes nothing.
    """
    instance = states.load(spec.main, state, now, library)
    catchers = [task for task in events.waiting(instance, kind, name) if token in {None, task.id}]
    if kind == "message" and not catchers:
        raise errors.NobodyWaits(kind=kind, name=name)
    for catcher in catchers[:1] if kind == "message" else catchers:
        if not catcher._state & FINISHED:
            caught = catcher.task_spec.fire(catcher)
            for variable, value in payload.items():
                caught.write(variable, value)
    return finish(instance)


def inputs(spec: Spec, state: bytes, token: int, *, now: datetime, library: Library | None = None) -> dict[str, object]:
    """Give what a service task's connector is to be called with. Raises TokenGone where no service task waits there."""
    task = _service(states.load(spec.main, state, now, library), token)
    return cast("ServiceTask", task.task_spec).given(task)


def resume(
    spec: Spec,
    state: bytes,
    token: int,
    outputs: Mapping[str, object],
    *,
    now: datetime,
    library: Library | None = None,
) -> Step:
    """Go on behind a service task with what its connector gave, of which only what the diagram maps is kept.

    Raises TokenGone where no service task waits there.
    """
    instance = states.load(spec.main, state, now, library)
    task = _service(instance, token)
    cast("ServiceTask", task.task_spec).resume(task, outputs)
    return finish(instance)


def fail(
    spec: Spec, state: bytes, token: int, code: str, message: str, *, now: datetime, library: Library | None = None
) -> Step:
    """Throw a BPMN error at a service task. Raises FailureUncaught, and TokenGone where no service task waits there."""
    instance = states.load(spec.main, state, now, library)
    events.fail(_service(instance, token), code, message)
    return finish(instance)


def triggers(spec: Spec) -> tuple[StartTrigger, ...]:
    """Give the messages and signals that start an instance."""
    caught = [(start.node, start.trigger) for start in _own_starts(spec) if start.trigger is not None]
    return tuple(
        StartTrigger(
            node,
            cast("Literal['message', 'signal']", each.kind),
            each.name or "",
            "" if each.key is None else each.key.text,
        )
        for node, each in caught
        if each.timer is None
    )


def start_timers(spec: Spec, *, now: datetime) -> tuple[StartTimer, ...]:
    """Give when timers start an instance for the first time, from now on.

    What is past starts nothing: of a repetition it counts, and is not made up for. Raises TimerRefused, ExpressionError.
    """
    timers = [(start.node, start.trigger.timer) for start in _own_starts(spec) if start.trigger is not None]
    dues = [(node, timer.begin(now)) for node, timer in timers if timer is not None]
    return tuple(StartTimer(node, due.at, due.pack()) for node, due in dues if due is not None)


def following_start(plan: Sequence[object], *, now: datetime) -> tuple[datetime, list[object]] | None:
    """Give when a start timer that has fired does so again, with the plan for after that; ``None``: no more.

    Raises StateUnreadable for what is no plan.
    """
    try:
        due = Due.unpack(list(plan)).following(now)
    except ValueError as error:
        raise errors.StateUnreadable(reason=str(error)) from error
    return None if due is None else (due.at, due.pack())


def visible(spec: Spec, state: bytes, token: int | None, *, library: Library | None = None) -> dict[str, object]:
    """Give the variables that a task sees; without a token, those of the instance. Raises TokenGone."""
    instance = states.load(spec.main, state, _NEVER, library)
    task = instance.task_tree if token is None else instance.token(token)
    if task is None:
        raise errors.TokenGone(token=token)
    return _visible(task.scopes())


def describe(spec: Spec, state: bytes, *, library: Library | None = None) -> Snapshot:
    """Say where an instance stands."""
    instance = states.load(spec.main, state, _NEVER, library)
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
        services=tuple(instance.services.values()),
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
        starts = tuple(each for each in _own_starts(spec) if each.begins(event.kind, event.name))[:1]
    if not starts:
        raise errors.NoStart(kind=event.kind if event else "none", name=event.name if event else "")
    return starts


def _own_starts(spec: Spec) -> list[events.StartEvent]:
    return [each for each in spec.main.nodes if isinstance(each, events.StartEvent)]


def _service(instance: Instance, token: int) -> Token:
    task = instance.token(token)
    if task is None or task._state != WAITING or not isinstance(task.task_spec, ServiceTask):
        raise errors.TokenGone(token=token)
    return task


def _instance_status(instance: Instance) -> Status:
    return "completed" if instance.completed else "active"


def _status(token: Token) -> Waiting:
    if token._state == READY:
        return "task"
    if token._state == STARTED:
        return "inside"
    if isinstance(token.task_spec, Join):
        return "join"
    if isinstance(token.task_spec, ServiceTask):
        return "service"
    trigger = getattr(token.task_spec, "trigger", None)
    kind: Waiting = trigger.kind if trigger is not None else "event"
    return kind
