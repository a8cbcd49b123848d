"""Errors of running a process."""

from engine.errors.branches import ExecutionError, InputError


class NoFlowTaken(ExecutionError):
    """No way out of {node} applies: every condition is false and there is no default flow."""


class StepLimit(ExecutionError):
    """The process took more than {limit} steps without reaching a person or an end; it probably loops forever."""


class StepTooLong(ExecutionError):
    """The process computed for more than {limit} seconds without reaching a person or an end."""


class TokenGone(ExecutionError):
    """The step {token} is not open in this case."""


class NodeGone(ExecutionError):
    """This case is at {node}, which this version of the process does not have."""


class NobodyWaits(ExecutionError):
    """This case does not wait for the {kind} {name}."""


class NoStart(ExecutionError):
    """The process has no start event of this kind: {kind} {name}"""


class ErrorUncaught(ExecutionError):
    """The error {code} that {node} throws is caught nowhere."""


class FailureUncaught(ErrorUncaught):
    """{node} failed with {code}, which is caught nowhere: {message}"""


class ConditionNotBoolean(ExecutionError):
    """The condition of {element} gives neither true nor false but a {kind}: {expression}"""


class ItemsRefused(ExecutionError):
    """{node} cannot be done once per item: {expression} gives {found}, which is no list."""


class CountRefused(ItemsRefused):
    """{node} cannot be done several times: {expression} gives {found}, which is no count."""


class TooManyItems(ItemsRefused):
    """{node} cannot be done {count} times at once; at most {limit} are possible."""


class TimerRefused(ExecutionError):
    """The timer of {element} tells no time: {reason}"""


class VariableRefused(ExecutionError):
    """The variable {name} cannot be kept: {reason}"""


class StateTooLarge(ExecutionError):
    """This case would hold {size}, more than {limit}."""


class StateUnreadable(ExecutionError):
    """The stored state of this case cannot be read: {reason}"""


class NotExecutable(InputError):
    """{element} cannot be run: {reason}

    The check before a deployment finds these too; this is what compiling a definition that was never checked raises.
    """
