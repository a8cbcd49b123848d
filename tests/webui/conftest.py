"""The web application over a test's database."""

from datetime import timedelta

import pytest

from engine.store import db as db_
from tests import cast as cast_
from webui import app as app_


class Clock:
    """A clock that a test moves."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def advance(self, **span):
        self.now += timedelta(**span)


@pytest.fixture
def clock():
    return Clock(cast_.NOW)


@pytest.fixture
def app(settings, office, db, clock):
    """The application on each kind of database in turn."""
    return app_.create_app(settings, office=office, database=db, clock=clock)


@pytest.fixture
def site(settings, office, sqlite_url, clock):
    """The application on SQLite only, where the kind of database does not matter."""
    database = db_.open(sqlite_url)
    yield app_.create_app(settings, office=office, database=database, clock=clock)
    database.close()
