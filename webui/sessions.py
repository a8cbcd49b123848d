"""Who is signed in: Flask-Login over a signed cookie that says which person, since when and last seen when.

Nothing here asks the database: Flask-Login's ``current_user`` is what the cookie says, and :func:`webui.work.signed_in`
compares its *generation* with the stored one in the statement that loads the person anyway. A sign-in ends after
``session_hours``, after ``idle_minutes`` without a request, at sign-out, and on the server as soon as the person's
sign-ins are ended there.
"""

from dataclasses import dataclass
from uuid import UUID

import flask
import flask_login

from engine.people import users
from webui import work

_KEPT = ("locale",)
_TOUCH = 60
"""Seconds; the cookie is sent again at most once in so many, not with every answer."""


@dataclass(frozen=True, eq=False)
class SignedIn(flask_login.UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The person whose cookie this is; ``generation`` counts how often their sign-ins had been ended before this one."""

    id: UUID
    generation: int

    def get_id(self) -> str:
        """Give what the cookie keeps."""
        return f"{self.id.hex}.{self.generation}"


class _Manager(flask_login.LoginManager):  # type: ignore[misc]  # Flask-Login has no types
    def _update_remember_cookie(self, response: flask.Response) -> flask.Response:
        """Remember nobody beyond the session; looking for it would make every static file vary by cookie."""
        return response


def install(app: flask.Flask) -> None:
    """Let Flask-Login say who is signed in; what it refuses is a 401, which :mod:`webui.errors` answers."""
    manager = _Manager()
    # It would hold a sign-in to one address and one browser version; phones change the first, updates the second.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)


def begin(user: users.User) -> None:
    """Sign a person in: nothing of the session before it stays, but the chosen language (session fixation)."""
    _clear()
    flask_login.login_user(SignedIn(user.id, user.generation))
    flask.session["since"] = flask.session["seen"] = int(work.now().timestamp())


def end() -> None:
    """Sign out: the cookie keeps the language only."""
    flask_login.logout_user()
    _clear()


def _load(kept: str) -> SignedIn | None:
    """Give the person of the cookie, unless it is too old or too long idle; Flask-Login asks once a request.

    The limits are ours: Flask's count from when the cookie was last sent, and by the machine's clock.
    """
    session, settings, moment = flask.session, work.place().settings, int(work.now().timestamp())
    since, seen = session.get("since", 0), session.get("seen", 0)
    if moment - since >= settings.session_hours * 3600 or moment - seen >= settings.idle_minutes * 60:
        return None
    if moment - seen >= _TOUCH:
        session["seen"] = moment
    person, _, generation = kept.partition(".")
    return SignedIn(UUID(person), int(generation))


def _clear() -> None:
    kept = {name: flask.session[name] for name in _KEPT if name in flask.session}
    flask.session.clear()
    flask.session.update(kept)
    flask.g.pop("csrf_token", None)
