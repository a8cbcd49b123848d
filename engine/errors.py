"""Everything Lajur can refuse or fail at, as one tree.

A class's docstring is its message: the first paragraph is the template, in English, and ``{places}`` in it are filled from
the keyword arguments that the error is raised with. The web translates the template (:meth:`LajurError.template`) and fills
it with ``place``, so a new error is one class here and nothing else. What follows the first paragraph is for developers.
Each branch has one HTTP status (webui) and one exit code (command line).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol


class _Place(dict[str, object]):
    """A mapping for ``str.format_map`` in which a place that nobody filled reads ``?``: a message must never fail."""

    def __missing__(self, key: str) -> str:
        return "?"


class LajurError(Exception):
    """Lajur could not do this.

    ``place`` holds the keyword arguments: they fill the template and tell the caller what it was about.
    """

    def __init__(self, **place: object) -> None:
        super().__init__()
        self.place = place

    @classmethod
    def template(cls) -> str:
        """Give the message with its ``{places}`` unfilled: the message id of the catalogues."""
        return " ".join((cls.__doc__ or cls.__name__).strip().partition("\n\n")[0].split())

    def __str__(self) -> str:
        return self.template().format_map(_Place(self.place))


# The branches --------------------------------------------------------------------------------------------------------


class InputError(LajurError):
    """This input is not valid: {reason}

    Something from outside is wrong and can be put right there (HTTP 422).
    """


class PageUnknown(InputError):
    """There is no such page of this list; begin again at its first page."""


class ValueUnstorable(InputError):
    """A value cannot be stored: a number is too large, or a text holds a character that is none."""


class NotFound(LajurError):
    """{kind} {key} does not exist.

    HTTP 404. ``kind`` is what was looked for ("Task"), ``key`` how.
    """


class Forbidden(LajurError):
    """You may not do this: {reason}

    HTTP 403.
    """


class Conflict(LajurError):
    """Somebody else was quicker: {reason}

    The request was valid but the world has moved on; reload and decide again (HTTP 409).
    """


class StorageError(LajurError):
    """The database cannot be used: {reason}

    Nothing was stored (HTTP 503).
    """


class ExecutionError(LajurError):
    """The process cannot go on: {reason}

    A running instance met something that its diagram does not provide for. The stored state is unchanged.
    """


class MessageNameInvalid(InputError):
    """The name of a message or signal has 1 to {longest} characters that can be seen."""


class MessageTooLarge(InputError):
    """The message holds {size} characters of data, more than {limit}."""


class MessageInvalid(InputError):
    """The message cannot be read: {reason}"""


class PayloadRefused(InputError):
    """The value {name} of the message cannot be kept: {reason}"""


class KeepInvalid(InputError):
    """A message is kept for a time such as P7D or PT12H, at most {limit} days."""


class IdempotencyInvalid(InputError):
    """An idempotency key has 1 to {longest} characters that can be seen."""


class IdempotencyReused(InputError):
    """Something else was already sent with this idempotency key."""


class MessageUnwanted(Conflict):
    """Nobody waits for the message {name}, and it is not kept."""


class MessageAmbiguous(Conflict):
    """Several cases wait for the message {name}; say which one by its key."""


class JobGone(Conflict):
    """This job has not failed, or it was done or withdrawn meanwhile."""


class ConfigurationError(InputError):
    """The setting {name} is not valid: {reason}"""


class NotBuilt(LajurError):
    """This checkout lacks {file}, which is built from sources; run: make demo"""


# Conflicts -----------------------------------------------------------------------------------------------------------


class TaskTaken(Conflict):
    """This task was already taken by {assignee}."""


class TaskClosed(Conflict):
    """This task is already finished or was withdrawn."""


class InstanceChanged(Conflict):
    """This case changed meanwhile; reload the page and try again."""


class InstanceClosed(Conflict):
    """This case is already finished or was cancelled."""


class InstanceSuspended(Conflict):
    """This case is suspended; it goes on when somebody resumes it."""


class InstanceActive(Conflict):
    """This case is not suspended."""


class UsernameTaken(Conflict):
    """The username {username} is taken."""


class DefinitionRetired(Conflict):
    """The SOP {key} was withdrawn; new cases cannot be started."""


# Not allowed ---------------------------------------------------------------------------------------------------------


class StartForbidden(Forbidden):
    """Only these groups start cases of this SOP: {groups}."""


class InstanceForbidden(Forbidden):
    """You have no part in this case."""


class TaskForbidden(Forbidden):
    """This task is for another group: {group}."""


class RoleNeeded(Forbidden):
    """This needs the role {role}."""


# Who -----------------------------------------------------------------------------------------------------------------


class UsernameInvalid(InputError):
    """The username {username} is not valid: it has 1 to 64 small letters, figures, dots, hyphens or underscores."""


class NameInvalid(InputError):
    """A person's name has 1 to {longest} characters."""


class TokenInvalid(LajurError):
    """This needs a valid token of a system that may send messages.

    HTTP 401.
    """


class TokenNameInvalid(InputError):
    """A token's name has 1 to {longest} letters, figures, blanks, dots, hyphens or underscores."""


class TokenNameTaken(Conflict):
    """There is a valid token {name} already; revoke it first."""


class TokenEnded(InputError):
    """A token cannot end in the past."""


class BusinessKeyInvalid(InputError):
    """A case number has 1 to {longest} characters that can be seen.

    The business key; the web calls it so.
    """


class PasswordWeak(InputError):
    """The password must have at least {length} characters, letters and figures, and not contain the username."""


# Storage -------------------------------------------------------------------------------------------------------------


class DatabaseBusy(StorageError):
    """The database is busy; try again in a moment."""


class DatabaseGone(StorageError):
    """The database cannot be reached: {reason}"""


class SchemaOutdated(StorageError):
    """The database has schema {found}, this version of Lajur needs {wanted}; run: lajur db upgrade"""


class SchemaNewer(SchemaOutdated):
    """The database has schema {found}, newer than {wanted}, which this Lajur knows; run: pip install --upgrade lajur"""


# Execution -----------------------------------------------------------------------------------------------------------


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


# Connectors ----------------------------------------------------------------------------------------------------------


class ConnectorUnknown(NotFound):
    """There is no connector {name}; there are: {known}."""


class ConnectorBroken(ConnectorUnknown):
    """The connector {name} of the package {package} cannot be used: {reason}"""


class ConnectorFailed(LajurError):
    """The connector {connector} failed: {reason}

    Another try may succeed: nothing answered, or what answered was busy.
    """


class ConnectorSlow(ConnectorFailed):
    """{host} gave no answer within {seconds} seconds."""


class MailDeferred(ConnectorFailed):
    """The mail server takes no mail now; it answered {code}: {reply}"""


class HostBusy(ConnectorFailed):
    """{host} cannot do this now; it answered {status}."""


class ConnectorRefused(ConnectorFailed):
    """The connector {connector} cannot do this: {reason}

    No other try helps until a person changes something.
    """


class ConnectorInputInvalid(ConnectorRefused):
    """The input {name} of the connector {connector} is not valid: {reason}"""


class ConnectorInputTooLarge(ConnectorInputInvalid):
    """The input {name} of the connector {connector} has {found} {unit}, more than {limit}.

    ``unit`` is ``characters``, ``bytes``, ``entries`` or ``recipients``.
    """


class AddressInvalid(ConnectorInputInvalid):
    """The input {name} of the connector {connector} names {address}, which is no e-mail address."""


class MailServerUnset(ConnectorRefused):
    """No mail server is set: an administrator sets LAJUR_SMTP and LAJUR_MAIL_FROM, then this can be tried again."""


class MailRefused(ConnectorRefused):
    """The mail server refuses this mail; it answered {code}: {reply}"""


class RecipientRefused(MailRefused):
    """The mail server refuses the recipient {address}, so nobody got this mail; it answered {code}: {reply}"""


class HostNotAllowed(ConnectorRefused):
    """{host} may not be called: an administrator can add it to LAJUR_HTTP_HOSTS, then this can be tried again."""


class HostRefuses(ConnectorRefused):
    """{host} refuses this; it answered {status}."""


class HostMoved(ConnectorRefused):
    """{host} answered {status} and sends on to {target}; redirects are not followed, so the diagram must name the new address."""


class AnswerUnusable(ConnectorRefused):
    """The answer of {host} cannot be kept: {reason}"""


class ConnectorSaid(LajurError):
    """The connector {connector} answered with the error {code}: {message}

    An answer that the diagram provides for; it becomes a BPMN error with this code.
    """


# Expressions, diagrams, forms ----------------------------------------------------------------------------------------


class ExpressionError(InputError):
    """The expression "{expression}" is wrong at position {position}: {reason}

    ``position`` is the 0-based offset in the expression, ``None`` where the error is not at one place.
    """


class ExpressionLimit(ExpressionError):
    """The expression "{expression}" needs too much time or memory."""


class DiagramUnreadable(InputError):
    """The diagram cannot be read: {reason} (line {line})

    ``line`` is 1-based, 0 where none is known.
    """


class Problem(Protocol):
    """What an error needs to know of a finding of :mod:`engine.diagrams.checking`."""

    @property
    def severity(self) -> str:
        """Give ``error``, ``warning`` or ``info``."""

    @property
    def code(self) -> str:
        """Give the stable name of the rule."""

    @property
    def message(self) -> str:
        """Give the sentence for people."""

    @property
    def element(self) -> str | None:
        """Give the id of the element, if it is about one."""

    @property
    def line(self) -> int:
        """Give the 1-based line, 0 where unknown."""

    @property
    def hint(self) -> str:
        """Give the way out."""

    @property
    def template(self) -> str:
        """Give the message before its places were filled."""

    @property
    def hint_template(self) -> str:
        """Give the hint before its places were filled."""

    @property
    def place(self) -> Mapping[str, object]:
        """Give what fills the places."""


class DiagramRefused(InputError):
    """{name} cannot be deployed: {count} error(s), the first is: {first}

    ``findings`` holds every finding, those that are no errors too. ``name`` is the file's.
    """

    def __init__(self, findings: Iterable[Problem] = (), **place: object) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        super().__init__(**{"count": len(errors), "first": errors[0].message if errors else "", **place})


class FormUnreadable(InputError):
    """The form {key} cannot be read: {reason} (at {path})"""


class Answer(Protocol):
    """What an error needs to know of a message of :mod:`engine.forms.validation`."""

    @property
    def id(self) -> str:
        """Give the English message id, with ``{places}``."""

    @property
    def params(self) -> Mapping[str, object]:
        """Give what fills the places."""


class FormInvalid(InputError):
    """Some answers are missing or not valid: {fields}

    ``errors`` maps each field's path to its messages.
    """

    def __init__(self, errors: Mapping[str, Sequence[Answer]] | None = None, **place: object) -> None:
        self.errors = {path: list(messages) for path, messages in (errors or {}).items()}
        super().__init__(**{"fields": ", ".join(self.errors), **place})
