"""What holds for every request: sign-in by default, honest forms only, and headers that keep the browser strict."""

from urllib.parse import urlsplit

import flask
import flask_login
from flask_wtf import csrf
from werkzeug.exceptions import BadRequest, Forbidden, NotFound, Unauthorized, UnsupportedMediaType

from webui import machines, sessions, work

PUBLIC = frozenset(
    {
        "static",
        "favicon",
        "auth.login",
        "auth.sign_in",
        "i18n.choose",
        "health.alive",
        "health.ready",
        "health.measured",  # has a token of its own
    }
)
"""The endpoints that answer without sign-in; everything else, unknown paths too, asks for it."""
BEARER = frozenset({"api.message", "api.signal"})
"""The endpoints for other systems: they ask for a token in the Authorization header (:mod:`webui.api`), whatever cookies say.

No browser sends such a header by itself, so no page elsewhere can make a person's browser use them.
"""
_BODIES = {
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/json",
    "application/xml",
}
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'none'",
}
_YEAR = 365 * 24 * 3600
protection = csrf.CSRFProtect()


def install(app: flask.Flask) -> None:
    """Guard every request and mark every answer."""
    sessions.install(app)
    protection.init_app(app)
    app.before_request(guard)
    app.after_request(harden)


def guard() -> None:
    """Refuse a request that no view should see; raises an HTTP error."""
    request = flask.request
    if isinstance(
        request.routing_exception, BadRequest
    ):  # a Host that is none, or not ours: nothing can be built on it
        raise request.routing_exception
    if machines.asked():
        if request.endpoint not in BEARER:
            raise request.routing_exception or NotFound
        # What stands for bytes that are no UTF-8 is no name that anybody waits for.
        if _nul_in_address(request) or "\ufffd" in request.path:
            raise BadRequest
        return
    if _has_nul(request):
        raise BadRequest
    if request.endpoint not in PUBLIC and not flask_login.current_user.is_authenticated:
        raise Unauthorized
    if request.method in {"GET", "HEAD"}:
        return
    if request.mimetype not in _BODIES:
        raise UnsupportedMediaType
    if not _same_origin(request):
        raise Forbidden
    protection.protect()


def _same_origin(request: flask.Request) -> bool:
    """Tell whether the browser says that one of our own pages sent this (a second lock beside the CSRF token)."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _has_nul(request: flask.Request) -> bool:
    """Tell whether a path or parameter holds NUL, which no keyboard sends and PostgreSQL cannot store."""
    if _nul_in_address(request):
        return True
    if request.method in {"GET", "HEAD"}:
        return False
    return any("\0" in name + value for name, value in request.form.items(multi=True))


def _nul_in_address(request: flask.Request) -> bool:
    return "\0" in request.path or any("\0" in name + value for name, value in request.args.items(multi=True))


def allow(**sources: str) -> None:
    """Widen the policy of the page being answered: ``allow(style_src_attr="'sha256-...'")``."""
    flask.g.policy = {**flask.g.get("policy", {}), **{name.replace("_", "-"): value for name, value in sources.items()}}


def harden(answer: flask.Response) -> flask.Response:
    """Set the headers that keep browsers strict; pages are never kept by caches."""
    policy = {**_POLICY, **flask.g.get("policy", {})}
    headers = answer.headers
    headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers.setdefault("Cache-Control", "no-store")
    if work.place().settings.cookie_secure:
        headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    return answer
