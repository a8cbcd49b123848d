"""Where is measured: a new database, in a file or on a server, with an office and one person who is in every group."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import event, exc, select
from sqlalchemy.engine import Engine

from engine import config, errors
from engine.bench import loads, samples
from engine.calendar.worktime import Calendar
from engine.people import access, groups, users
from engine.runtime import deployments, instances, tasks
from engine.store import db, models

USERNAME = "bench"


@dataclass(frozen=True)
class Installation:
    """A database with a person in it; ``folder`` is for files and gone afterwards."""

    folder: Path
    url: str
    database: db.Database
    office: config.Office
    actor: access.Actor
    password: str

    def deploy(self, files: dict[str, bytes]) -> None:
        """Put processes to work."""
        with self.database.begin() as session:
            deployments.deploy(session, files, actor=access.SYSTEM, now=now(), office=self.office)

    def start(self, key: str) -> tuple[UUID, UUID]:
        """Start a case; give its id and its first task's."""
        with self.database.begin() as session:
            instance = instances.start(session, key, actor=self.actor, now=now()).id
        return instance, self.open_task(instance)

    def open_task(self, instance: UUID) -> UUID:
        """Give a case's open task."""
        wanted = models.tasks
        statement = select(wanted.c.id).where(wanted.c.instance_id == instance, wanted.c.status == "open")
        with self.database.read() as session:
            found: UUID = session.execute(statement).scalar_one()
        return found

    def complete(self, task: UUID, values: dict[str, object]) -> UUID | None:
        """Complete a task in a transaction of its own; give the next one's id."""
        with self.database.begin() as session:
            done = tasks.complete(session, task, values, actor=self.actor, now=now())
        return done.next_tasks[0].id if done.next_tasks else None

    def state_size(self, instance: UUID) -> int:
        """Give the bytes of a case's state."""
        statement = select(models.instances.c.state).where(models.instances.c.id == instance)
        with self.database.read() as session:
            return len(session.execute(statement).scalar_one())


class Count:
    """How many statements were said, BEGIN and COMMIT not counted."""

    def __init__(self) -> None:
        self.statements = 0

    def said(self, *arguments: object) -> None:
        """Count one; SQLAlchemy's ``before_cursor_execute``."""
        self.statements += not str(arguments[2]).startswith("BEGIN")


@contextmanager
def counted(engine: Engine) -> Iterator[Count]:
    """Count the statements that an engine says in the block."""
    count = Count()
    event.listen(engine, "before_cursor_execute", count.said)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", count.said)


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def require_server(url: str) -> None:
    """Raise what :func:`installed` would where no database can be made on a server; none is left there."""
    with _scratch(url):
        pass


@contextmanager
def installed(server: str | None = None) -> Iterator[Installation]:
    """Make an installation, and unmake it after the block: in an SQLite file, or on a server of PostgreSQL by its URL.

    Raises :class:`loads.Refused` where no database may be made there, :class:`errors.ConfigurationError`,
    :class:`errors.StorageError`.
    """
    with tempfile.TemporaryDirectory(prefix="lajur-bench-") as name:
        folder = Path(name)
        if server is None:
            with _opened(folder, f"sqlite:///{folder / 'lajur.db'}") as installation:
                yield installation
        else:
            with _scratch(server) as url, _opened(folder, url) as installation:
                yield installation


@contextmanager
def _opened(folder: Path, url: str) -> Iterator[Installation]:
    office = config.Office(
        "Bench",
        Calendar(ZoneInfo("Asia/Makassar")),
        tuple(config.Group(key, key.title(), (key,)) for key in samples.OFFICE),
    )
    password = f"{secrets.token_hex(8)}-kata-7"
    db.upgrade(url)
    database = db.open(url)
    try:
        with database.begin() as session:
            groups.sync(session, office)
            user = users.create(
                session, username=USERNAME, name="Bench", password=password, groups=samples.OFFICE, now=now()
            )
            actor = access.actor_of(session, user.id, now())
        yield Installation(folder, url, database, office, actor, password)
    finally:
        database.close()


@contextmanager
def _scratch(server: str) -> Iterator[str]:
    """Make a database on a server and drop it after the block; give its URL."""
    parsed = db.parse(server)
    if parsed.get_backend_name() != "postgresql":
        raise errors.ConfigurationError(name="--postgresql", reason="it must be postgresql://...")
    name = f"lajur_bench_{secrets.token_hex(6)}"
    outside = db.Database(parsed if parsed.database else parsed.set(database="postgres"))
    engine = outside.engine.execution_options(
        isolation_level="AUTOCOMMIT"
    )  # databases are made outside of transactions
    try:
        with engine.connect() as connection:
            try:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
            except exc.ProgrammingError as error:
                raise loads.Refused(f"no database can be made there: {error.orig}") from None
        try:
            yield parsed.set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        outside.close()
