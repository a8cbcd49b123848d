"""Errors of what happens by itself: messages and signals, jobs, connectors."""

from engine.errors.branches import Conflict, InputError, LajurError, NotFound

# Messages and jobs -----------------------------------------------------------------------------------------------------


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
