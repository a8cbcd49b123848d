"""The connector ``http``: one request to a host that the installation allows, and what it answered.

Which hosts may be called is an installation's (LAJUR_HTTP_HOSTS), never a diagram's: neither a redirect nor a proxy of the
environment leads elsewhere. The URL is taken apart once, and what was compared with the list is what is connected to.
"""

import http.client
import logging
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

import orjson
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.exceptions import LocationParseError

from engine import config, endpoints, errors
from engine.connectors import arguments, deadlines
from engine.connectors.arguments import Arguments

inputs: Mapping[str, bool] = {
    "url": True,
    "method": False,
    "query": False,
    "headers": False,
    "body": False,
    "errors": False,
}
outputs = ("status", "headers", "body")

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LONGEST_URL = 2_000
LONGEST_HEADER = 4_000
MOST_ENTRIES = 50  # of query, headers, errors
LARGEST_BODY = 1_000_000  # bytes of what is sent, and of what is answered once it is unpacked; a variable holds as much
DEEPEST_BODY = 50  # lists and objects in one another; a variable holds a few more
SHOWN_HEADERS = ("content-type", "date", "etag", "last-modified", "location")

# Those that belong to the connection (RFC 9110 7.6.1) or that are Lajur's to say.
_OWN_HEADERS = {
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "idempotency-key",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
}
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110 5.6.2
_AUTHORITY = re.compile(r"(?i:https?)://([^/?#]*)")
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_SCHEME_PORTS = {"http": 80, "https": 443}
_STATUS = re.compile(r"[345][0-9]{2}")
_TEMPORARY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
_JSON = re.compile(r"application/(?:[a-z0-9.+_-]+\+)?json")
_TEXT = re.compile(r"text/.*|application/(?:[a-z0-9.+_-]+\+)?xml|application/x-www-form-urlencoded")
_CHARSET = re.compile(r'charset="?([A-Za-z0-9_-]+)')
_CHARSETS = {"iso-8859-1": "latin-1", "us-ascii": "ascii", "windows-1252": "cp1252"}
_CHUNK = 16 * 1024
_WIDEST = 64  # bits of a whole number, as in JSON
_PACKINGS = {"", "identity", "gzip"}  # one layer: packed in one another, a few bytes hold more than memory does

# Its warnings show whole URLs, and what a case holds is for no log.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


def call(given: Mapping[str, object], *, key: str, settings: config.Settings) -> Mapping[str, object]:
    """Send one request with the header ``Idempotency-Key``, so that the other side knows a second try.

    Inputs: ``url``; ``method`` (GET, with a body POST); ``query``, a context that is added to the URL; ``headers``, a context
    of texts; ``body``, a text (sent as text/plain unless a Content-Type is given) or any other value (sent as JSON);
    ``errors``, a context from status to the code of a BPMN error, as in ``{"404": "not-found"}``.

    Gives ``status`` (200 to 299), some ``headers`` by their names in small letters, and ``body``: what JSON holds, a text, or
    null where it is neither. Raises :class:`errors.ConnectorSaid` for a status in ``errors``, else
    :class:`errors.ConnectorFailed` for 408, 425, 429, 5xx and for what is no HTTP, and :class:`errors.ConnectorRefused` for
    every other status and for answers of more than 1 MB.
    """
    request = _request(Arguments("http", given), settings, key)
    host = request.host
    tls = ssl.create_default_context() if request.scheme == "https" else None
    failures = (http.client.HTTPException, urllib3.exceptions.HTTPError)
    with deadlines.within(settings.connector_seconds, connector="http", host=host, failures=failures) as deadline:
        with closing(HTTPConnection(host, request.port, timeout=deadline.left())) as connection:
            # Connected here and not by urllib3, which would look the host up without a limit.
            connection.sock = deadline.connect(host, request.port, tls)
            connection.request(request.method, request.target, request.body, request.headers, preload_content=False)
            with closing(connection.getresponse()) as answer:
                if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                    raise _refusal(host, answer, request.codes)
                content = _content(host, answer)
        if deadline.passed:  # an answer that ends where its connection does, which the deadline may have cut
            raise TimeoutError
    return {"status": answer.status, "headers": dict(_shown(answer)), "body": _value(host, answer, content)}


# The request ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    scheme: str
    host: str
    port: int
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes | None
    codes: Mapping[int, str]


def _request(given: Arguments, settings: config.Settings, key: str) -> _Request:
    url = _url(given)
    scheme = url.scheme or ""
    host, port = _allowed(given, url, settings)
    headers, body = _headers_and_body(given)
    own = {
        "Host": _authority(host, port, _SCHEME_PORTS[scheme]),
        "Idempotency-Key": key,
        "User-Agent": "Lajur",
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    return _Request(
        scheme=scheme,
        host=host,
        port=port,
        method=_method(given, body),
        target=_target(given, url),
        headers={**headers, **own},
        body=body,
        codes=_codes(given),
    )


def _url(given: Arguments) -> urllib3.util.Url:
    text = given.line("url", LONGEST_URL)
    authority = _AUTHORITY.match(text)
    if not authority or "\\" in text:
        raise given.invalid("url", "it must begin with http:// or https:// and a host")
    if "@" in authority[1]:
        raise given.invalid("url", "it must not hold a user; say who calls in the header Authorization")
    if not _HOST_AND_PORT.fullmatch(authority[1]):
        raise given.invalid("url", "its host must be written in ASCII (xn--...)")
    try:
        return urllib3.util.parse_url(text)
    except LocationParseError:
        raise given.invalid("url", "it is no URL") from None


def _allowed(given: Arguments, url: urllib3.util.Url, settings: config.Settings) -> tuple[str, int]:
    scheme_port = _SCHEME_PORTS[url.scheme or ""]
    port = scheme_port if url.port is None else url.port
    try:
        host = endpoints.hostname(url.host or "")
    except ValueError:
        raise given.invalid("url", "its host is none") from None
    if not any(allowed.admits(host, port, scheme_port) for allowed in settings.allowed_hosts):
        raise errors.HostNotAllowed(connector="http", host=_authority(host, port, scheme_port))
    return host, port


def _authority(host: str, port: int, scheme_port: int) -> str:
    """Write host and port as a URL does (RFC 3986 3.2)."""
    bracketed = f"[{host}]" if ":" in host else host
    return bracketed if port == scheme_port else f"{bracketed}:{port}"


def _target(given: Arguments, url: urllib3.util.Url) -> str:
    """Give path and query, the query's context behind what the URL has."""
    pairs = [
        (name, _word(given, "query", entry))
        for name, value in given.context("query", MOST_ENTRIES).items()
        for entry in (value if isinstance(value, list | tuple) else [value])
        if entry is not None
    ]
    query = "&".join(part for part in (url.query or "", urlencode(pairs, errors="replace")) if part)
    target = (url.path or "/") + (f"?{query}" if query else "")
    given.limit("query", len(target), 4 * LONGEST_URL, "characters")
    return target


def _word(given: Arguments, name: str, value: object) -> str:
    """Write a value of FEEL as one word of a query or a header."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case str() | float():
            return str(value)
        case int() if value.bit_length() <= _WIDEST:
            return str(value)
        case date() | time() | timedelta():
            return _moment(value)
    raise given.invalid(name, "its entries must be texts, numbers, dates or true and false")


def _moment(value: object) -> str:
    """Write a date, time or duration as ISO 8601 does."""
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return f"{'-' if seconds < 0 else ''}PT{abs(seconds):.6f}".rstrip("0").rstrip(".") + "S"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _headers_and_body(given: Arguments) -> tuple[dict[str, str], bytes | None]:
    headers: dict[str, str] = {}
    for name, value in given.context("headers", MOST_ENTRIES).items():
        text = _word(given, "headers", value).strip()
        if not _TOKEN.fullmatch(name) or not text.isascii() or arguments.is_broken(text):
            raise given.invalid("headers", "their names and values must be one line of ASCII each")
        given.limit("headers", len(text), LONGEST_HEADER, "characters")
        if name.lower() in _OWN_HEADERS:
            raise given.invalid("headers", "some of them are not a diagram's to set: Host, Content-Length and the like")
        if name.lower() in headers:
            raise given.invalid("headers", "one of them is there twice")
        headers[name.lower()] = text
    value = given.values.get("body")
    if value is None:
        return headers, None
    kind = "text/plain; charset=utf-8" if isinstance(value, str) else "application/json"
    try:
        body = value.encode(errors="replace") if isinstance(value, str) else _json(value)
    except TypeError:
        raise given.invalid("body", "it has values that JSON has no word for") from None
    given.limit("body", len(body), LARGEST_BODY, "bytes")
    return {"content-type": kind, **headers}, body


def _json(value: object) -> bytes:
    return orjson.dumps(value, default=_moment, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _method(given: Arguments, body: bytes | None) -> str:
    if given.values.get("method") is None:
        return "GET" if body is None else "POST"
    method = given.line("method", 10).strip().upper()
    if method not in METHODS:
        raise given.invalid("method", "it must be one of GET, POST, PUT, PATCH, DELETE")
    if method == "GET" and body is not None:
        raise given.invalid("method", "a GET has no body")
    return method


def _codes(given: Arguments) -> Mapping[int, str]:
    codes: dict[int, str] = {}
    for status, code in given.context("errors", MOST_ENTRIES).items():
        if not (_STATUS.fullmatch(status) and isinstance(code, str) and code.strip()):
            raise given.invalid("errors", 'it must lead from a status to an error code, as in {"404": "not-found"}')
        codes[int(status)] = code
    return codes


# The answer ----------------------------------------------------------------------------------------------------------


def _refusal(host: str, answer: urllib3.BaseHTTPResponse, codes: Mapping[int, str]) -> errors.LajurError:
    """Make the error that a status means; the answer's text stays out of it, for it may repeat what was sent."""
    number = answer.status
    try:
        status = f"{number} {HTTPStatus(number).phrase}"
    except ValueError:
        status = str(number)
    if number in codes:
        return errors.ConnectorSaid(connector="http", code=codes[number], message=f"{host}: {status}")
    if number < HTTPStatus.BAD_REQUEST and (location := answer.headers.get("location")):
        return errors.HostMoved(connector="http", host=host, status=status, target=_host_of(location) or host)
    if number in _TEMPORARY or number >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.HostBusy(connector="http", host=host, status=status)
    return errors.HostRefuses(connector="http", host=host, status=status)


def _host_of(location: str) -> str:
    try:
        return deadlines.shown(urllib3.util.parse_url(location[:LONGEST_URL]).host or "")
    except LocationParseError:
        return ""


def _content(host: str, answer: urllib3.BaseHTTPResponse) -> bytes:
    """Read the answer, unpacked, up to the limit."""
    if answer.headers.get("content-encoding", "").strip().lower() not in _PACKINGS:
        raise errors.AnswerUnusable(connector="http", host=host, reason="it is packed in a way that was not asked for")
    content = bytearray()
    while chunk := answer.read(_CHUNK, decode_content=True):
        content += chunk
        if len(content) > LARGEST_BODY:
            raise errors.AnswerUnusable(connector="http", host=host, reason="it is larger than 1 MB")
    return bytes(content)


def _shown(answer: urllib3.BaseHTTPResponse) -> Iterator[tuple[str, str]]:
    for name in SHOWN_HEADERS:
        if value := answer.headers.get(name):
            yield name, value[:LONGEST_HEADER]


def _value(host: str, answer: urllib3.BaseHTTPResponse, content: bytes) -> object:
    """Give what an answer holds: JSON's values where it says that it is JSON, a text, or None."""
    kind = answer.headers.get("content-type", "")[:LONGEST_HEADER].lower()
    media_type = kind.partition(";")[0].strip()
    if not content.strip():
        return None
    if _JSON.fullmatch(media_type):
        try:
            value = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError:
            reason = f"{host}: the answer says that it is JSON and is none"
            raise errors.ConnectorFailed(connector="http", reason=reason) from None
        if _is_deep(value):
            raise errors.AnswerUnusable(connector="http", host=host, reason="it is nested too deep")
        return value
    if media_type and not _TEXT.fullmatch(media_type):
        return None
    charset = _CHARSET.search(kind)
    # Never the name of a codec from outside: some run long, some give no text.
    return content.decode(_CHARSETS.get(charset[1] if charset else "", "utf-8"), "replace")


def _is_deep(value: object) -> bool:
    level = [value]
    for _ in range(DEEPEST_BODY + 1):
        level = [
            entry
            for group in level
            if isinstance(group, dict | list)
            for entry in (group.values() if isinstance(group, dict) else group)
        ]
        if not level:
            return False
    return True
