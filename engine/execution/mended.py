"""SpiffWorkflow's tasks and task specs, mended: the habits that BPMN does not share are overridden.

The library's life cycle stays: a task is made, updated (``_update_hook``), becomes ready, runs (``_run_hook``) and completes
(``_on_complete_hook``), and its children are what comes after it. What differs:

- a task is a token: it has a small number, it knows the flow it came by, and it is made when that flow is taken (nothing is
  predicted);
- it stands in a queue when it is ready and in a dict while it is unfinished, so no tree is ever walked, however deep;
- task data stays empty: :mod:`engine.execution.variables` holds the variables.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine import errors
from engine.diagrams import model
from engine.execution.variables import Expression, Scope, find

if TYPE_CHECKING:
    from engine.execution.instances import Inner, Instance, Level

MAYBE: int = TaskState.MAYBE
WAITING: int = TaskState.WAITING
READY: int = TaskState.READY
STARTED: int = TaskState.STARTED
COMPLETED: int = TaskState.COMPLETED
CANCELLED: int = TaskState.CANCELLED
FUTURE: int = TaskState.FUTURE
DEFINITE: int = TaskState.DEFINITE_MASK  # unfinished, and more than MAYBE
FINISHED: int = TaskState.FINISHED_MASK

ROOT = " root"  # no XML id holds a space, so no node of a diagram can be called this


class Flow:
    """A sequence flow: where it leads, and on which condition."""

    __slots__ = ("condition", "id", "target")

    def __init__(self, ident: str, target: "FlowNode", condition: Expression | None) -> None:
        self.id = ident
        self.target = target
        self.condition = condition


class FlowNode(BpmnTaskSpec):  # type: ignore[misc]  # the library has no types
    """A flow node (BPMN 2.0.2, 8.4.9). ``flows`` leave it; ``exits`` also count those of its ``boundaries``."""

    name: str
    boundaries: tuple[Any, ...] = ()
    transaction = False
    gathers = False  # tokens wait here for each other

    def __init__(self, body: "BodySpec", node: model.Node, name: str | None = None) -> None:
        super().__init__(body, name or node.id, lane=node.lane)
        self.node = self.bpmn_id = node.id
        self.bpmn_name = node.name
        self.flows: tuple[Flow, ...] = ()
        self.default: Flow | None = None
        self.conditional = False
        self.exits: tuple[str, ...] = ()

    def leave_by(self, flows: tuple[Flow, ...], default: str | None) -> None:
        """Set the outgoing sequence flows; called once, when all nodes of the body exist."""
        self.flows = flows
        self.exits = tuple(flow.id for flow in flows)
        self.default = next((flow for flow in flows if flow.id == default), None)
        self.conditional = any(flow.condition for flow in flows)
        for flow in flows:
            self.connect(flow.target)

    def _predict(self, my_task: Any, seen: Any = None, looked_ahead: Any = 0, mask: Any = None) -> None:  # noqa: ANN401 the library's signature
        """Predict nothing: tokens are made for flows that are taken."""

    def test(self) -> None:
        """Accept nodes without flows: the diagram's check judges them."""

    def _update_hook(self, token: "Token") -> bool:
        """A token has come: it may go on at once. Overridden by what waits."""
        token.instance.happened("entered", self.node, token.id)
        return True

    def _on_ready_hook(self, token: "Token") -> None:
        """Announce nothing: nobody listens to the specs' own events."""

    def _run_hook(self, token: "Token") -> bool | None:
        """Do the node's work. True: done; None: the work goes on inside."""
        return True

    def _on_complete_hook(self, token: "Token") -> None:
        self.leave(token)

    def _on_cancel(self, token: "Token") -> None:
        """Note it, unless the token only listened; called while the token still has its state."""
        if token._state != MAYBE:
            token.instance.happened("cancelled", self.node, token.id)

    def _on_error_hook(self, token: "Token") -> None:
        """The error itself is raised to the caller, who throws this copy of the instance away."""

    def whole(self, token: "Token") -> "Token":
        """Give the token that stands for the node as a whole: for one instance of a loop, the loop's."""
        return token

    def ended_inside(self, token: "Token", level: "Inner") -> None:
        """Take over what the work inside leaves behind: for most nodes nothing."""

    def leave(self, token: "Token") -> None:
        """Put a token on each flow that is taken (BPMN 2.0.2, 13.2.1: no flow ends the token)."""
        token.instance.happened("left", self.node, token.id)
        for flow in self.taken(token):
            token.take(flow)

    def taken(self, token: "Token") -> tuple[Flow, ...]:
        """Choose the flows as every node but some gateways does it (8.4.13): all true ones and all without condition.

        The default flow is taken where no other is. Raises NoFlowTaken.
        """
        if not self.conditional:
            return self.flows
        taken = tuple(flow for flow in self.flows if flow is not self.default and token.holds(flow.condition))
        if taken:
            return taken
        if self.default is None:
            raise errors.NoFlowTaken(node=self.node)
        return (self.default,)


class _Root(BpmnTaskSpec):  # type: ignore[misc]
    """What a level's first tokens hang from; it never runs."""


class BodySpec(BpmnProcessSpec):  # type: ignore[misc]
    """A process or sub-process. ``starts`` are the nodes that it begins at when nothing says otherwise."""

    task_specs: dict[str, FlowNode]

    def __init__(self, name: str, data: tuple[str, ...] = ()) -> None:
        super().__init__(name)
        self.task_specs.clear()  # the library's own Start and End would take the place of the diagram's
        self.start = _Root(self, ROOT)
        self.end = None
        self.data = data
        self.nodes: tuple[FlowNode, ...] = ()
        self.joins: tuple[Any, ...] = ()  # its inclusive gateways
        self.flows: dict[str, Flow] = {}
        self.starts: tuple[FlowNode, ...] = ()
        self.event_sub_processes: tuple[Any, ...] = ()


class Token(Task):  # type: ignore[misc]
    """A token at a node.

    It is ``MAYBE`` while it only listens for something that may happen to another (a boundary event, one of an event-based
    gateway's events, the start of an event sub-process); then it keeps nothing from completing.
    """

    id: int
    workflow: "Level"
    task_spec: FlowNode
    data = internal_data = MappingProxyType[str, object]({})  # never written: see scope and memory
    triggered = False
    thread_id = 0
    last_state_change = 0.0

    def __init__(  # the library's makes a UUID and asks the clock for every task
        self,
        level: "Level",
        spec: FlowNode,
        parent: "Token | None" = None,
        state: int = FUTURE,
        ident: int | None = None,
        flow: Flow | None = None,
    ) -> None:
        self.id = level.instance.next_number() if ident is None else ident
        self.workflow = level
        self.task_spec = spec
        self.flow = flow
        self.scope: Scope | None = None  # variables of its own, such as the item of a multi-instance
        self.memory: Scope | None = None  # what its node has to remember; nobody else sees it
        self._parent: int | None = None
        self._children: list[int] = []
        self._state = state
        if parent is not None:
            self._parent = parent.id
            parent._children.append(self.id)
        level.tasks[self.id] = self
        if state == MAYBE:
            level.listening[self.id] = self
        elif not state & FINISHED:
            level.alive[self.id] = self

    @property
    def instance(self) -> "Instance":
        """The instance that the token is in."""
        return self.workflow.instance

    def take(self, flow: Flow) -> None:
        """Put a new token on the flow; the life cycle brings it to the flow's target."""
        self.instance.happened("taken", flow.id, self.id)
        Token(self.workflow, flow.target, self, FUTURE, flow=flow)

    def _set_state(self, value: int) -> None:
        """Change the state, unless the token is finished; the library's version logs every change."""
        if self._state & FINISHED:
            return
        self._state = value
        level = self.workflow
        if value & FINISHED:
            level.listening.pop(self.id, None)
            if level.alive.pop(self.id, None) and not level.alive:
                level.instance.emptied.append(level)
        elif value == READY and not self.task_spec.manual:
            level.instance.queue.append(self)

    def complete(self) -> None:
        """Complete the token, unless running it has cancelled it."""
        if not self._state & FINISHED:
            super().complete()

    def cancel(self) -> None:
        """Cancel the token with all that goes on inside it and waits beside it, without recursion."""
        todo = [self]
        while todo:
            token = todo.pop()
            if token._state & FINISHED:
                continue
            level = token.workflow
            if token._state == STARTED:
                level.wake()
            token.task_spec._on_cancel(token)
            token._set_state(CANCELLED)
            inner = level.instance.inside(token)
            if inner is not None:
                todo += reversed(inner.abandon())
            todo += reversed(token.beside())

    def cancel_beside(self) -> None:
        """Cancel what goes on for this token: its listeners, or the instances of its loop."""
        if self._state == STARTED:
            self.workflow.wake()
        for child in self.beside():
            child.cancel()

    def beside(self) -> "list[Token]":
        """Give the unfinished children, in order of opening. While a token is unfinished, no others follow it."""
        level = self.workflow
        found = (level.alive.get(child) or level.listening.get(child) for child in sorted(self._children))
        return [child for child in found if child is not None]

    def scopes(self) -> Iterator[Scope]:
        """Give the scopes that the token sees, from the nearest on."""
        token: Token | None = self
        while token is not None:
            if token.scope is not None:
                yield token.scope
            level = token.workflow
            if level.scope is not None:
                yield level.scope
            token = None if level.isolated else level.host

    def evaluate(self, expression: Expression, extra: Mapping[str, object] | None = None) -> object:
        """Evaluate an expression over the variables that the token sees; ``extra`` goes before them."""
        instance = self.workflow.instance
        instance.check_time()
        return expression.evaluate(self.scopes(), instance.now, extra)

    def holds(self, condition: Expression | None, extra: Mapping[str, object] | None = None) -> bool:
        """Tell whether a condition is true; where there is none, it is."""
        if condition is None:
            return True
        instance = self.workflow.instance
        instance.check_time()
        return condition.holds(self.scopes(), instance.now, extra)

    def write(self, name: str, value: object) -> None:
        """Write a variable to the nearest scope that has it, else to the outermost that the token sees."""
        scope = find(self.scopes(), name)
        if scope is None:
            *_, scope = self.scopes()
        instance = self.instance
        instance.changed.setdefault((scope.owner, name), (scope, scope.values.get(name)))
        scope.put(name, value)
