"""Whom connectors may reach, as an installation writes it: the mail server and the hosts for HTTP; pure, nothing is connected to."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from engine import errors

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LONGEST_HOST, _LONGEST_MAILBOX, _LONGEST_ADDRESS = 253, 64, 254  # RFC 1035, RFC 5321 4.5.3.1
_LARGEST_PORT = 65535

Security = Literal["none", "starttls", "tls"]
_MAIL_PORTS: dict[Security, int] = {"none": 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, and as whom.

    ``security``: ``tls`` from the first byte, ``starttls``: never without it, ``none``: in the clear. ``sender`` is an
    address, ``sender_name`` may be empty; ``username`` is empty where nobody logs in.
    """

    host: str
    port: int
    security: Security
    sender: str
    sender_name: str = ""
    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """A host that service tasks may call, on one port; ``None``: on the scheme's own (80 for http, 443 for https).

    A name that begins with a dot means every subdomain, not the domain itself. Names are compared, not what they resolve
    to: who lists a name or an address of the office's own network allows it.
    """

    name: str
    port: int | None = None

    def admits(self, host: str, port: int, scheme_port: int) -> bool:
        """Tell whether this host, as :func:`hostname` gives it, may be called on this port."""
        named = host.endswith(self.name) if self.name.startswith(".") else host == self.name
        return named and port == (scheme_port if self.port is None else self.port)


def hostname(text: str) -> str:
    """Give a host in the one form in which hosts are compared: small letters, no last dot, shortest IPv6 without brackets.

    Raises ValueError for what is none; a name beyond ASCII is written as ``xn--...``.
    """
    if ":" in text:
        address = ipaddress.IPv6Address(text[1:-1] if text.startswith("[") and text.endswith("]") else text)
        if address.scope_id:
            raise ValueError("an address with a zone is no host")
        return address.compressed
    host = text.lower().removesuffix(".")
    if not (text.isascii() and len(host) <= _LONGEST_HOST and _HOST.fullmatch(host)):
        raise ValueError("this is no host")
    return host


def mail_address(text: str) -> str:
    """Give an e-mail address with its domain in small letters.

    Raises ValueError for what is none (RFC 5321 4.1.2; neither quoted mailboxes nor letters beyond ASCII are supported).
    """
    mailbox, at, domain = text.rpartition("@")
    if not (at and _MAILBOX.fullmatch(mailbox) and len(mailbox) <= _LONGEST_MAILBOX and len(text) <= _LONGEST_ADDRESS):
        raise ValueError("this is no e-mail address")
    return f"{mailbox}@{hostname(domain)}"


def allowed_hosts(text: str) -> tuple[AllowedHost, ...]:
    """Read LAJUR_HTTP_HOSTS: ``api.go.id, .boalemo.go.id, 10.1.2.3:8080, [fd00::1]:8080``.

    Raises :class:`errors.ConfigurationError`.
    """
    return tuple(_allowed_host(entry) for part in text.split(",") if (entry := part.strip()))


def _allowed_host(entry: str) -> AllowedHost:
    bare = entry.count(":") > 1 and not entry.startswith("[")  # an IPv6 address without a port
    name, colon, port = (entry, "", "") if bare or entry.endswith("]") else entry.rpartition(":")
    name = name if colon else entry
    dot = "." if name.startswith(".") else ""
    try:
        return AllowedHost(dot + hostname(name.removeprefix(dot)), _port(port) if colon else None)
    except ValueError:
        reason = f'"{entry}" is neither HOST nor HOST:PORT nor .DOMAIN, without https:// and paths'
        raise errors.ConfigurationError(name="LAJUR_HTTP_HOSTS", reason=reason) from None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= _LARGEST_PORT):
        raise ValueError("this is no port")
    return int(text)


def mail_server(smtp: str, mail_from: str) -> MailServer:
    """Read LAJUR_SMTP and LAJUR_MAIL_FROM.

    ``smtps://`` is TLS from the first byte (port 465 unless told), ``smtp://`` with ``?starttls`` changes to TLS before
    anything is said (587), without it all goes in the clear (25): a password may then go to this machine only. User and
    password are percent-encoded. Raises :class:`errors.ConfigurationError`, which never shows the password.
    """
    try:
        url = urlsplit(smtp)
        security = _security(url)
        host = hostname(url.hostname or "")
        port = _MAIL_PORTS[security] if url.port is None else _port(str(url.port))
    except ValueError:
        reason = (
            "it must be smtp://USER:PASSWORD@HOST:PORT, with ?starttls behind it, or smtps://USER:PASSWORD@HOST:PORT"
        )
        raise errors.ConfigurationError(name="LAJUR_SMTP", reason=reason) from None
    username, password = unquote(url.username or ""), unquote(url.password or "")
    if not (username + password).isascii():
        raise errors.ConfigurationError(name="LAJUR_SMTP", reason="user and password must be ASCII")
    if username and security == "none" and host not in {"localhost", "127.0.0.1", "::1"}:
        reason = "a password goes over TLS only: write smtps://... or put ?starttls behind it"
        raise errors.ConfigurationError(name="LAJUR_SMTP", reason=reason)
    name, _, address = mail_from.removesuffix(">").rpartition("<")
    try:
        sender = mail_address(address)
    except ValueError:
        reason = "with LAJUR_SMTP it must be ADDRESS or NAME <ADDRESS>"
        raise errors.ConfigurationError(name="LAJUR_MAIL_FROM", reason=reason) from None
    return MailServer(
        host=host,
        port=port,
        security=security,
        sender=sender,
        sender_name=" ".join(name.replace('"', " ").split()),
        username=username,
        password=password,
    )


def _security(url: SplitResult) -> Security:
    """Give how the connection is protected. Raises ValueError where the URL has parts that mean nothing."""
    if url.path.strip("/") or url.fragment:
        raise ValueError(url.path)
    match url.scheme, url.query:
        case "smtp", "":
            return "none"
        case "smtp", "starttls":
            return "starttls"
        case "smtps", "":
            return "tls"
    raise ValueError(url.scheme)
