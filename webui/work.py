"""What every view works with: the installation's database, office and clock, and the transaction with its actor.

Views open exactly one transaction a request and it is opened here: :func:`reading` or :func:`writing`. The block commits
once when it ends well; an error rolls everything back and :mod:`webui.errors` answers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import flask

from engine import config, errors
from engine.people import access
from engine.store import db
from webui import sessions


@dataclass(frozen=True)
class Place:
    """One installation, as the web sees it."""

    settings: config.Settings
    office: config.Office
    database: db.Database
    clock: Callable[[], datetime]


class SignedOut(Exception):
    """Nobody is signed in, or no longer: the login page answers."""


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
    return cast("Place", flask.current_app.extensions["lajur"])


def now() -> datetime:
    """Give the request's moment: the same all through a request."""
    if "now" not in flask.g:
        flask.g.now = place().clock()
    return cast("datetime", flask.g.now)


def user_id() -> UUID | None:
    """Give the id of the person whose session this is, without asking the database."""
    if "user_id" not in flask.g:
        settings = place().settings
        flask.g.user_id = sessions.user_id(now(), hours=settings.session_hours, idle_minutes=settings.idle_minutes)
    return cast("UUID | None", flask.g.user_id)


@contextmanager
def reading() -> Iterator[tuple[db.Session, access.Actor]]:
    """Open a read-only transaction for the person who is signed in; raises :class:`SignedOut`."""
    with place().database.read() as session:
        yield session, signed_in(session)


@contextmanager
def writing() -> Iterator[tuple[db.Session, access.Actor]]:
    """Open the request's one writing transaction for the person who is signed in; raises :class:`SignedOut`."""
    with place().database.begin() as session:
        yield session, signed_in(session)


def signed_in(session: db.Session) -> access.Actor:
    """Load the person who is signed in, with their groups of this moment; raises :class:`SignedOut`."""
    mine = user_id()
    if mine is None:
        raise SignedOut
    try:
        actor = access.actor_of(session, mine, now())
    except errors.NotFound:  # left since the sign-in
        raise SignedOut from None
    if actor.generation != sessions.generation():  # signed out, here or elsewhere
        raise SignedOut
    flask.g.actor = actor
    return actor
