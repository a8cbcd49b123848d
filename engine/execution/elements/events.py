"""Events (BPMN 2.0.2, 10.5 and 13.5): what starts and ends a process, what is waited for, what is thrown and who catches it.

A token that waits at a catch event is ``WAITING``. One that only listens beside another (at a boundary, behind an event-based
gateway, for an event sub-process) is ``MAYBE``; when its event happens, a new token goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, cast

from engine import errors
from engine.diagrams import model
from engine.execution import correlation, outcomes
from engine.execution.elements.timers import Due, Timer
from engine.execution.instances import Instance, Level, enter
from engine.execution.mended import FINISHED, MAYBE, WAITING, BodySpec, Flow, FlowNode, Token
from engine.execution.variables import Expression, Scope

_Catcher = TypeVar("_Catcher", "BoundaryEvent", "EventSubProcess")
OUTSIDE = ("message", "signal", "timer")  # what is listened for; errors and escalations find their catcher themselves


class Trigger:
    """What an element catches: the message, signal, error or escalation of a name, or a time.

    ``key`` is what case and message must agree on, where the element says so.
    """

    __slots__ = ("element", "key", "kind", "name", "timer")

    def __init__(self, event: model.Event, element: str, key: Expression | None = None) -> None:
        self.element = element
        self.key = key
        self.kind = event.kind
        self.name = event.name
        self.timer = Timer(event, element) if event.kind == "timer" else None
        if event.kind in {"message", "signal"} and not event.name:
            raise errors.NotExecutable(element=element, reason=f"it waits for a {event.kind} without a name")

    def listen(self, token: Token) -> None:
        """Have the token wait from now on."""
        if self.timer is not None:
            self.set(token, self.timer.set(token, token.instance.now))
        else:
            kind = cast("Literal['message', 'signal']", self.kind)
            waits = outcomes.Subscription(token.id, self.element, kind, self.name or "")
            if self.key is not None:
                key = correlation.as_text(token.evaluate(self.key))
                waits = replace(waits, key=key, payload_key=self.key.text)
            token.instance.subscriptions[token.id] = waits

    def set(self, token: Token, due: Due | None) -> None:
        """Set the token's timer, or set it anew."""
        if due is not None:
            token.memory = Scope(token.id, {"due": due.pack()})
            token.instance.timers[token.id] = outcomes.Timer(token.id, self.element, due.at)

    def again(self, token: Token) -> None:
        """Listen on after it has happened once; a timer without further repetition stops."""
        if self.timer is None:
            return
        due = Due.unpack(token.memory.values["due"]).following(token.instance.now) if token.memory else None
        if due is None:
            token.cancel()
        else:
            self.set(token, due)

    def stop(self, token: Token) -> None:
        """Have the token wait no longer."""
        instance = token.instance
        instance.subscriptions.pop(token.id, None)
        instance.timers.pop(token.id, None)
        if token.id <= instance.number_before:
            instance.ended.append(token.id)


class Catching(FlowNode):
    """Waits for a message, a signal or a time: an intermediate catch event or a receive task."""

    trigger: Trigger

    def wait(self, token: Token) -> None:
        """Have the token wait here."""
        token._set_state(WAITING)
        self.trigger.listen(token)

    def fire(self, token: Token) -> Token:
        """Go on: what was waited for has happened. Give the token that goes on."""
        if token._state == MAYBE:
            token = _choose(token)
        else:
            self.trigger.stop(token)
        token.instance.happened("fired", self.node, token.id)
        token._ready()
        return token

    def _on_cancel(self, token: Token) -> None:
        super()._on_cancel(token)
        if token._state in {WAITING, MAYBE}:
            self.trigger.stop(token)


class CatchEvent(Catching):
    """An intermediate catch event."""

    def _update_hook(self, token: Token) -> bool:
        super()._update_hook(token)
        self.wait(token)
        return False


class EventBasedGateway(FlowNode):
    """Waits for the first of the events that follow it (10.6.6, 13.4.4)."""

    def _update_hook(self, token: Token) -> bool:
        super()._update_hook(token)
        token._set_state(WAITING)
        for flow in self.flows:
            event = Token(token.workflow, flow.target, token, MAYBE, flow=flow)
            cast("Catching", flow.target).trigger.listen(event)
        return False

    def taken(self, token: Token) -> tuple[Flow, ...]:
        """Take no flow: the event that happened goes on itself."""
        return ()


def _choose(event: Token) -> Token:
    """Leave an event-based gateway by one of its events; the others are no longer waited for."""
    level, gateway, flow = event.workflow, event.parent, event.flow
    gateway.cancel_beside()
    gateway.complete()
    if flow is not None:
        gateway.instance.happened("taken", flow.id, gateway.id)
    chosen = Token(level, event.task_spec, level.task_tree, flow=flow)
    chosen.instance.happened("entered", chosen.task_spec.node, chosen.id)
    return chosen


class BoundaryEvent(FlowNode):
    """An event at the boundary of an activity (13.5.3). It listens once per token of the activity, while that runs."""

    trigger: Trigger
    interrupting = True

    def listen(self, host: Token) -> None:
        """Listen beside a token that starts the activity."""
        if self.trigger.kind in OUTSIDE:
            self.trigger.listen(Token(host.workflow, self, host, MAYBE))

    def fire(self, token: Token) -> Token:
        """Catch for the activity that the listening token is beside. Give the token that goes on."""
        caught = self.catch(token.parent)
        if not self.interrupting:
            self.trigger.again(token)
        return caught

    def catch(self, host: Token) -> Token:
        """Put a token on this event, and take the activity away if it interrupts."""
        level = host.workflow
        if self.interrupting:
            host.cancel()
        token = Token(level, self, level.task_tree)
        token.instance.happened("fired", self.node, token.id)
        self._update(token)
        return token

    def _on_cancel(self, token: Token) -> None:
        super()._on_cancel(token)
        if token._state == MAYBE:
            self.trigger.stop(token)


class StartEvent(FlowNode):
    """A start event. One with a ``trigger`` starts a process when that is caught."""

    trigger: Trigger | None = None

    def begins(self, kind: str, name: str) -> bool:
        """Tell whether it begins a process on this; a none start event and a timer are called by their id."""
        if self.trigger is None:
            return (kind, name) == ("none", self.node)
        return (kind, name) == (self.trigger.kind, self.trigger.name or self.node)


class EventSubProcess(FlowNode):
    """A sub-process that an event in the level around it starts (13.5.4); it has no flows of its own."""

    inner: BodySpec
    trigger: Trigger
    interrupting = True

    def listen(self, level: Level) -> None:
        """Listen as long as the level runs."""
        if self.trigger.kind in OUTSIDE:
            self.trigger.listen(Token(level, self, level.task_tree, MAYBE))

    def fire(self, token: Token) -> Token:
        """Start in the level of the listening token. Give the token that stands for what was started."""
        caught = self.catch(token.workflow)
        if not self.interrupting:
            self.trigger.again(token)
        return caught

    def catch(self, level: Level) -> Token:
        """Start in the level; in the place of all its work if the start event interrupts."""
        if self.interrupting:
            level.interrupted = True
            level.clear()
        token = Token(level, self, level.task_tree)
        token.instance.happened("fired", self.trigger.element, token.id)
        self._update(token)
        return token

    def _run_hook(self, token: Token) -> None:
        enter(token, self.inner).begin(self.inner.starts)

    def _on_cancel(self, token: Token) -> None:
        super()._on_cancel(token)
        if token._state == MAYBE:
            self.trigger.stop(token)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent with a message: its key, its payload by name, and the party outside that it is for, if it is for one."""

    key: Expression | None = None
    payload: tuple[tuple[str, Expression], ...] = ()
    receiver: str | None = None


_EMPTY = Letter()


class ThrowEvent(FlowNode):
    """An intermediate throw event or an end event; ``event`` is ``None`` for a none event."""

    event: model.Event | None = None
    letter = _EMPTY

    def _run_hook(self, token: Token) -> bool:
        throw(token, self.event, self.letter)
        return True


class EndEvent(ThrowEvent):
    """An end event: its token has ended before anybody catches what it throws (13.5.6)."""

    def _run_hook(self, token: Token) -> bool:
        return True

    def _on_complete_hook(self, token: Token) -> None:
        super()._on_complete_hook(token)
        throw(token, self.event, self.letter)


class LinkThrow(FlowNode):
    """A link throw event: its token goes on behind the link catch event of the same name (10.5.5)."""

    catch: FlowNode

    def leave(self, token: Token) -> None:
        """Leave by the flows of the catch event."""
        token.instance.happened("entered", self.catch.node, token.id)
        super().leave(token)
        token.instance.happened("left", self.catch.node, token.id)


def throw(token: Token, event: model.Event | None, letter: Letter = _EMPTY) -> None:
    """Throw what the token's event throws, and have it caught (10.5.6); ``letter`` goes with a message."""
    if event is None:
        return
    level, node, kind = token.workflow, token.task_spec.node, event.kind
    if kind == "terminate":
        level.clear()
    elif kind == "cancel":
        _cancel_transaction(level, node)
    elif kind in {"message", "signal", "error", "escalation"}:
        key = None if letter.key is None else correlation.as_text(token.evaluate(letter.key))
        payload = {name: token.evaluate(expression) for name, expression in letter.payload}
        level.instance.thrown.append(outcomes.Thrown(token.id, node, kind, event.name, key, payload, letter.receiver))
        if kind == "signal":
            for catcher in waiting(level.instance, "signal", event.name or ""):
                if not catcher._state & FINISHED:
                    cast("Catching", catcher.task_spec).fire(catcher)
        elif kind != "message" and not _catch(level, kind, event.name) and kind == "error":
            raise errors.ErrorUncaught(node=node, code=event.name or "")


def fail(token: Token, code: str, message: str) -> None:
    """Throw an error at an activity while it is done; its own boundary is the first to catch it (10.5.6)."""
    node = token.task_spec.node
    token.instance.thrown.append(outcomes.Thrown(token.id, node, "error", code, payload={"message": message}))
    if not (_catch_at(token, "error", code) or _catch(token.workflow, "error", code)):
        raise errors.FailureUncaught(node=node, code=code, message=message)


def waiting(instance: Instance, kind: str, name: str) -> list[Token]:
    """Give the tokens that wait for a message or signal, in order of opening."""
    instance.wake_all()
    found = [
        token
        for level in instance.levels()
        for token in (*level.alive.values(), *level.listening.values())
        if token._state in {WAITING, MAYBE}
        and (trigger := getattr(token.task_spec, "trigger", None)) is not None
        and (trigger.kind, trigger.name) == (kind, name)
    ]
    return sorted(found, key=lambda token: token.id)


def _catch(level: Level, kind: str, code: str | None) -> bool:
    """Have an error or escalation caught: by the nearest level outwards, inside it before at its boundary (10.5.6)."""
    inside: Level | None = level
    while inside is not None:
        candidates = () if inside.interrupted else inside.spec.event_sub_processes
        sub_process = _best(candidates, kind, code)
        if sub_process is not None:
            sub_process.catch(inside)
            return True
        if inside.host is None:
            return False
        if _catch_at(inside.host, kind, code):
            return True
        inside = inside.host.workflow
    return False


def _catch_at(token: Token, kind: str, code: str | None) -> bool:
    """Have an error or escalation caught at the boundary of the activity that the token is at."""
    host = token.task_spec.whole(token)
    boundary = _best(host.task_spec.boundaries, kind, code)
    if boundary is not None:
        boundary.catch(host)
    return boundary is not None


def _best(candidates: Sequence[_Catcher], kind: str, code: str | None) -> _Catcher | None:
    """Give the one that catches this code, else the one that catches every code."""
    fitting = [one for one in candidates if one.trigger.kind == kind and one.trigger.name in {code, None}]
    return min(fitting, key=lambda one: one.trigger.name is None, default=None)


def _cancel_transaction(level: Level, node: str) -> None:
    """Leave the transaction around the level by its cancel boundary event (13.5.6)."""
    inside: Level | None = level
    while inside is not None and inside.host is not None:
        host = inside.host.task_spec.whole(inside.host)
        if host.task_spec.transaction:
            boundary = _best(host.task_spec.boundaries, "cancel", None)
            if boundary is None:
                break
            boundary.catch(host)
            return
        inside = host.workflow
    raise errors.ErrorUncaught(node=node, code="cancel")
