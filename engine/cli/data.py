"""What is kept: the database's schema, the people who sign in, the history."""

import re
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import func, select

from engine import config, errors
from engine.cli import NO, progress
from engine.people import groups as groups_
from engine.people import users as users_
from engine.runtime import starts
from engine.store import db, models
from engine.store import history as history_

_SYLLABLES = [consonant + vowel for consonant in "bcdghjklmnprstwy" for vowel in "aiueo"]


@contextmanager
def opened() -> Iterator[tuple[config.Settings, db.Database]]:
    """Give the settings and the installation's open database."""
    settings = config.Settings.from_environment()
    database = db.open(settings.database)
    try:
        yield settings, database
    finally:
        database.close()


@contextmanager
def throwaway() -> Iterator[db.Database]:
    """Give an open database that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lajur-") as folder:
        url = f"sqlite:///{Path(folder) / 'lajur.db'}"
        db.upgrade(url)
        database = db.open(url)
        try:
            yield database
        finally:
            database.close()


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def new_password(username: str) -> str:
    """Make a password that is easy to read out and to type; 45 bits of chance."""
    while True:
        words = ["".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(2)]
        password = f"{words[0]}-{words[1]}-{secrets.randbelow(90) + 10}"
        if username not in password:
            return password


def username_of(key: str) -> str:
    """Make a user name of a group's key."""
    return re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:64] or "somebody"


def open_tasks(session: db.Session) -> dict[str, int]:
    """Count the open tasks of each group, by key."""
    tasks = models.tasks
    statement = select(tasks.c.group_key, func.count()).where(tasks.c.status == "open").group_by(tasks.c.group_key)
    return {key: count for key, count in session.execute(statement) if key is not None}


@click.group("db")
def database() -> None:
    """Make and upgrade the database."""


@database.command("upgrade")
def upgrade() -> None:
    """Make the database, or bring it to this version's schema.

    Nothing is lost: running instances go on. Run it after every update of Lajur, before `lajur serve`. The upgrade is one
    transaction, so it happens whole or not at all. It also takes over the groups of LAJUR_BPMN/office.toml.
    """
    settings = config.Settings.from_environment()
    progress(f"Upgrading {shown(settings.database)}")
    db.upgrade(settings.database)
    store = db.open(settings.database)
    try:
        with store.begin() as session:
            groups_.sync(session, config.read_office(settings.bpmn / "office.toml"))
            starts.complete(session, now=now())
    finally:
        store.close()
    click.echo("The database is up to date.")


def shown(url: str) -> str:
    """Give a database URL without its password."""
    return db.parse(url).render_as_string(hide_password=True)


@click.group()
def users() -> None:
    """Keep the people who sign in."""


@users.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as others read it.")
@click.option("--group", "groups", multiple=True, metavar="KEY", help="A pelaksana of office.toml; may be repeated.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(users_.ROLES),
    help="analyst: deploys and draws; manager: sees every instance; admin: keeps people. May be repeated.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input's first line.")
def add_user(
    username: str, name: str, groups: tuple[str, ...], roles: tuple[str, ...], *, password_stdin: bool
) -> None:
    """Add a person.

    Without --password-stdin a password is made up and printed once.

    \b
    Examples:
      lajur users add sitti --name "Sitti Aminah" --group operator
      echo "$PASSWORD" | lajur users add anton --name "Anton" --role analyst --password-stdin
    """
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else new_password(username.lower())
    with opened() as (_, store), store.begin() as session:
        user = users_.create(
            session, username=username, name=name, password=password, groups=groups, roles=roles, now=now()
        )
    click.echo(f"{user.username} can sign in." if password_stdin else f"{user.username} can sign in with: {password}")


@users.command("password")
@click.argument("username")
def renew_password(username: str) -> None:
    """Give a person a new password, which is printed once, and end their sign-ins."""
    password = new_password(username.lower())
    with opened() as (_, store), store.begin() as session:
        user = users_.find(session, username)
        if user is None:
            raise errors.NotFound(kind="User", key=username)
        users_.renew(session, user.id, password)
        users_.end_sign_ins(session, user.id)
    click.echo(f"{user.username} can sign in with: {password}")


@users.command("list")
def list_users() -> None:
    """Show who can sign in, with groups and roles."""
    with opened() as (_, store), store.read() as session:
        at = now()
        for user in users_.list(session):
            groups = sorted(
                held.group
                for held in groups_.held(session, user.id)
                if held.since <= at and (held.until is None or at < held.until)
            )
            more = "" if user.active else "  (inactive)"
            click.echo(f"{user.username:20} {user.name:32} {', '.join([*groups, *sorted(user.roles)])}{more}")


_BROKEN = {
    "edited": "the content does not fit its hash",
    "gap": "events are missing",
    "truncated": "the last events are missing",
    "orphan": "there are events of a case that does not exist",
}


@click.group()
def history() -> None:
    """Look after the history of what was done."""


@history.command("verify")
@click.argument("instance", required=False)
def verify(instance: str | None) -> None:
    """Check that no event of the history was changed, removed or put in between.

    Each event's hash covers the one before it, and the instance holds the last. Without INSTANCE, an instance's id, all are
    checked. Exit code 1 where something is broken.
    """
    with opened() as (_, store), store.read() as session:
        report = history_.verify(session, instance_id(instance))
    for problem in report.problems:
        place = "" if problem.serial is None else f" at event {problem.serial}"
        click.echo(f"case {problem.instance_id}: {_BROKEN[problem.kind]}{place}")
    click.echo(f"{report.instances} instances, {report.events} events, {len(report.problems)} problems.")
    if report.problems:
        raise SystemExit(NO)


def instance_id(text: str | None) -> UUID | None:
    """Read the id of a case. Raises :class:`errors.NotFound` for what is none."""
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise errors.NotFound(kind="Instance", key=text) from None
