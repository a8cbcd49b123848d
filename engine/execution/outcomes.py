"""What one step of an instance did: plain data for whoever stores it, shows it or reacts to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from engine.diagrams.retries import Retry

Status = Literal["active", "completed"]
Kind = Literal["entered", "left", "taken", "cancelled", "fired"]
Waiting = Literal["task", "timer", "message", "signal", "service", "event", "inside", "join"]


@dataclass(frozen=True, slots=True)
class StartEvent:
    """What starts an instance where it is not a none start event: ``kind`` is ``message`` or ``signal``.

    ``kind`` ``none`` with ``name`` chooses one of several none start events by its id. ``payload`` is written to the
    instance's variables.
    """

    kind: Literal["none", "message", "signal", "timer"]
    name: str
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """A task for people. ``local`` are the variables of its own scope, such as the item of a multi-instance.

    ``due`` is aware. ``definition`` is the id of the definition that the task belongs to where that was called at its newest
    version; ``None``: the instance's own.
    """

    token: int
    node: str
    name: str
    lane: str | None
    form_key: str | None
    local: Mapping[str, object]
    properties: Mapping[str, str]
    candidate_groups: tuple[str, ...] = ()
    due: datetime | None = None
    definition: str | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """A task for people that is no longer open."""

    token: int
    node: str
    how: Literal["completed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that was set, or set anew: at ``due`` (aware) call ``fire`` with its ``token``."""

    token: int
    node: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """A message or signal that ``token`` now waits for.

    ``payload_key`` is the FEEL that :func:`engine.execution.correlation.key_of` evaluates over a message's payload, for that to
    equal ``key``; "" where the element has no ``message.key``: then it is the business key that decides.
    """

    token: int
    node: str
    kind: Literal["message", "signal"]
    name: str
    key: str | None = None
    payload_key: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service task whose ``token`` now waits for its connector: ``resume`` or ``fail`` it.

    ``retry`` is how the diagram wants it tried again, ``None`` where it does not say.
    """

    token: int
    node: str
    connector: str
    retry: Retry | None = None


@dataclass(frozen=True, slots=True)
class StartTrigger:
    """A start event that begins a new instance when a message or signal of the name comes.

    ``payload_key`` is FEEL for the key of a message, "" where the start event has no ``message.key``.
    """

    node: str
    kind: Literal["message", "signal"]
    name: str
    payload_key: str = ""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """A start event that begins a new instance at ``due`` (aware); ``plan`` (JSON) tells when it does so again."""

    node: str
    due: datetime
    plan: list[object]


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message, signal, error or escalation that was thrown; messages and signals concern other instances too.

    Of a message ``key`` is what the thrower's ``message.key`` gives (``None`` without one), ``payload`` what is sent with it and
    ``receiver`` the party outside that it is for (``None``: for whoever of the office waits for it); of an error that a connector reported the payload holds its ``message``.
    """

    token: int
    node: str
    kind: Literal["message", "signal", "error", "escalation"]
    name: str | None
    key: str | None = None
    payload: Mapping[str, object] = field(default_factory=dict)
    receiver: str | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to one element, in order.

    A token ``entered`` a node, ``left`` it, was ``cancelled`` there, an event that was waited for ``fired``, or a sequence flow was
    ``taken``.
    """

    kind: Kind
    element: str
    token: int


@dataclass(frozen=True, slots=True)
class Change:
    """A variable that was written. ``scope`` is 0 for the instance, else the token that the scope belongs to.

    ``before`` is the value at the start of the step, ``after`` the one at its end; a new variable was ``None`` before.
    """

    name: str
    scope: int
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Step:
    """The new state of an instance and what led to it, relative to the state before.

    ``timers``, ``subscriptions`` and ``services`` are those that are new or, for a repeating timer, due at another time;
    ``ended`` are the tokens of such as no longer wait. ``steps`` is how many nodes ran.
    """

    state: bytes
    status: Status
    opened: tuple[Opened, ...] = ()
    closed: tuple[Closed, ...] = ()
    timers: tuple[Timer, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    services: tuple[Service, ...] = ()
    ended: tuple[int, ...] = ()
    thrown: tuple[Thrown, ...] = ()
    events: tuple[Happened, ...] = ()
    changes: tuple[Change, ...] = ()
    steps: int = 0


@dataclass(frozen=True, slots=True)
class At:
    """Where a token is, and what it waits for.

    ``inside``: the work inside a sub-process or the instances of a loop; ``event``: the first event behind a gateway.
    """

    token: int
    node: str
    status: Waiting


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An instance as it stands: its tokens in order of opening, and the variables of the instance itself."""

    status: Status
    tokens: tuple[At, ...]
    variables: Mapping[str, object]

    @property
    def stuck(self) -> bool:
        """Whether the instance is active and nothing can move it any more: tokens wait for each other, and nothing else."""
        return self.status == "active" and all(at.status in {"join", "inside"} for at in self.tokens)
