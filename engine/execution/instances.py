"""Running instances: SpiffWorkflow's workflows, mended (see :mod:`engine.execution.mended`).

An instance and each sub-process and called process that runs in it are levels, each with its tokens, and its variables where
it has some of its own. The instance runs what is ready, and gathers what a step did.
"""

from collections import deque
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow

from engine import errors
from engine.execution import outcomes
from engine.execution.mended import COMPLETED, READY, STARTED, BodySpec, FlowNode, Token
from engine.execution.variables import Scope

MAXIMUM_STEPS = 10_000  # nodes run in one call
MAXIMUM_TOKENS = 20_000  # unfinished at one time


class Level:
    """What an instance and each sub-process and called process running in it have in common."""

    spec: BodySpec
    tasks: dict[int, Token]
    instance: "Instance"
    host: Token | None
    completed: bool
    depth: int

    def open(self, instance: "Instance", host: Token | None, scope: Scope | None, *, isolated: bool) -> None:
        """Set up an empty level. ``isolated``: names are not looked up outside."""
        self.instance = instance
        self.host = host
        self.scope = scope
        self.isolated = isolated
        self.alive: dict[int, Token] = {}
        self.listening: dict[int, Token] = {}
        self.arrived: dict[Any, dict[str, list[Token]]] = {}  # join -> flow -> tokens that wait there
        self.interrupted = False
        self.task_tree = Token(self, self.spec.start, None, COMPLETED, ident=0)

    def begin(self, starts: tuple[FlowNode, ...]) -> None:
        """Place the first tokens and listen for what may start an event sub-process."""
        for node in self.spec.event_sub_processes:
            node.listen(self)
        for start in starts:
            start._update(Token(self, start, self.task_tree))
        if not self.alive:
            self.instance.emptied.append(self)

    def clear(self) -> None:
        """Cancel every token of the level."""
        for token in [*self.alive.values(), *self.listening.values()]:
            token.cancel()

    def end(self) -> None:
        """End the level: no token is left in it."""
        self.completed = True
        self.clear()
        host = self.host
        if host is not None and isinstance(self, Inner):
            host.task_spec.ended_inside(host, self)
            del self.instance.subprocesses[host.id]
            host.complete()

    def _task_completed_notify(self, task: Token) -> None:
        """Do nothing: the library would look at every waiting task of the tree."""


class _NoScripts:
    """In the place of SpiffWorkflow's script engine, which evaluates Python."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        raise errors.ExecutionError(reason=f"a diagram cannot run scripts of the library ({name})")


class Instance(Level, BpmnWorkflow):  # type: ignore[misc]
    """A running instance of a process, in memory, for the time of one step."""

    subprocesses: dict[int, "Inner"]

    def __init__(self, spec: BodySpec, now: datetime, number: int = 0) -> None:
        super().__init__(spec, script_engine=_NO_SCRIPTS, deserializing=True)
        self.now = now
        self.number = self.number_before = number  # of the last token, now and at the start of the step
        self.steps = 0
        self.queue: deque[Token] = deque()
        self.emptied: deque[Level] = deque()
        self.joining: dict[Level, None] = {}  # levels in which tokens wait at inclusive gateways
        self.events: list[outcomes.Happened] = []
        self.opened: dict[int, outcomes.Opened] = {}
        self.closed: list[outcomes.Closed] = []
        self.timers: dict[int, outcomes.Timer] = {}
        self.subscriptions: dict[int, outcomes.Subscription] = {}
        self.ended: list[int] = []
        self.thrown: list[outcomes.Thrown] = []
        self.changed: dict[tuple[int, str], tuple[Scope, object]] = {}
        self.open(self, None, Scope(0), isolated=True)

    def next_number(self) -> int:
        """Number a new token."""
        self.number += 1
        return self.number

    def happened(self, kind: str, element: str, token: int) -> None:
        """Note for history what happened."""
        self.events.append(outcomes.Happened(kind, element, token))  # type: ignore[arg-type]

    def levels(self) -> list[Level]:
        """Give the instance itself and what runs inside it, outer before inner."""
        return [self, *self.subprocesses.values()]

    def token(self, number: int) -> Token | None:
        """Find an unfinished token."""
        for level in self.levels():
            found = level.alive.get(number) or level.listening.get(number)
            if found is not None:
                return found
        return None

    def settle(self) -> None:
        """Run what is ready until only people, events and the clock can move the instance on. Raises StepLimit."""
        queue = self.queue
        while True:
            while queue:
                token = queue.popleft()
                if token._state == READY:
                    self.count(1)
                    token.run()
            if not (self.join() or self.end_emptied()):
                break
        tokens = sum(len(level.alive) for level in self.levels())
        if tokens > MAXIMUM_TOKENS:
            raise errors.StateTooLarge(size=f"{tokens} tokens", limit=f"{MAXIMUM_TOKENS} tokens")

    def count(self, steps: int) -> None:
        """Count work; raise StepLimit where it is too much for one call."""
        self.steps += steps
        if self.steps > MAXIMUM_STEPS:
            raise errors.StepLimit(limit=MAXIMUM_STEPS)

    def join(self) -> bool:
        """Let one inclusive gateway go on that no token can reach any more (13.4.3); in the diagram's order."""
        for level in sorted(self.joining, key=lambda level: level.host.id if level.host else 0):
            waiting = [join for join in level.spec.joins if level.arrived.get(join)]
            if any(join.fire(level) for join in waiting):
                return True
            if not waiting:
                del self.joining[level]
        return False

    def end_emptied(self) -> bool:
        """End one level that has no token left."""
        while self.emptied:
            level = self.emptied.popleft()
            if not level.alive and not level.completed:
                level.end()
                return True
        return False


class Inner(Level, BpmnSubWorkflow):  # type: ignore[misc]
    """A sub-process or called process that runs inside an instance, on behalf of its ``host``."""

    def __init__(self, spec: BodySpec, host: Token, scope: Scope | None, *, isolated: bool) -> None:
        self.host = host
        super().__init__(spec, host.id, host.instance, deserializing=True)
        self.open(host.instance, host, scope, isolated=isolated)
        host.instance.subprocesses[host.id] = self

    def _calculate_depth(self) -> int:
        return self.host.workflow.depth + 1 if self.host is not None else 0


def enter(host: Token, spec: BodySpec, scope: Scope | None = None) -> Inner:
    """Open a level inside a token. With a ``scope`` nothing else is seen in it, as in a called process."""
    host._set_state(STARTED)
    if scope is not None:
        return Inner(spec, host, scope, isolated=True)
    return Inner(spec, host, Scope(host.id, dict.fromkeys(spec.data)) if spec.data else None, isolated=False)


_NO_SCRIPTS = _NoScripts()
