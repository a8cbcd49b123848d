"""Who may do what, as one matrix: a row is an action, a column is somebody."""

import pytest
from sqlalchemy import text

from engine import errors
from engine.people import access
from tests.cast import NOW

PEOPLE = ["assignee", "candidate", "starter", "participant", "stranger", "manager", "analyst", "admin", "system"]

#                          assig cand  start part  stran manag analy admin system
MATRIX = {
    "start":              [1,    1,    1,    0,    0,    1,    1,    1,    1],
    "see task":           [1,    1,    0,    0,    0,    1,    0,    1,    1],
    "see taken task":     [1,    1,    0,    0,    0,    1,    0,    1,    1],
    "claim":              [1,    1,    0,    0,    0,    0,    0,    0,    0],
    "claim taken":        [0,    0,    0,    0,    0,    0,    0,    0,    0],
    "release":            [0,    0,    0,    0,    0,    0,    0,    0,    0],
    "release taken":      [1,    0,    0,    0,    0,    1,    0,    0,    1],
    "complete":           [1,    1,    0,    0,    0,    0,    0,    0,    1],
    "complete taken":     [1,    0,    0,    0,    0,    0,    0,    0,    1],
    "see case":           [1,    1,    1,    1,    0,    1,    1,    1,    1],
    "see every case":     [0,    0,    0,    0,    0,    1,    1,    1,    1],
    "cancel":             [0,    0,    0,    0,    0,    1,    0,    1,    1],
    "tell":               [1,    1,    0,    0,    0,    1,    0,    1,    1],
    "deploy":             [0,    0,    0,    0,    0,    0,    1,    1,    1],
    "keep people":        [0,    0,    0,    0,    0,    0,    0,    1,    1],
}  # fmt: skip


@pytest.fixture
def people(db, cast):
    """The task is for ``umum``; Rahmat has it; Nurdin could; Fatma (staf) started the case; Sitti has a lane in it."""
    names = ["rahmat", "nurdin", "fatma", "sitti", "tamu", "sri", "anton", "dewi"]
    with db.read() as session:
        actors = [cast.actor(session, name) for name in names]
    return dict(zip(PEOPLE, [*actors, access.SYSTEM], strict=True))


def allowed(action, actor, people):
    taken = people["assignee"].user_id
    started_by = people["starter"].user_id
    verbs = {
        "start": lambda: access.may_start(actor, ["umum", "staf"]),
        "see task": lambda: access.may_see_task(actor, assignee=None, group="umum"),
        "see taken task": lambda: access.may_see_task(actor, assignee=taken, group="umum"),
        "claim": lambda: access.may_claim(actor, assignee=None, group="umum"),
        "claim taken": lambda: access.may_claim(actor, assignee=taken, group="umum"),
        "release": lambda: access.may_release(actor, assignee=None),
        "release taken": lambda: access.may_release(actor, assignee=taken),
        "complete": lambda: access.may_complete(actor, assignee=None, group="umum"),
        "complete taken": lambda: access.may_complete(actor, assignee=taken, group="umum"),
        "see case": lambda: access.may_see_instance(actor, participants=["umum", "operator"], started_by=started_by),
        "see every case": lambda: access.may_see_all_instances(actor),
        "cancel": lambda: access.may_cancel(actor),
        "tell": lambda: access.may_tell(actor, group="umum"),
        "deploy": lambda: access.may_deploy(actor),
        "keep people": lambda: access.may_keep_people(actor),
    }
    return verbs[action]()


@pytest.mark.parametrize("action", MATRIX)
def test_matrix(people, action):
    assert [int(allowed(action, actor, people)) for actor in people.values()] == MATRIX[action]


def test_nobody_may_anything_unless_said(people):
    nobody = access.Actor(None, "", "")
    assert not any(allowed(action, nobody, people) for action in MATRIX)


def test_a_task_of_no_group_is_nobodys(people):
    for actor in people.values():
        assert not access.may_claim(actor, assignee=None, group=None)
    assert not access.may_tell(people["candidate"], group=None)
    assert not access.may_complete(people["candidate"], assignee=None, group=None)


def test_what_is_refused_is_said(people):
    taken = {"assignee": people["assignee"].user_id, "assignee_name": "Rahmat Ishak", "group": "umum"}
    with pytest.raises(errors.TaskTaken, match="Rahmat Ishak"):
        access.require_work(people["candidate"], **taken)
    with pytest.raises(errors.TaskForbidden, match="umum"):
        access.require_work(people["stranger"], **taken)
    access.require_work(people["assignee"], **taken)
    with pytest.raises(errors.TaskForbidden):
        access.require_see_task(people["stranger"], assignee=None, group="umum")
    with pytest.raises(errors.TaskForbidden):
        access.require_release(people["candidate"], assignee=taken["assignee"], group="umum")
    with pytest.raises(errors.StartForbidden, match="staf, umum"):
        access.require_start(people["stranger"], ["umum", "staf"])
    with pytest.raises(errors.InstanceForbidden):
        access.require_see_instance(people["stranger"], participants=["umum"], started_by=None)
    with pytest.raises(errors.TellForbidden, match="umum"):
        access.require_tell(people["participant"], group="umum")
    for require, role in (
        (access.require_cancel, "manager"),
        (access.require_deploy, "analyst"),
        (access.require_keep_people, "admin"),
    ):
        with pytest.raises(errors.RoleNeeded, match=role):
            require(people["stranger"])
        require(people["admin"])


def test_an_inactive_user_is_no_actor(db, cast):
    with db.begin() as session:
        session.execute(text("UPDATE users SET active = :no WHERE username = 'sitti'"), {"no": False})
        with pytest.raises(errors.NotFound, match="User"):
            cast.actor(session, "sitti")


def test_an_actor_is_one_question(db, cast, statements):
    with db.read() as session:
        actor = cast.actor(session, "sri", NOW)
        assert (actor.groups, actor.roles) == ({"sekretaris"}, {"employee", "manager"})
    assert len(statements.sql) == 1
