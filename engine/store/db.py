"""Databases: one way to open, one to read and one to write SQLite and PostgreSQL, and one place for their errors."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import psycopg
import sqlalchemy
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Engine, ExceptionContext, make_url

from engine import errors
from engine.store import bells, schema

Session: TypeAlias = sqlalchemy.Connection
"""One transaction on one connection; engine functions take it first and never commit."""

BUSY_SECONDS = 5.0
"""So long a transaction waits for another one's lock before it gives up with :class:`errors.DatabaseBusy`."""

_RUNG = "lajur.rung"
_CONNECTIONS = 10  # kept open for each process; ten more open when all are in use
_UPGRADE_SECONDS = 60.0  # so long an upgrade waits for another one, or for the last completion, to end
_UPGRADE_LOCK = 0x6C616A7572  # "lajur"
_STALLED_MILLISECONDS = 60_000  # a process that hangs in the middle of a transaction loses its locks then
# A machine that was cut off is found out after some ten seconds, by the server, which frees its locks, and by itself.
_ALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
_UNANSWERED_MILLISECONDS = 11_000


class Database:
    """An open database. Safe to share between threads, not between processes: each opens its own."""

    def __init__(self, url: URL, busy_seconds: float = BUSY_SECONDS) -> None:
        self.engine, self.reader = _engines(url, busy_seconds)
        self._bells: list[bells.Bell] = []
        self._busy_seconds = busy_seconds
        # SQLite has one writer; threads that queue here wake at once, those that queue in SQLite poll.
        self._writing = threading.Lock() if self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Give a session that commits once, at the end of the block; any error rolls everything back.

        Raises :class:`errors.StorageError`.
        """
        if self._writing is None:
            with _begun(self.engine) as session:
                session.info.pop(_RUNG, None)
                yield session
            return
        if not self._writing.acquire(timeout=self._busy_seconds):
            raise errors.DatabaseBusy
        try:
            with _begun(self.engine) as session:
                session.info.pop(_RUNG, None)
                yield session
                rung = session.info.pop(_RUNG, False)
        finally:
            self._writing.release()
        if rung:
            for bell in self._bells:
                bell.ring()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session for reading; it sees one state of the database on SQLite, and writing fails in it."""
        with _begun(self.reader) as session:
            yield session

    def bell(self) -> bells.Bell:
        """Give a bell that rings after each commit of a transaction that called :func:`ring`; on PostgreSQL on any machine."""
        bell = bells.NotifiedBell(self.engine) if self._writing is None else bells.Bell()
        self._bells.append(bell)
        return bell

    def close(self) -> None:
        """Close every connection."""
        for bell in self._bells:
            bell.close()
        self.engine.dispose()
        self.reader.dispose()


def open(url: str, busy_seconds: float = BUSY_SECONDS) -> Database:  # noqa: A001  # db.open(...) reads aloud
    """Open a database whose schema is this version's.

    ``url`` is ``sqlite:///FILE`` or ``postgresql://...``. Raises :class:`errors.SchemaOutdated` where ``lajur db upgrade`` is
    needed (also for a SQLite file that does not exist), :class:`errors.DatabaseGone`, :class:`errors.ConfigurationError`.
    """
    parsed = parse(url)
    if parsed.drivername == "sqlite" and not Path(parsed.database or "").exists():
        raise errors.SchemaOutdated(found="none", wanted=schema.WANTED)
    database = Database(parsed, busy_seconds)
    try:
        with database.read() as session:
            schema.require(session)
    except BaseException:
        database.close()
        raise
    return database


def take_turns(session: Session, what: int, *, shared: bool = False) -> None:
    """Wait until no other transaction takes turns at ``what``, a number of the caller's own; the turn ends with the transaction.

    ``shared`` turns wait only for those that are not, and these for all. SQLite's transactions that write take turns anyway.
    """
    if session.dialect.name == "postgresql":
        functions = sqlalchemy.func
        wait = functions.pg_advisory_xact_lock_shared if shared else functions.pg_advisory_xact_lock
        session.execute(sqlalchemy.select(wait(what)))


def ring(session: Session) -> None:
    """Ring every bell when the transaction commits; who waits for work looks for it then."""
    if not session.info.get(_RUNG):
        session.info[_RUNG] = True
        if session.dialect.name == "postgresql":
            session.exec_driver_sql(f"NOTIFY {bells.CHANNEL}")


def upgrade(url: str) -> None:
    """Bring a database to this version's schema, whole or not at all; a SQLite file that is missing is made.

    Whoever comes second waits and finds nothing to do. Raises :class:`errors.SchemaNewer`, :class:`errors.StorageError`.
    """
    parsed = parse(url)
    if parsed.drivername == "sqlite":
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
        # Off, because SQLite changes a table by making it anew; checked below instead.
        engine = _sqlite(parsed, _UPGRADE_SECONDS, "BEGIN IMMEDIATE", "foreign_keys = OFF")
    else:
        engine = _postgresql(parsed, _UPGRADE_SECONDS)
    try:
        with _begun(engine) as connection:
            take_turns(connection, _UPGRADE_LOCK)
            schema.migrate(connection)
            if parsed.drivername == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise errors.StorageError(reason=f"the upgrade would break {len(broken)} references")
    finally:
        engine.dispose()


def parse(url: str) -> URL:
    """Read a database URL; SQLite in a file and PostgreSQL by psycopg are what there is."""
    try:
        parsed = make_url(url)
    except exc.ArgumentError:
        raise errors.ConfigurationError(name="LAJUR_DATABASE", reason="it is no database URL") from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database and ":memory:" not in parsed.database:
        return parsed.set(drivername="sqlite")
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise errors.ConfigurationError(name="LAJUR_DATABASE", reason="it must be sqlite:///FILE or postgresql://...")


@contextmanager
def _begun(engine: Engine) -> Iterator[Session]:
    try:
        connection = engine.connect()
    except exc.TimeoutError as error:  # every connection of the pool is in use
        raise errors.DatabaseBusy from error
    with connection, connection.begin():
        yield connection


def _engines(url: URL, busy_seconds: float) -> tuple[Engine, Engine]:
    """Give the engine that writes and the one that reads."""
    if url.drivername == "sqlite":
        return (
            _sqlite(url, busy_seconds, "BEGIN IMMEDIATE", "foreign_keys = ON"),
            _sqlite(url, busy_seconds, "BEGIN", "query_only = ON"),
        )
    writer = _postgresql(url, busy_seconds)
    return writer, writer.execution_options(postgresql_readonly=True)


def _sqlite(url: URL, busy_seconds: float, begin: str, pragma: str) -> Engine:
    engine = sqlalchemy.create_engine(
        url, pool_size=_CONNECTIONS, pool_timeout=busy_seconds, connect_args={"timeout": busy_seconds}
    )

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver says no BEGIN of its own
        for each in ("journal_mode = WAL", "synchronous = FULL", pragma):
            connection.execute(f"PRAGMA {each}")

    def begun(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    event.listen(engine, "handle_error", _translate, retval=True)
    return engine


def _postgresql(url: URL, busy_seconds: float) -> Engine:
    options = {
        "timezone": "UTC",
        "lock_timeout": int(busy_seconds * 1000),
        "idle_in_transaction_session_timeout": _STALLED_MILLISECONDS,
        **{f"tcp_{name}": number for name, number in _ALIVE.items()},
        "tcp_user_timeout": _UNANSWERED_MILLISECONDS,
    }
    engine = sqlalchemy.create_engine(
        url,
        pool_size=_CONNECTIONS,
        pool_timeout=busy_seconds,
        connect_args={
            "connect_timeout": 5,
            **_ALIVE,
            "tcp_user_timeout": _UNANSWERED_MILLISECONDS,
            "client_encoding": "utf8",
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )
    event.listen(engine, "handle_error", _translate, retval=True)
    return engine


# Errors --------------------------------------------------------------------------------------------------------------

_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_GONE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_POSTGRESQL_BUSY = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.QueryCanceled,
    psycopg.errors.TooManyConnections,
)
_POSTGRESQL_OLD = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)


def _translate(context: ExceptionContext) -> errors.LajurError | None:
    """Give our error for a driver's; a broken constraint stays what it is, it is no trouble of the database.

    A value that no database takes (half a surrogate pair, a number too large; in PostgreSQL also a NUL) came from outside.
    """
    raw = context.original_exception
    if isinstance(raw, UnicodeEncodeError | OverflowError | psycopg.DataError):
        return errors.ValueUnstorable()
    if isinstance(raw, sqlite3.Error):
        return _of_sqlite(raw)
    if isinstance(raw, psycopg.Error):
        return _of_postgresql(raw, gone=context.is_disconnect)
    return None


def _of_sqlite(raw: sqlite3.Error) -> errors.StorageError | None:
    code = getattr(raw, "sqlite_errorcode", 0) & 0xFF  # the primary code
    if code in _SQLITE_BUSY:
        return errors.DatabaseBusy()
    if code in _SQLITE_GONE:
        return errors.DatabaseGone(reason=str(raw))
    if str(raw).startswith(("no such table", "no such column")):
        return errors.SchemaOutdated(found="another", wanted=schema.WANTED)
    return None


def _of_postgresql(raw: psycopg.Error, *, gone: bool) -> errors.StorageError | None:
    if isinstance(raw, _POSTGRESQL_BUSY):
        return errors.DatabaseBusy()
    if isinstance(raw, _POSTGRESQL_OLD):
        return errors.SchemaOutdated(found="another", wanted=schema.WANTED)
    # A server's error has a code; without one it is the connection itself. 57P.. is a server that stops or is not up yet.
    code = raw.sqlstate or ""
    if gone or (
        isinstance(raw, psycopg.OperationalError) and (not code or code[:2] in {"08", "28", "3D", "53", "57", "58"})
    ):
        return errors.DatabaseGone(reason=" ".join(str(raw).split()))
    return None
