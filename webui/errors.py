"""Errors as pages: one table from the engine's errors to HTTP, in the reader's language, for browsers, htmx and scripts."""

import contextlib
import logging
import secrets
from collections.abc import Iterator
from typing import NamedTuple, cast

import flask
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, Unauthorized
from werkzeug.wrappers import Response

from engine import errors
from webui import i18n, machines, redirects, sessions
from webui.forms import sending
from webui.words import gettext as _
from webui.words import lazy_gettext

_log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[errors.LajurError], int], ...] = (
    (errors.TokenInvalid, 401),
    (errors.MessageTooLarge, 413),
    (errors.InputError, 422),
    (errors.NotFound, 404),
    # What is somebody else's looks like what is not there: else its existence could be told by asking.
    (errors.TaskForbidden, 404),
    (errors.InstanceForbidden, 404),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.StorageError, 503),
    (errors.ExecutionError, 409),
    (errors.LajurError, 500),
)
"""The first class that an error is one of gives its status."""


class _Words(NamedTuple):
    title: object
    help: object


_WORDS = {
    400: _Words(
        lazy_gettext("The request was not understood"), lazy_gettext("Reload the page you came from and try again.")
    ),
    403: _Words(
        lazy_gettext("You do not have access here"),
        lazy_gettext("If your work needs this page, ask the administrator of Lajur for access."),
    ),
    404: _Words(
        lazy_gettext("Not found"),
        lazy_gettext(
            "It may be finished, withdrawn, or meant for somebody else. Your inbox shows what is there for you."
        ),
    ),
    405: _Words(
        lazy_gettext("The request was not understood"), lazy_gettext("Reload the page you came from and try again.")
    ),
    409: _Words(
        lazy_gettext("This was changed meanwhile"),
        lazy_gettext("Nothing of what you sent was stored. Look at the present state and decide again."),
    ),
    413: _Words(
        lazy_gettext("That is too much at once"),
        lazy_gettext("Send less in one go: shorter texts, fewer rows or a smaller file."),
    ),
    415: _Words(
        lazy_gettext("The request was not understood"), lazy_gettext("Reload the page you came from and try again.")
    ),
    422: _Words(
        lazy_gettext("This cannot be accepted"), lazy_gettext("Put right what is named above and send it again.")
    ),
    500: _Words(
        lazy_gettext("Something went wrong in Lajur"),
        lazy_gettext("Nothing was stored. Please tell the administrator the number below."),
    ),
    503: _Words(
        lazy_gettext("Lajur cannot reach its data just now"),
        lazy_gettext("Nothing was stored. Wait a moment and try again; if it goes on, tell the administrator."),
    ),
}
_EXPIRED = _Words(
    lazy_gettext("This page was open for too long"),
    lazy_gettext("For safety it was not accepted. Copy what you typed, open the page anew and send it again."),
)
_STUCK = _Words(
    lazy_gettext("The case cannot go on from here"),
    lazy_gettext("Nothing was stored. Tell the process analyst what is named above: the SOP's diagram needs a change."),
)
_SUSPENDED = _Words(
    lazy_gettext("This case is suspended just now"),
    lazy_gettext("Nobody can work on it until a manager lets it go on; then its tasks are back in the inboxes."),
)
_LONGEST_TYPED = 20_000
_MOST_TYPED = 200


def install(app: flask.Flask) -> None:
    """Register a handler for every kind of error."""
    app.register_error_handler(errors.LajurError, of_engine)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Unauthorized, signed_out)
    app.register_error_handler(Exception, unforeseen)


def status_of(error: errors.LajurError) -> int:
    """Give the HTTP status of an engine error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def of_engine(error: errors.LajurError) -> Response:
    """Answer an engine error."""
    if machines.asked():
        return machines.of_engine(error, status_of(error))
    status = status_of(error)
    if status >= 500:  # noqa: PLR2004  # HTTP: the server's fault
        _log.error("%s %s: %s", flask.request.method, flask.request.path, error)
    # A page that does not exist says no more, and where the database is is nobody's business: the log knows.
    told = "" if status == 404 or isinstance(error, errors.DatabaseGone) else i18n.message(error)  # noqa: PLR2004
    words = None
    if isinstance(error, errors.InstanceSuspended):
        words, told = _SUSPENDED, "" if flask.request.method == "GET" else _("What you sent was not stored.")
    elif isinstance(error, errors.ExecutionError | errors.ExpressionError):
        words = _STUCK
    return answer(status, message=told, words=words, retry=isinstance(error, errors.DatabaseBusy))


def of_http(error: HTTPException) -> Response:
    """Answer an error of the web itself: unknown address, wrong method, body too large, expired token."""
    if error.response is not None:
        return cast("Response", error.response)
    if machines.asked():
        return machines.of_http(error)
    status = error.code or 500
    made = answer(status, words=_EXPIRED if isinstance(error, CSRFError) else None)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            made.headers[name] = value
    return made


def unforeseen(error: Exception) -> Response:
    """Answer a defect: the number on the page finds the traceback in the log."""
    number = secrets.token_hex(4)
    _log.error("error %s at %s %s", number, flask.request.method, flask.request.path, exc_info=error)
    if machines.asked():
        return machines.refusal(
            500, "defect", f"Something went wrong in Lajur. Nothing was stored. Its log knows more: {number}"
        )
    return answer(500, number=number)


def signed_out(error: Unauthorized) -> Response:
    """Send a reader to the login page; keep what a writer typed on the page before that."""
    if machines.asked():
        return machines.of_http(error)
    sessions.end()
    if flask.request.method in {"GET", "HEAD"}:
        target = flask.url_for("auth.login", next=_here())
        if _is_htmx():
            return Response(status=401, headers={"HX-Redirect": target})
        if _wants_json():
            return _json(401, _("Please sign in."))
        return flask.redirect(target, 303)
    if flask.request.endpoint == "auth.logout":
        return flask.redirect(flask.url_for("auth.login"), 303)
    words = _Words(
        _("Your sign-in has ended"),
        _("Sign in again. What you typed was not stored; it is kept on this page for you to copy."),
    )
    target = flask.url_for("auth.login", next=redirects.local(flask.request.form.get("next")) or "/")
    return answer(401, words=words, login=target)


def answer(
    status: int,
    *,
    message: str = "",
    words: _Words | None = None,
    number: str = "",
    login: str = "",
    retry: bool = False,
) -> Response:
    """Give the page, the htmx fragment or the JSON of an error; typed values are shown so that nobody loses them."""
    words = words or _WORDS.get(status) or _WORDS[400 if status < 500 else 500]  # noqa: PLR2004
    if _wants_json():
        return _json(status, message or str(words.title))
    headers = {"Retry-After": "2"} if retry else {}
    context = {
        "status": status,
        "title": str(words.title),
        "help": str(words.help),
        "message": message,
        "number": number,
        "login": login,
        "again": _again() if flask.request.method == "POST" else None,
    }
    if _is_htmx():
        headers |= {"HX-Retarget": "#flashes", "HX-Reswap": "innerHTML"}
        return flask.make_response(flask.render_template("error_fragment.html", **context), status, headers)
    typed = () if flask.request.method == "GET" else tuple(_typed())
    return flask.make_response(flask.render_template("error.html", typed=typed, **context), status, headers)


def _typed() -> Iterator[tuple[str, str]]:
    """Give what a person typed into the task's form that was refused; nothing else, least of all a password."""
    if flask.request.mimetype not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return
    try:
        fields = list(flask.request.form.items(multi=True))
    except HTTPException:  # the body itself was refused
        return
    prefix = f"{sending.PREFIX}."
    shown = [(name, value) for name, value in fields if name.startswith(prefix) or name == "business_key"]
    for name, value in [each for each in shown if each[1].strip()][:_MOST_TYPED]:
        yield name.removeprefix(prefix).removesuffix("._row").replace(".", " "), value[:_LONGEST_TYPED]


def _again() -> str | None:
    """Give the page that shows the present state of what a form was sent to, if there is one."""
    for path in (flask.request.path, flask.request.path.rpartition("/")[0]):
        adapter = flask.current_app.url_map.bind("")
        with contextlib.suppress(HTTPException):
            if adapter.match(path, method="GET")[0] != flask.request.endpoint:
                return path
    return None


def _here() -> str:
    query = flask.request.query_string.decode("ascii", "replace")
    return flask.request.path + (f"?{query}" if query else "")


def _is_htmx() -> bool:
    return flask.request.headers.get("HX-Request") == "true"


def _wants_json() -> bool:
    accept = flask.request.accept_mimetypes
    return flask.request.is_json or (
        bool(accept) and accept.best_match(["text/html", "application/json"]) == "application/json"
    )


def _json(status: int, message: str) -> Response:
    made = flask.jsonify(status=status, error=message)
    made.status_code = status
    return made
