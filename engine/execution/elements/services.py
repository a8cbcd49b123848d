"""Service tasks (BPMN 2.0.2, 10.3.3 and 13.3.3): a token waits while the connector that the task names does the work.

The caller makes a job of each :class:`engine.execution.outcomes.Service`, asks for the inputs, calls the connector outside any
transaction, and goes on with what it gave.
"""

from collections.abc import Mapping

from engine.diagrams.retries import Retry
from engine.execution import outcomes
from engine.execution.elements.activities import Activity
from engine.execution.mended import WAITING, Token
from engine.execution.variables import Expression, Scope


class ServiceTask(Activity):
    """A task that its connector does. ``inputs`` and ``outputs`` are expressions by the name that gets their value."""

    connector: str
    retry: Retry | None = None
    inputs: tuple[tuple[str, Expression], ...] = ()
    outputs: tuple[tuple[str, Expression], ...] = ()

    def given(self, token: Token) -> dict[str, object]:
        """Give what the connector is called with, by name."""
        return {name: token.evaluate(expression) for name, expression in self.inputs}

    def resume(self, token: Token, outputs: Mapping[str, object]) -> None:
        """Go on: write what each output expression makes of the connector's outputs, which hide variables of their names."""
        extra = Scope(token.id, outputs).values
        for name, value in [(name, token.evaluate(expression, extra)) for name, expression in self.outputs]:
            token.write(name, value)
        self._stop(token)
        token._ready()

    def _update_hook(self, token: Token) -> bool:
        super()._update_hook(token)
        token._set_state(WAITING)
        token.instance.services[token.id] = outcomes.Service(token.id, self.node, self.connector, self.retry)
        return False

    def _on_cancel(self, token: Token) -> None:
        super()._on_cancel(token)
        if token._state == WAITING:
            self._stop(token)

    @staticmethod
    def _stop(token: Token) -> None:
        instance = token.instance
        instance.services.pop(token.id, None)
        if token.id <= instance.number_before:
            instance.ended.append(token.id)
