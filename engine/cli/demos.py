"""`lajur demo`: the office's SOPs at work with demo people, from nothing to pages in a browser."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from engine import config, errors
from engine.cli import answers, data, diagrams, progress, running, serving
from engine.diagrams import reading
from engine.people import access, groups, users
from engine.runtime import deployments, instances
from engine.store import db


@dataclass(frozen=True, slots=True)
class Case:
    """A case that the demo walks: ``tasks`` of it, or ``None`` for all. ``answers`` as for ``lajur run``."""

    key: str
    business_key: str | None = None
    tasks: int | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Play:
    """What ``demo.json`` beside the diagrams says; all of it may be left out.

    ``people``: group key -> a person's name; ``members``: username -> other groups the person is in; ``roles``: username ->
    roles; ``others``: people without a group.
    """

    people: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, list[str]] = field(default_factory=dict)
    roles: Mapping[str, list[str]] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()


def read(path: Path) -> Play:
    """Read ``demo.json``; an empty play where there is none. Raises :class:`errors.InputError`."""
    if not path.is_file():
        return Play()
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        cases = tuple(Case(**case) for case in found.pop("cases", ()))
        return Play(**found, cases=cases)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise errors.InputError(reason=f"{path}: {error}") from None


@click.command(short_help="Everything at once, with demo people.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--serve/--no-serve", default=True, show_default=True, help="Serve the pages at the end.")
def demo(host: str, port: int, *, serve: bool) -> None:
    """Set up a demo office, walk one letter through it, and serve.

    Makes the database of LAJUR_DATABASE, deploys LAJUR_BPMN and LAJUR_FORMS, makes a person for each group, whose passwords are
    printed this once, walks one case to its end in the terminal and starts a few more. Run again, it keeps everything that
    is there. Only for trying things out: a real office adds its people with `lajur users add`.
    """
    settings = config.Settings.from_environment()
    if serve:
        serving.require_port(host, port)
    office = config.read_office(settings.bpmn / "office.toml")
    play = read(settings.bpmn / "demo.json")
    progress(f"Database: {data.shown(settings.database)}")
    db.upgrade(settings.database)
    database = db.open(settings.database)
    try:
        _deploy(database, settings, office)
        passwords = _hire(database, office, play)
        if not _has_cases(database):
            _perform(database, office, settings, play)
        else:
            click.echo("The cases of an earlier run are kept.")
        _introduce(database, passwords)
    finally:
        database.close()
    if serve:
        click.echo(f"\nLajur on {serving.address(host, port)}   (Ctrl+C ends it; what was done stays)")
        serving.listen(host, port, serving.THREADS, has_worker=settings.worker is not False)


def _deploy(database: db.Database, settings: config.Settings, office: config.Office) -> None:
    """Deploy the office's files, except where somebody has made a newer version: what was done stays."""
    files = diagrams.known(settings)
    with database.begin() as session:
        own = {f"{each.key}.bpmn": each for each in deployments.list_latest(session) if each.deployed_by}
        try:
            named = {path.name: source for path, source in files.items() if path.name not in own}
            done = deployments.deploy(session, named, actor=access.SYSTEM, now=data.now(), office=office)
        except errors.DiagramRefused as error:
            diagrams.show({path.name: path for path in files}, error.place["files"])
            raise
    for each in own.values():
        click.echo(f"{each.key} stays at version {each.version} of {each.deployed_by}.")
    if done.created:
        click.echo(f"Deployed {', '.join(f'{each.key} (version {each.version})' for each in done.created)}.")


def _hire(database: db.Database, office: config.Office, play: Play) -> dict[str, str]:
    """Make the demo people where there is nobody yet; give username -> password of those made now."""
    wanted: list[tuple[str, str, list[str], list[str]]] = [
        (
            group.key,
            play.people.get(group.key, group.name),
            [group.key, *play.members.get(group.key, [])],
            play.roles.get(group.key, []),
        )
        for group in office.groups
    ]
    wanted += [(username, each["name"], [], each.get("roles", [])) for username, each in play.others.items()]
    passwords: dict[str, str] = {}
    with database.begin() as session:
        if users.list(session):
            return passwords
        progress(f"Making {len(wanted)} demo people")
        for key, name, member_of, roles in wanted:
            username = data.username_of(key)
            passwords[username] = data.new_password(username)
            users.create(
                session,
                username=username,
                name=name,
                password=passwords[username],
                groups=member_of,
                roles=roles,
                now=data.now(),
            )
    return passwords


def _has_cases(database: db.Database) -> bool:
    with database.read() as session:
        return bool(instances.search(session, actor=access.SYSTEM, limit=1).items)


def _perform(database: db.Database, office: config.Office, settings: config.Settings, play: Play) -> None:
    """Walk the cases of the play: the first for everybody to see, the others quietly."""
    with database.read() as session:
        deployed = {each.key: each.id for each in deployments.list_latest(session)}
        people = _actors(session)
    cases = [case for case in play.cases if case.key in deployed] or [Case(key) for key in deployed]
    for number, case in enumerate(cases):
        diagram = reading.read(diagrams.content(diagrams.find(settings, case.key)))
        answering = answers.given(case.answers, answers.Auto(diagram), f"demo.json: {case.key}")
        walk = running.Walk(database, office, answering, people=people)
        most = running.MOST_TASKS if case.tasks is None else case.tasks
        if number == 0:
            click.echo(f"\n{case.business_key or case.key}: {diagram.process.name}\n")
        for move in walk.start(case.key, business_key=case.business_key, most=most):
            if number == 0:
                walk.print(move)
        if number == 0:
            click.echo(f"{'':5}{walk.status} after {len(walk.moves) - 1} tasks\n")
        else:
            click.echo(f"Started {case.business_key or case.key}: {diagram.process.name}")


def _actors(session: db.Session) -> dict[str, access.Actor]:
    """Give somebody for each group."""
    found: dict[str, access.Actor] = {}
    for user in users.list(session):
        actor = access.actor_of(session, user.id, data.now())
        for key in actor.groups:
            found.setdefault(key, actor)
    return found


def _introduce(database: db.Database, passwords: Mapping[str, str]) -> None:
    """Print who can sign in, those with work first."""
    with database.read() as session:
        people = [access.actor_of(session, user.id, data.now()) for user in users.list(session) if user.active]
        office = groups.office(session)
        waiting = data.open_tasks(session)
    rows = []
    for actor in people:
        tasks = sum(waiting.get(key, 0) for key in actor.groups)
        held = [group.name for key in sorted(actor.groups) if (group := office.group(key))]
        rows.append(
            (
                tasks,
                actor.username,
                passwords.get(actor.username, ""),
                actor.name,
                [*held, *sorted(actor.roles - {"employee"})],
            )
        )
    rows.sort(key=lambda row: (-row[0], row[1]))
    click.echo("Who can sign in:\n")
    title = "password (shown this once)" if passwords else ""
    click.echo(f"  {'user name':24}{title:28}{'name':26}position, tasks waiting")
    for tasks, username, password, name, positions in rows:
        note = f" ({tasks})" if tasks else ""
        click.echo(
            f"  {username:24}{password or ('' if not passwords else '-'):28}{name:26}{', '.join(positions)}{note}"
        )
    if not passwords:
        click.echo(
            "\nTheir passwords were printed when they were made; `lajur users password USERNAME` makes a new one."
        )
