"""What every test may ask for: a database of each kind with the office and its people in it, and what it cost to use."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event

from engine import config
from engine.people import groups
from engine.store import db as db_
from tests import cast as cast_
from tests import postgres


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        postgres.prepare()


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        postgres.finish()


def pytest_collection_modifyitems(config, items):
    """Put quick tests first; mark what needs PostgreSQL, so that ``-m "not postgresql"`` leaves it out.

    What only measures, or only shows at length what a shorter test shows, runs when it is asked for: ``-m bench``.
    """
    if not config.option.markexpr:
        left = [item for item in items if item.get_closest_marker("bench")]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)
    items.sort(key=_slowness)
    for item in items:
        if "postgresql" in getattr(getattr(item, "callspec", None), "params", {}).values():
            item.add_marker(pytest.mark.postgresql)


def _slowness(item):
    if "page" in item.fixturenames or item.get_closest_marker("browser"):
        return 3
    if item.get_closest_marker("slow") or item.get_closest_marker("crash"):
        return 2
    return 1 if "conformance" in item.path.parts else 0


@pytest.fixture(scope="session")
def office() -> config.Office:
    """The office of the tests."""
    return config.read_office(Path(__file__).parent / "fixtures" / "office.toml")


@pytest.fixture
def settings(tmp_path) -> config.Settings:
    """The settings of an installation in a temporary folder, without a database."""
    return config.Settings(
        database=f"sqlite:///{tmp_path}/lajur.db", secret_key="a key of the tests" * 3, var=tmp_path / "var"
    )


@pytest.fixture
def now():
    """Monday 2 March 2026, 08:30 in Boalemo."""
    return cast_.NOW


# Databases -----------------------------------------------------------------------------------------------------------


def _furnish(url: str, office: config.Office) -> cast_.Cast:
    """Make the schema, the office and its people: done once, every test gets a copy."""
    db_.upgrade(url)
    database = db_.open(url)
    try:
        with database.begin() as session:
            groups.sync(session, office)
            return cast_.hire(session)
    finally:
        database.close()


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory, office) -> tuple[Path, cast_.Cast]:
    path = tmp_path_factory.mktemp("template") / "template.db"
    return path, _furnish(f"sqlite:///{path}", office)


@pytest.fixture(scope="session")
def _postgresql(office) -> tuple[str, str, cast_.Cast]:
    try:
        url = postgres.start()
    except postgres.Missing:
        postgres.missing("PostgreSQL's programs (initdb, pg_ctl) are not installed")
    name = f"template_{os.getpid()}"
    postgres.execute(url, f"CREATE DATABASE {name}")
    return url, name, _furnish(url.format(database=name), office)


@pytest.fixture
def sqlite_url(_sqlite, tmp_path) -> str:
    """The URL of a fresh SQLite database with office and people."""
    path = tmp_path / "test.db"
    shutil.copyfile(_sqlite[0], path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(_postgresql) -> Iterator[str]:
    """The URL of a fresh PostgreSQL database with office and people; it is dropped afterwards."""
    url, template, _ = _postgresql
    name = f"test_{uuid4().hex}"
    postgres.execute(url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url.format(database=name)
    postgres.execute(url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request) -> str:
    """The URL of a fresh database with office and people, of each kind in turn."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def db(database_url) -> Iterator[db_.Database]:
    """An open database with office and people, of each kind in turn."""
    database = db_.open(database_url)
    yield database
    database.close()


@pytest.fixture
def cast(request, db) -> cast_.Cast:
    """The people in ``db``."""
    return request.getfixturevalue(f"_{db.engine.dialect.name}")[-1]


# Costs ---------------------------------------------------------------------------------------------------------------


@dataclass
class Statements:
    """What was sent to the database since the last ``clear``: SQL without BEGIN, and commits."""

    sql: list[str] = field(default_factory=list)
    commits: int = 0
    rollbacks: int = 0

    def clear(self) -> None:
        self.sql.clear()
        self.commits = self.rollbacks = 0


@pytest.fixture
def statements(db) -> Statements:
    """Count what ``db`` is asked."""
    seen = Statements()

    def executed(_connection, _cursor, statement, *_):
        if not statement.startswith("BEGIN"):
            seen.sql.append(statement)

    def committed(_connection):
        seen.commits += 1

    def rolled_back(_connection):
        seen.rollbacks += 1

    # PostgreSQL's reader is the writer with an option: whoever listens to both hears everything twice.
    for engine in {db.reader.pool: db.reader, db.engine.pool: db.engine}.values():
        event.listen(engine, "before_cursor_execute", executed)
        event.listen(engine, "commit", committed)
        event.listen(engine, "rollback", rolled_back)
    return seen
