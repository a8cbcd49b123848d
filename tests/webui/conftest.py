"""The web application over a test's database."""

from dataclasses import dataclass

import flask
import pytest

from engine.people import access
from engine.runtime import deployments, inbox, instances, tasks
from engine.store import db as db_
from tests import cast as cast_
from tests.runtime.conftest import CIRCULAR, LETTER
from tests.webui.errands import Errands
from webui import app as app_


@pytest.fixture
def clock():
    return cast_.Clock()


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


@dataclass
class House:
    """An application with the letter and the circular deployed, and short ways to act in it."""

    app: flask.Flask
    cast: cast_.Cast

    @property
    def database(self):
        return self.app.extensions["lajur"].database

    def actor(self, name):
        with self.database.read() as session:
            return self.cast.actor(session, name)

    def start(self, who="rahmat", key="surat", **given):
        with self.database.begin() as session:
            return instances.start(session, key, actor=self.cast.actor(session, who), now=cast_.NOW, **given)

    def complete(self, who, task_id, answers=None):
        with self.database.begin() as session:
            return tasks.complete(session, task_id, answers or {}, actor=self.cast.actor(session, who), now=cast_.NOW)

    def inbox(self, who, scope="groups"):
        with self.database.read() as session:
            return inbox.search(session, actor=self.cast.actor(session, who), scope=scope).items

    def begun(self, **given):
        """Start a letter; give it and its first task."""
        case = self.start(**given)
        return case, next(task for task in self.inbox("rahmat") if task.instance_id == case.id)

    def history(self, case):
        with self.database.read() as session:
            return instances.history(session, case.id, actor=access.SYSTEM).items


def _furnished(app, cast, office):
    with app.extensions["lajur"].database.begin() as session:
        deployments.deploy(session, {**LETTER, **CIRCULAR}, actor=access.SYSTEM, now=cast_.NOW, office=office)
    return House(app, cast)


@pytest.fixture
def house(app, cast, office):
    """The house on each kind of database in turn."""
    return _furnished(app, cast, office)


@pytest.fixture
def cabin(site, office, _sqlite):
    """The house on SQLite only."""
    return _furnished(site, _sqlite[-1], office)


@pytest.fixture
def errands(house, office, clock, tmp_path):
    """Errands on the house's database."""
    made = Errands(house.database, office, clock, tmp_path)
    yield made
    made.close()


@pytest.fixture
def cabin_errands(cabin, office, clock, tmp_path):
    """Errands on SQLite only."""
    made = Errands(cabin.database, office, clock, tmp_path)
    yield made
    made.close()
