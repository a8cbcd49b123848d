"""Gateways (BPMN 2.0.2, 10.6 and 13.4).

Tokens that wait at a join are counted per incoming flow, and nothing else is looked at: not what ran before, not how the
tokens came about.
"""

from engine import errors
from engine.execution.instances import Level
from engine.execution.mended import COMPLETED, WAITING, Flow, FlowNode, Token


class ExclusiveGateway(FlowNode):
    """Passes every token on by the first flow whose condition is true, else by the default flow (13.4.2)."""

    def taken(self, token: Token) -> tuple[Flow, ...]:
        """Choose one flow, in the diagram's order; a flow without condition is always true."""
        for flow in self.flows:
            if flow is not self.default and token.holds(flow.condition):
                return (flow,)
        if self.default is not None:
            return (self.default,)
        if not self.flows:
            return ()
        raise errors.NoFlowTaken(node=self.node)


class Join(FlowNode):
    """A gateway at which tokens wait for each other. ``incoming`` are the ids of the flows that lead to it."""

    gathers = True
    incoming: tuple[str, ...] = ()

    def fire(self, level: Level) -> bool:
        """Go on with one token from each flow that has any, if those that wait here on this level may."""
        arrived = level.arrived[self]
        if not self.may_fire(level, arrived):
            return False
        first, *others = [tokens.pop(0) for tokens in arrived.values()]
        for other in others:
            other._set_state(COMPLETED)
        level.arrived[self] = {flow: tokens for flow, tokens in arrived.items() if tokens}
        first.instance.happened("entered", self.node, first.id)
        first._ready()
        return True

    def may_fire(self, level: Level, arrived: dict[str, list[Token]]) -> bool:
        """Tell whether there is a token on every incoming flow; ``arrived`` has no empty lists."""
        return len(arrived) == len(self.incoming)

    def wait(self, token: Token) -> None:
        """Have the token wait on its flow; also after the instance was read from its stored state."""
        token._set_state(WAITING)
        arrived = token.workflow.arrived.setdefault(self, {})
        arrived.setdefault(token.flow.id if token.flow else "", []).append(token)

    def _update_hook(self, token: Token) -> bool:
        if len(self.incoming) <= 1:
            return super()._update_hook(token)
        self.wait(token)
        self.arrive(token.workflow)
        return False

    def arrive(self, level: Level) -> None:
        """See what a token that has just come makes possible."""
        self.fire(level)

    def _on_cancel(self, token: Token) -> None:
        arrived = token.workflow.arrived.get(self, {})
        flow = token.flow.id if token.flow else ""
        if token in arrived.get(flow, ()):
            arrived[flow].remove(token)
            if not arrived[flow]:
                del arrived[flow]


class ParallelGateway(Join):
    """Waits for a token on each incoming flow, keeps excess ones, and leaves by all flows (13.4.1)."""

    def taken(self, token: Token) -> tuple[Flow, ...]:
        """Leave by every flow; conditions are not looked at."""
        return self.flows


class InclusiveGateway(Join):
    """Waits while a token elsewhere could still arrive on a flow that has none yet, and leaves as a task does (13.4.3).

    It is looked at when nothing else moves on its level, so every token is at a node then.
    """

    _ahead: dict[str, int] | None = None

    def wait(self, token: Token) -> None:
        """Have the token wait on its flow, and the gateway looked at when the step has settled."""
        super().wait(token)
        token.instance.joining[token.workflow] = None

    def arrive(self, level: Level) -> None:
        """Leave it to the instance, which looks when nothing else moves."""

    def may_fire(self, level: Level, arrived: dict[str, list[Token]]) -> bool:
        """Tell whether no token elsewhere has a path to an empty incoming flow without one to a flow that has a token."""
        full = sum(1 << number for number, flow in enumerate(self.incoming) if flow in arrived)
        empty = (1 << len(self.incoming)) - 1 - full
        if not empty:
            return True
        if self._ahead is None:
            self._ahead = self._look_ahead()
        level.wake()
        for node in {token.task_spec for token in level.alive.values()} - {self}:
            reached = 0
            for flow in node.exits:
                reached |= self._ahead.get(flow, 0)
            if reached & empty and not reached & full:
                return False
        return True

    def _look_ahead(self) -> dict[str, int]:
        """Map each flow of the body to the incoming flows that its paths end at, as bits; no path passes this gateway."""
        leading: dict[str, list[str]] = {}  # flow -> flows that lead up to the node it leaves
        ending: dict[str, list[str]] = {}
        for flow in self._wf_spec.flows.values():
            ending.setdefault(flow.target.node, []).append(flow.id)
        for node in self._wf_spec.nodes:
            for leaving in node.exits if node is not self else ():
                leading.setdefault(leaving, []).extend(ending.get(node.node, ()))
        ahead: dict[str, int] = {}
        for number, incoming in enumerate(self.incoming):
            todo = [incoming]
            while todo:
                flow_id = todo.pop()
                if not ahead.get(flow_id, 0) >> number & 1:
                    ahead[flow_id] = ahead.get(flow_id, 0) | 1 << number
                    todo += leading.get(flow_id, ())
        return ahead
