"""Who is signed in: a signed cookie that says which person, since when and last seen when; no row per request.

A sign-in ends after ``session_hours``, after ``idle_minutes`` without a request, at sign-out, and on the server as soon
as the person's sign-ins are ended there: the cookie carries the number of the person's *generation* of sign-ins, and
:func:`webui.work.signed_in` compares it with the stored one in the statement that loads the person anyway.
"""

from datetime import datetime, timedelta
from uuid import UUID

import flask

_KEPT = ("locale",)
_TOUCH = timedelta(minutes=1)
"""The cookie is sent again at most once a minute, not with every answer."""


def begin(user_id: UUID, generation: int, now: datetime) -> None:
    """Sign a person in: nothing of the session before it stays, but the chosen language (session fixation)."""
    _clear()
    flask.session["user"] = user_id.hex
    flask.session["generation"] = generation
    flask.session["since"] = flask.session["seen"] = int(now.timestamp())


def end() -> None:
    """Sign out: the cookie keeps the language only."""
    _clear()


def user_id(now: datetime, *, hours: int, idle_minutes: int) -> UUID | None:
    """Give the id of the person who is signed in at ``now``; a session too old or too long idle is ended.

    Call it once a request: it moves the time of the last request forward.
    """
    session = flask.session
    user, since, seen = session.get("user"), session.get("since"), session.get("seen")
    if not (isinstance(user, str) and isinstance(since, int) and isinstance(seen, int)):
        return None
    moment = now.timestamp()
    if moment - since >= hours * 3600 or moment - seen >= idle_minutes * 60:
        _clear()
        return None
    if moment - seen >= _TOUCH.total_seconds():
        session["seen"] = int(moment)
    try:
        return UUID(user)
    except ValueError:
        return None


def generation() -> int:
    """Give the generation of sign-ins this one belongs to; -1 for none."""
    value = flask.session.get("generation")
    return value if isinstance(value, int) else -1


def _clear() -> None:
    kept = {name: flask.session[name] for name in _KEPT if name in flask.session}
    flask.session.clear()
    flask.session.update(kept)
    flask.g.pop("csrf_token", None)
