"""What every view works with: the installation's database, office and clock, and the transaction with its actor.

Views open exactly one transaction a request and it is opened here: :func:`reading` or :func:`writing`. The block commits
once when it ends well; an error rolls everything back and :mod:`webui.errors` answers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import flask
import flask_login
from werkzeug.exceptions import Unauthorized

from engine import config, errors
from engine.people import access
from engine.store import db


@dataclass(frozen=True)
class Place:
    """One installation, as the web sees it."""

    settings: config.Settings
    office: config.Office
    database: db.Database
    clock: Callable[[], datetime]


def install(
    app: flask.Flask,
    *,
    settings: config.Settings,
    office: config.Office,
    database: db.Database,
    clock: Callable[[], datetime],
) -> None:
    """Keep the installation with the application."""
    app.extensions["lajur"] = Place(settings, office, database, clock)


def place() -> Place:
    """Give the installation this request belongs to."""
    return place_of(flask.current_app)


def place_of(app: flask.Flask) -> Place:
    """Give the installation of an application."""
    return cast("Place", app.extensions["lajur"])


def now() -> datetime:
    """Give the request's moment: the same all through a request."""
    if "now" not in flask.g:
        flask.g.now = place().clock()
    return cast("datetime", flask.g.now)


@contextmanager
def reading() -> Iterator[tuple[db.Session, access.Actor]]:
    """Open a read-only transaction for the person who is signed in; raises :class:`Unauthorized`."""
    with place().database.read() as session:
        yield session, signed_in(session)


@contextmanager
def writing() -> Iterator[tuple[db.Session, access.Actor]]:
    """Open the request's one writing transaction for the person who is signed in; raises :class:`Unauthorized`."""
    with place().database.begin() as session:
        yield session, signed_in(session)


def signed_in(session: db.Session) -> access.Actor:
    """Load the person who is signed in, with their groups of this moment; raises :class:`Unauthorized`."""
    user = flask_login.current_user
    if not user.is_authenticated:
        raise Unauthorized
    try:
        actor = access.actor_of(session, user.id, now())
    except errors.NotFound:  # left since the sign-in
        raise Unauthorized from None
    if actor.generation != user.generation:  # signed out, here or elsewhere
        raise Unauthorized
    flask.g.actor = actor
    return actor


def person() -> str:
    """Give the name of who is signed in; there is one once a transaction was opened."""
    return cast("access.Actor", flask.g.actor).name
