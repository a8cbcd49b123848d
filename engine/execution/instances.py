"""Running instances: SpiffWorkflow's workflows, mended (see :mod:`engine.execution.mended`).

An instance and each sub-process and called process that runs in it are levels, each with its tokens, and its variables where
it has some of its own. The instance runs what is ready, and gathers what a step did. What was stored stays in rows of JSON until
a step has to do with it: one of a thousand instances is completed without a look at the others.
"""

import time
from collections import deque
from datetime import datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow

from engine import errors
from engine.execution import outcomes
from engine.execution.mended import COMPLETED, DEFINITE, MAYBE, READY, ROOT, STARTED, WAITING, BodySpec, FlowNode, Token
from engine.execution.variables import Scope

if TYPE_CHECKING:
    from engine.execution.specs import Spec

MAXIMUM_STEPS = 10_000  # nodes run in one call
MAXIMUM_SECONDS = 20  # of computing in one call; each expression has a limit of its own
MAXIMUM_TOKENS = 20_000  # unfinished at one time

_PLAIN_ROW = 4  # entries of a level's row; one of another definition has its id besides

Row = list[Any]  # a token or a level as JSON


class Library(Protocol):
    """Where the definitions are that are called at their newest version."""

    def latest(self, key: str) -> "tuple[str, Spec]":
        """Give the id and the spec of the newest version of a process. Raises NotFound."""

    def spec(self, definition_id: str) -> "Spec":
        """Give the spec of a version that was called before. Raises NotFound."""


class NoLibrary:
    """The library of who has none: nothing is found in it."""

    def latest(self, key: str) -> "tuple[str, Spec]":
        """Raise NotFound."""
        raise errors.NotFound(kind="Process", key=key)

    def spec(self, definition_id: str) -> "Spec":
        """Raise NotFound."""
        raise errors.NotFound(kind="Definition", key=definition_id)


class Level:
    """What an instance and each sub-process and called process running in it have in common."""

    spec: BodySpec
    tasks: dict[int, Token]
    instance: "Instance"
    host: Token | None
    completed: bool
    depth: int
    definition: str | None = None  # the id of the definition that was called at its newest version

    def open(self, instance: "Instance", host: Token | None, scope: Scope | None, *, isolated: bool) -> None:
        """Set up an empty level. ``isolated``: names are not looked up outside."""
        self.instance = instance
        self.host = host
        self.scope = scope
        self.isolated = isolated
        self.interrupted = False
        self.alive: dict[int, Token] = {}
        self.listening: dict[int, Token] = {}
        self.asleep: dict[int, Row] = {}
        self.arrived: dict[Any, dict[str, list[Token]]] = {}  # join -> flow -> tokens that wait there
        self.task_tree = Token(self, self.spec.start, None, COMPLETED, ident=0)

    def begin(self, starts: tuple[FlowNode, ...]) -> None:
        """Place the first tokens and listen for what may start an event sub-process."""
        for node in self.spec.event_sub_processes:
            node.listen(self)
        for start in starts:
            start._update(Token(self, start, self.task_tree))
        if not self.alive:
            self.instance.emptied.append(self)

    @property
    def empty(self) -> bool:
        """Whether no token is left but those that only listen."""
        return not self.alive and not any(row[2] & DEFINITE for row in self.asleep.values())

    def abandon(self) -> list[Token]:
        """Stop the level's own life, and give the tokens that are left to be cancelled."""
        self.completed = True
        self.instance.subprocesses.pop(self.host.id if self.host else 0, None)
        self.wake()
        return [token for _, token in sorted({**self.alive, **self.listening}.items())]

    def clear(self) -> None:
        """Cancel every token of the level."""
        self.wake()
        for _, token in sorted({**self.alive, **self.listening}.items()):
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

    # stored rows

    def row(self, *, prune: bool) -> Row:
        """Give the level as JSON: ``[host, tokens, scope, flags]``, tokens in order of opening.

        A level of a definition that was called at its newest version adds that definition's id.
        """
        tokens = {**(self.alive if prune else self.tasks), **self.listening}
        rows = [_pack(token, tokens) for number, token in tokens.items() if number]
        rows += self.asleep.values()
        rows.sort(key=itemgetter(0))
        flags = int(self.isolated) + 2 * int(self.interrupted)
        row = [self.host.id if self.host else 0, rows, self.scope and self.scope.pack(), flags]
        return row if self.definition is None else [*row, self.definition]

    def lay(self, row: Row) -> None:
        """Take over what ``row`` gave. Tokens sleep until they are needed, except those that wait for each other."""
        host, tokens, scope, flags, *_ = row
        self.isolated, self.interrupted = bool(flags & 1), bool(flags & 2)
        self.scope = scope and Scope.unpack(host, scope)
        self.asleep = {token[0]: token for token in tokens}
        specs = self.spec.task_specs
        for number, node, state, *_ in tokens:
            if state == WAITING and specs[node].gathers:
                self._unpack(self.asleep.pop(number))

    def wake(self, number: int | None = None) -> None:
        """Bring back a token with what it belongs to and what listens beside it; without a number, all tokens."""
        asleep = self.asleep
        todo = sorted(asleep, reverse=True) if number is None else [number]
        while todo:
            row = asleep.get(todo[-1])
            if row is None:
                todo.pop()
            elif row[4] in asleep:
                todo.append(row[4])
            else:
                del asleep[todo.pop()]
                token = self._unpack(row)
                if number is not None:
                    todo += [other[0] for other in asleep.values() if other[4] == token.id and other[2] == MAYBE]

    def _unpack(self, row: Row) -> Token:
        number, node, state, flow, parent, scope, memory = row
        spec = self.spec.task_specs[node]
        around = self.tasks.get(parent, self.task_tree)
        token = Token(self, spec, around, state, number, flow and self.spec.flows.get(flow))
        token.scope = scope and Scope.unpack(number, scope)
        token.memory = memory and Scope.unpack(number, memory)
        if spec.gathers and state == WAITING:
            if token.flow is None:
                raise errors.NodeGone(node=spec.node)
            spec.wait(token)
        return token


def _pack(token: Token, kept: dict[int, Token]) -> Row:
    """Give ``[number, node, state, flow, parent, scope, memory]``; a parent that is not kept is 0, the level's root."""
    scope, memory, flow = token.scope, token.memory, token.flow
    return [
        token.id,
        token.task_spec.name,
        token._state,
        flow and flow.id,
        token._parent if token._parent in kept else 0,
        scope and scope.pack(),
        memory and memory.pack(),
    ]


class _NoScripts:
    """In the place of SpiffWorkflow's script engine, which evaluates Python."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        raise errors.ExecutionError(reason=f"a diagram cannot run scripts of the library ({name})")


class Instance(Level, BpmnWorkflow):  # type: ignore[misc]
    """A running instance of a process, in memory, for the time of one step."""

    subprocesses: dict[int, "Inner"]

    def __init__(self, spec: BodySpec, now: datetime, number: int = 0, library: Library | None = None) -> None:
        super().__init__(spec, script_engine=_NO_SCRIPTS, deserializing=True)
        self.now = now
        self.library = library or NoLibrary()
        self.number = self.number_before = number  # of the last token, now and at the start of the step
        self.steps = 0
        self.begun = time.thread_time()
        self.queue: deque[Token] = deque()
        self.emptied: deque[Level] = deque()
        self.joining: dict[Level, None] = {}  # levels in which tokens wait at inclusive gateways
        self.events: list[outcomes.Happened] = []
        self.opened: dict[int, outcomes.Opened] = {}
        self.closed: list[outcomes.Closed] = []
        self.timers: dict[int, outcomes.Timer] = {}
        self.subscriptions: dict[int, outcomes.Subscription] = {}
        self.services: dict[int, outcomes.Service] = {}
        self.ended: list[int] = []
        self.thrown: list[outcomes.Thrown] = []
        self.changed: dict[tuple[int, str], tuple[Scope, object]] = {}
        self.stored: dict[int, Row] = {}  # levels that were not needed so far, by their host
        self.where: dict[int, int] = {}  # the host of the level that each stored token is in
        self.open(self, None, Scope(0), isolated=True)

    def next_number(self) -> int:
        """Number a new token."""
        self.number += 1
        return self.number

    def happened(self, kind: outcomes.Kind, element: str, token: int) -> None:
        """Note for history what happened."""
        self.events.append(outcomes.Happened(kind, element, token))

    def levels(self) -> list[Level]:
        """Give the instance itself and what runs inside it, outer before inner; not what is still stored."""
        return [self, *self.subprocesses.values()]

    def inside(self, token: Token) -> "Inner | None":
        """Give the level that runs inside a token."""
        row = self.stored.pop(token.id, None)
        if row is not None:
            definition = row[4] if len(row) > _PLAIN_ROW else None
            Inner(self.body(token.task_spec, row), token, None, isolated=False, definition=definition).lay(row)
        return self.subprocesses.get(token.id)

    def body(self, node: FlowNode, row: Row) -> BodySpec:
        """Give what runs inside a node, whose level was stored as ``row``."""
        body: BodySpec = self.library.spec(row[4]).main if len(row) > _PLAIN_ROW else node.inner
        return body

    def token(self, number: int) -> Token | None:
        """Find an unfinished token."""
        for level in self.levels():
            found = level.alive.get(number) or level.listening.get(number)
            if found is not None:
                return found
        if number not in self.where:
            return None
        path = [number]
        while (host := self.where[path[-1]]) != 0:
            path.append(host)
        around: Level | None = self
        for step in reversed(path):
            if around is None:
                return None
            around.wake(step)
            found = around.tasks[step]
            around = self.inside(found)
        return found

    def wake_all(self) -> None:
        """Bring back all that is stored."""
        todo = self.levels()
        while todo:
            level = todo.pop()
            level.wake()
            hosts = [token for token in level.alive.values() if token.id in self.stored]
            todo += [inner for host in hosts if (inner := self.inside(host)) is not None]

    def pack(self, *, prune: bool) -> Row:
        """Give the instance as JSON; raise StateTooLarge where it has too many tokens."""
        rows = [*(level.row(prune=prune) for level in self.levels()), *self.stored.values()]
        rows.sort(key=itemgetter(0))
        tokens = sum(len(row[1]) for row in rows)
        if tokens > MAXIMUM_TOKENS:
            raise errors.StateTooLarge(size=f"{tokens} tokens", limit=f"{MAXIMUM_TOKENS} tokens")
        return [self.number, self.completed, rows]

    @classmethod
    def unpack(cls, spec: BodySpec, packed: Row, now: datetime, library: Library | None = None) -> "Instance":
        """Take over what ``pack`` gave. Raises NodeGone where a token is at a node that the definition lacks."""
        number, completed, rows = packed
        instance = cls(spec, now, number, library)
        instance.completed = completed
        instance.stored = {row[0]: row for row in rows}
        bodies = {0: spec}
        for host, tokens, *_ in sorted(rows, key=itemgetter(0)):
            nodes = bodies[host].task_specs
            for token in tokens:
                node = nodes.get(token[1])
                if node is None or token[1] == ROOT:
                    raise errors.NodeGone(node=token[1])
                instance.where[token[0]] = host
                if token[0] in instance.stored:
                    bodies[token[0]] = instance.body(node, instance.stored[token[0]])
        instance.lay(instance.stored.pop(0))
        return instance

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
                return

    def count(self, steps: int) -> None:
        """Count work; raise StepLimit where it is too much for one call."""
        self.steps += steps
        if self.steps > MAXIMUM_STEPS:
            raise errors.StepLimit(limit=MAXIMUM_STEPS)

    def check_time(self) -> None:
        """Raise StepTooLong where the step has computed for too long; it is not the hour that counts but the work."""
        if time.thread_time() - self.begun > MAXIMUM_SECONDS:
            raise errors.StepTooLong(limit=MAXIMUM_SECONDS)

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
            if level.empty and not level.completed:
                level.end()
                return True
        return False


class Inner(Level, BpmnSubWorkflow):  # type: ignore[misc]
    """A sub-process or called process that runs inside an instance, on behalf of its ``host``."""

    def __init__(
        self, spec: BodySpec, host: Token, scope: Scope | None, *, isolated: bool, definition: str | None = None
    ) -> None:
        self.host = host
        self.definition = definition
        super().__init__(spec, host.id, host.instance, deserializing=True)
        self.open(host.instance, host, scope, isolated=isolated)
        host.instance.subprocesses[host.id] = self

    def _calculate_depth(self) -> int:
        return self.host.workflow.depth + 1 if self.host is not None else 0


def enter(host: Token, spec: BodySpec, scope: Scope | None = None, definition: str | None = None) -> Inner:
    """Open a level inside a token. With a ``scope`` nothing else is seen in it, as in a called process.

    ``definition`` is the id of the called definition where only the call chose its version.
    """
    host._set_state(STARTED)
    if scope is not None:
        return Inner(spec, host, scope, isolated=True, definition=definition)
    return Inner(spec, host, Scope(host.id, dict.fromkeys(spec.data)) if spec.data else None, isolated=False)


_NO_SCRIPTS = _NoScripts()
