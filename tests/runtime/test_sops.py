"""The office's own SOPs, from their start to their end, on both databases, as the people whose lanes they have."""

import pytest
from sqlalchemy import select

from engine import config
from engine.cli import answers
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


@pytest.mark.parametrize("key", [name.removesuffix(".bpmn") for name in FILES if name.endswith(".bpmn")])
def test_an_sop_goes_from_desk_to_desk_to_its_end(db, boalemo, staff, statements, key):
    with db.begin() as session:
        loaded = definitions.load(session, definitions.latest(session, key).id)
        first = staff[boalemo.group_of(loaded.starters[0])]
        case = instances.start(session, key, actor=first, now=NOW, business_key="015/UM/2026")
    answering = answers.Auto(loaded.diagram)
    seen = []
    while len(seen) < 100 and (work := _next(db, staff)) is not None:
        who = staff[work.group]
        with db.read() as session:
            view = tasks.get(session, work.id, actor=who)
        question = answers.Question(work.node, work.label, view.form, view.values, NOW.astimezone(boalemo.zone))
        sent = answering.answer(question)
        statements.clear()
        with db.begin() as session:
            tasks.complete(session, work.id, sent, actor=who, now=NOW, seen=work.version)
        assert statements.commits == 1
        assert len(statements.sql) <= 15, statements.sql
        seen.append(work.node)
    with db.read() as session:
        done = instances.get(session, case.id, actor=access.SYSTEM)
        assert (done.instance.status, done.tokens) == ("completed", ())
        assert history.verify(session, case.id).problems == ()
    asked = {node.id for node in loaded.nodes.values() if node.kind == "userTask"}
    assert len(set(seen)) > len(asked) / 2


def _next(db, staff):
    """Give a task that somebody finds in an inbox."""
    with db.read() as session:
        inboxes = (inbox.search(session, actor=who, scope="groups").items for who in staff.values())
        return next((items[0] for items in inboxes if items), None)
