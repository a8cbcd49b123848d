"""The office's own SOPs, from their start to their end, on both databases, as the people whose lanes they have."""

import contextlib

import pytest
from sqlalchemy import select

from engine import config, errors
from engine.cli import answers
from engine.execution import steps
from engine.jobs import messages
from engine.people import access, users
from engine.runtime import definitions, deployments, inbox, instances, tasks
from engine.store import history, models
from tests.cast import NOW
from tests.shared import ROOT

FILES = {
    path.name: path.read_bytes()
    for folder, ending in (("bpmn", "bpmn"), ("forms", "form"))
    for path in sorted((ROOT / folder).glob(f"*.{ending}"))
}


@pytest.fixture(scope="module")
def boalemo():
    """The office of the product."""
    return config.read_office(ROOT / "bpmn" / "office.toml")


@pytest.fixture
def staff(db, boalemo):
    """Everything deployed, and one person in each group."""
    with db.begin() as session:
        deployments.deploy(session, FILES, actor=access.SYSTEM, now=NOW, office=boalemo)
        people = {}
        for key in session.execute(select(models.participants.c.group_key).distinct()).scalars().all():
            name = f"orang-{key}"
            user = users.create(session, username=name, name=key, password="sandi panjang 1", groups=[key], now=NOW)
            people[key] = access.actor_of(session, user.id, NOW)
    return people


SUPERSEDED = "pengelolaan-media-center-2017"
KEYS = [key for name in FILES if name.endswith(".bpmn") and (key := name.removesuffix(".bpmn")) != SUPERSEDED]


def test_every_sop_goes_from_desk_to_desk_to_its_end(db, boalemo, staff, statements):
    """One after the other in one database: to deploy all of them takes longer than to walk them."""
    for key in KEYS:
        walk(db, boalemo, staff, statements, key)


def walk(db, boalemo, staff, statements, key):
    with db.begin() as session:
        loaded = definitions.load(session, definitions.latest(session, key).id)
        case = begun(session, key, loaded, [staff[boalemo.group_of(lane)] for lane in loaded.starters])
    answering = answers.Auto(loaded.diagram)
    seen = []
    while len(seen) < 100 and (work := _next(db, staff) or _told(db, staff, case.id)) is not None:
        who = staff[work.group]
        with db.read() as session:
            view = tasks.get(session, work.id, actor=who)
        question = answers.Question(work.node, work.label, view.form, view.values, NOW.astimezone(boalemo.zone))
        sent = answering.answer(question)
        statements.clear()
        with db.begin() as session:
            tasks.complete(session, work.id, sent, actor=who, now=NOW, seen=work.version)
        assert statements.commits == 1, key
        assert len(statements.sql) <= 15, (key, statements.sql)
        seen.append(work.node)
    with db.read() as session:
        done = instances.get(session, case.id, actor=access.SYSTEM)
        assert (done.instance.status, done.tokens) == ("completed", ()), key
        assert history.verify(session, case.id).problems == (), key
    asked = {node.id for node in loaded.nodes.values() if node.kind == "userTask"}
    assert len(set(seen)) > len(asked) / 2, key


def begun(session, key, loaded, starters):
    """Start a case by hand, or as time does where nobody may."""
    if loaded.begins:
        return instances.start(session, key, actor=starters[0], now=NOW, business_key="015/UM/2026")
    [timer] = steps.start_timers(loaded.spec, now=NOW)
    definition, event = definitions.latest(session, key), steps.StartEvent("timer", timer.node)
    return instances.begin_at(session, definition, event, {}, actor=access.SYSTEM, now=NOW)


def _told(db, staff, case):
    """Let somebody of the lane say that what the case waits for has happened; give the task that follows."""
    with db.begin() as session:
        for who in staff.values():
            view = instances.get(session, case, actor=access.SYSTEM)
            for wait in view.subscriptions:
                with contextlib.suppress(errors.Forbidden):
                    messages.tell(session, case, wait.id, actor=who, now=NOW)
                    break
    return _next(db, staff)


def test_the_superseded_sop_is_there_and_starts_no_case(db, staff):
    with db.begin() as session:
        assert definitions.latest(session, SUPERSEDED).retired_at == NOW
        with pytest.raises(errors.DefinitionRetired):
            instances.start(session, SUPERSEDED, actor=staff["petugas-media-center"], now=NOW)


def _next(db, staff):
    """Give a task that somebody finds in an inbox."""
    with db.read() as session:
        inboxes = (inbox.search(session, actor=who, scope="groups").items for who in staff.values())
        return next((items[0] for items in inboxes if items), None)
