"""The connector ``mail``: one plain message by SMTP to all its recipients, or to none.

The server is an installation's (:func:`engine.endpoints.mail_server`), never a diagram's. One refused recipient refuses the
message before its text is sent, so that no try leaves it half done. Every try of one job bears the same Message-ID, by which
mail servers and programs drop what they have already.
"""

import binascii
import hashlib
import io
import smtplib
import socket
import ssl
from collections.abc import Mapping
from contextlib import closing, suppress
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime

from engine import config, endpoints, errors
from engine.connectors import deadlines
from engine.connectors.arguments import Arguments

inputs: Mapping[str, bool] = {
    "to": True,
    "subject": True,
    "text": True,
    "cc": False,
    "bcc": False,
    "reply_to": False,
}
outputs = ("message_id", "recipients")

MOST_RECIPIENTS = 50
LONGEST_SUBJECT = 250
LONGEST_TEXT = 100_000
_LARGEST_REPLY = 64 * 1024  # bytes of one reply of the server
# Every byte that is sent is ASCII, whatever the server supports.
_POLICY = policy.SMTP.clone(cte_type="7bit")


def call(given: Mapping[str, object], *, key: str, settings: config.Settings) -> Mapping[str, object]:
    """Send one message; ``to``, ``cc`` and ``bcc`` are each an address, several with commas between, or a list.

    Gives ``message_id`` and the number of ``recipients``. Raises :class:`errors.ConnectorRefused` for inputs that are not
    valid, without a mail server and for replies 5yz, :class:`errors.ConnectorFailed` for replies 4yz (RFC 5321 4.2.1) and
    servers that do not speak SMTP.
    """
    arguments = Arguments("mail", given)
    server = settings.mail_server
    if server is None:
        raise errors.MailServerUnset(connector="mail")
    people = {name: _addresses(arguments, name) for name in ("to", "cc", "bcc")}
    if not people["to"]:
        raise arguments.invalid("to", "it must name at least one recipient")
    recipients = list(dict.fromkeys(address for named in people.values() for address in named))
    arguments.limit("to, cc, bcc", len(recipients), MOST_RECIPIENTS, "recipients")
    message = _message(arguments, server, people, key)
    _hand_over(server, recipients, message, settings.connector_seconds)
    return {"message_id": str(message["Message-ID"]), "recipients": len(recipients)}


def message_id(key: str, sender: str) -> str:
    """Give the Message-ID of the job with this key (RFC 5322 3.6.4)."""
    return f"<lajur.{hashlib.sha256(key.encode()).hexdigest()[:40]}@{sender.rpartition('@')[2]}>"


def _message(
    arguments: Arguments, server: endpoints.MailServer, people: Mapping[str, list[str]], key: str
) -> EmailMessage:
    message = EmailMessage(_POLICY)
    message["From"] = _named(server.sender_name, server.sender)
    message["To"] = [_named("", address) for address in people["to"]]
    if people["cc"]:
        message["Cc"] = [_named("", address) for address in people["cc"]]
    if reply_to := _addresses(arguments, "reply_to"):
        message["Reply-To"] = [_named("", address) for address in reply_to]
    message["Subject"] = arguments.line("subject", LONGEST_SUBJECT)
    message["Date"] = localtime()
    message["Message-ID"] = message_id(key, server.sender)
    message["X-Lajur-Key"] = key
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is to be answered
    message.set_content(arguments.text("text", LONGEST_TEXT))
    return message


def _named(name: str, address: str) -> Address:
    mailbox, _, domain = address.rpartition("@")
    return Address(name, mailbox, domain)


def _addresses(arguments: Arguments, name: str) -> list[str]:
    value = arguments.values.get(name)
    if value is None:
        return []
    listed = value if isinstance(value, list | tuple) else [value]
    given = [text for text in listed if isinstance(text, str)]
    if len(given) < len(listed):
        raise arguments.invalid(name, "it must be an e-mail address or a list of them")
    parts = [part.strip() for text in given for part in text.split(",") if part.strip()]
    arguments.limit(name, len(parts), MOST_RECIPIENTS, "recipients")
    return [_address(name, part) for part in parts]


def _address(name: str, text: str) -> str:
    try:
        return endpoints.mail_address(text)
    except ValueError:
        raise errors.AddressInvalid(connector="mail", name=name, address=deadlines.shown(text)) from None


# SMTP ----------------------------------------------------------------------------------------------------------------


class _Client(smtplib.SMTP):
    """An SMTP client that waits no longer than its deadline and reads no more than a reply can have."""

    def __init__(self, server: endpoints.MailServer, deadline: deadlines.Deadline) -> None:
        self._deadline = deadline
        self._own_address = ""
        self._tls = None if server.security == "none" else ssl.create_default_context()
        self._tls_at_once = self._tls if server.security == "tls" else None
        try:
            # smtplib would ask the DNS for a name of this machine, outside of the deadline; its address says as much.
            super().__init__(server.host, server.port, local_hostname="[127.0.0.1]", timeout=deadline.left())
            self.local_hostname = self._own_address or self.local_hostname
            if server.security == "starttls":
                self.starttls(context=self._tls)
            if server.username:
                self.login(server.username, server.password)
            self.ehlo_or_helo_if_needed()
        except BaseException:
            self.close()
            raise

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        del timeout
        connection = self._deadline.connect(host, port, self._tls_at_once)
        own = connection.getsockname()[0]
        self._own_address = f"[IPv6:{own}]" if ":" in own else f"[{own}]"  # RFC 5321 4.1.3
        return connection

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply of a limited size."""
        if self.file is None and self.sock:
            self.file = _Limited(self.sock.makefile("rb"))
        if self.file:
            self.file.left = _LARGEST_REPLY
        return super().getreply()


class _Limited:
    """A file of lines, of which one reply may take so many bytes."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self.left = 0

    def readline(self, size: int) -> bytes:
        """Read one line. Raises OSError where the reply is too large."""
        line = self._file.readline(size)
        self.left -= len(line)
        if self.left < 0 or len(line) >= size:
            raise OSError("its reply has no end")
        return line

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _hand_over(server: endpoints.MailServer, recipients: list[str], message: EmailMessage, seconds: float) -> None:
    """Speak SMTP until the server has taken the message over for every recipient."""
    with deadlines.within(seconds, connector="mail", host=server.host, failures=(binascii.Error,)) as deadline:
        try:
            with closing(_Client(server, deadline)) as client:
                _expect(client.mail(server.sender))
                for address in recipients:
                    _expect(client.rcpt(address), address)
                _expect(client.data(message.as_bytes()))
                # It is sent, however the farewell goes.
                with suppress(OSError):
                    client.quit()
        except smtplib.SMTPNotSupportedError as error:
            raise errors.ConnectorRefused(connector="mail", reason=str(error)) from None
        except smtplib.SMTPResponseException as error:
            _expect((error.smtp_code, error.smtp_error))
            raise


def _expect(reply: tuple[int, bytes | str], recipient: str = "") -> None:
    """Go on after a reply 2yz; raise what any other means, OSError where it is none."""
    code, text = reply
    if 200 <= code < 300:  # noqa: PLR2004
        return
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    place = {"connector": "mail", "code": code, "reply": deadlines.shown(said)}
    if 400 <= code < 500:  # noqa: PLR2004
        raise errors.MailDeferred(**place)
    if 500 <= code < 600:  # noqa: PLR2004
        raise errors.RecipientRefused(**place, address=recipient) if recipient else errors.MailRefused(**place)
    raise OSError("this is no reply of a mail server")
