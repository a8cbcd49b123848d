"""Who has a task: given, handed over and back, put off, put first, asked for; and all of it in the history."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import errors
from engine.people import access, users
from engine.runtime import assignments, tasks
from engine.store import history, models
from tests.cast import NOW


@pytest.fixture
def letter(house):
    """A started letter's first task, which Rahmat has."""
    house.start("nurdin", business_key="015/UM/2026")
    task = house.inbox("rahmat")[0]
    house.act(tasks.claim, "rahmat", task.id)
    return task


@pytest.fixture
def do(db, house):
    """Do a verb of the module as somebody."""

    def doing(verb, who, task, *given, now=NOW, **more):
        with db.begin() as session:
            return verb(session, task.id, *given, actor=house.actors[who], now=now, **more)

    return doing


def has(db, task):
    with db.read() as session:
        row = session.execute(select(models.tasks).where(models.tasks.c.id == task.id)).one()
        names = {user.id: user.username for user in users.list(session)}
    return names.get(row.assignee), names.get(row.owner)


def told(db):
    with db.read() as session:
        names = {user.id: user.username for user in users.list(session)}
        rows = session.execute(select(models.notices).order_by(models.notices.c.id)).all()
    return [(names[row.user_id], row.kind) for row in rows]


def kinds(house, task):
    return [(each.kind, each.data.get("reason")) for each in house.events(task.instance_id)][-1]


# Assigning -----------------------------------------------------------------------------------------------------------


def test_a_manager_gives_a_task_to_a_member_of_its_group(db, house, letter, do):
    do(assignments.assign, "sri", letter, "nurdin", reason="Rahmat sakit.")
    assert has(db, letter) == ("nurdin", None)
    assert kinds(house, letter) == ("task.assigned", "Rahmat sakit.")
    assert told(db) == [("nurdin", "assigned")]
    house.complete("nurdin", letter.id, {"nomor": "1"})
    with db.read() as session:
        assert history.verify(session).problems == ()


def test_taking_it_from_somebody_needs_a_reason(db, letter, do):
    with pytest.raises(errors.ReasonMissing):
        do(assignments.assign, "sri", letter, "nurdin", reason="  ")
    assert has(db, letter) == ("rahmat", None)


def test_what_nobody_has_is_given_without_a_word(db, house, do):
    house.start("nurdin")
    (free,) = house.inbox("rahmat")
    do(assignments.assign, "sri", free, "rahmat")
    assert has(db, free) == ("rahmat", None)


@pytest.mark.parametrize(
    ("who", "to", "error"),
    [
        ("rahmat", "nurdin", errors.RoleNeeded),
        ("sri", "yusuf", errors.NotCandidate),
        ("sri", "siapa-ini", errors.NotFound),
        ("tamu", "nurdin", errors.TaskForbidden),
    ],
)
def test_who_may_not_assign_or_be_assigned(db, letter, do, who, to, error):
    with pytest.raises(error):
        do(assignments.assign, who, letter, to, reason="ya")
    assert has(db, letter) == ("rahmat", None)


# Delegating ----------------------------------------------------------------------------------------------------------


def test_a_task_is_handed_to_anybody_and_back(db, house, letter, do):
    do(assignments.delegate, "rahmat", letter, "@Yusuf", reason="Perlu telaah sandi.")
    assert has(db, letter) == ("yusuf", "rahmat")
    with db.read() as session:
        view = tasks.get(session, letter.id, actor=house.actors["yusuf"])
    assert (view.owner_name, view.may_complete) == ("Rahmat Ishak", True)
    do(assignments.hand_back, "yusuf", letter, reason="Bukan bagian saya.")
    assert has(db, letter) == ("rahmat", None)
    assert kinds(house, letter) == ("task.handed_back", "Bukan bagian saya.")
    assert told(db) == [("yusuf", "assigned"), ("rahmat", "assigned")]


def test_who_got_it_may_complete_it(house, letter, do):
    do(assignments.delegate, "rahmat", letter, "yusuf")
    assert house.complete("yusuf", letter.id, {"nomor": "1"}).status == "active"


def test_whoever_hands_it_on_the_first_owner_stays(db, letter, do):
    do(assignments.delegate, "rahmat", letter, "yusuf")
    do(assignments.delegate, "yusuf", letter, "fatma")
    assert has(db, letter) == ("fatma", "rahmat")
    do(assignments.delegate, "fatma", letter, "rahmat")
    assert has(db, letter) == ("rahmat", None)


def test_only_who_has_it_hands_it_over(db, house, letter, do):
    with pytest.raises(errors.DelegationForbidden):
        do(assignments.delegate, "nurdin", letter, "yusuf")
    with pytest.raises(errors.ReasonMissing):
        do(assignments.delegate, "sri", letter, "yusuf")
    do(assignments.delegate, "sri", letter, "yusuf", reason="Rahmat cuti.")
    assert has(db, letter) == ("yusuf", "rahmat")


def test_only_what_was_handed_over_is_handed_back(db, letter, do):
    with pytest.raises(errors.HandBackForbidden):
        do(assignments.hand_back, "rahmat", letter, reason="tidak")
    do(assignments.delegate, "rahmat", letter, "yusuf")
    with pytest.raises(errors.ReasonMissing):
        do(assignments.hand_back, "yusuf", letter, reason="")
    assert has(db, letter) == ("yusuf", "rahmat")


# When and how urgent -------------------------------------------------------------------------------------------------


def test_a_task_is_put_off_and_put_first(db, house, letter, do):
    later = NOW + timedelta(days=2)
    do(assignments.follow_up, "rahmat", letter, later)
    do(assignments.prioritise, "rahmat", letter, 2, reason="Diminta Bupati.")
    with db.read() as session:
        view = tasks.get(session, letter.id, actor=house.actors["rahmat"])
    assert (view.follow_up, view.priority) == (later, 2)
    assert kinds(house, letter) == ("task.reprioritised", "Diminta Bupati.")
    do(assignments.follow_up, "rahmat", letter, None)
    with db.read() as session:
        assert tasks.get(session, letter.id, actor=house.actors["rahmat"]).follow_up is None


def test_what_is_past_or_unknown_is_refused(letter, do):
    with pytest.raises(errors.InputError):
        do(assignments.follow_up, "rahmat", letter, NOW)
    for priority in (-1, 3):
        with pytest.raises(errors.InputError):
            do(assignments.prioritise, "rahmat", letter, priority)
    for verb, given in ((assignments.follow_up, NOW + timedelta(1)), (assignments.prioritise, 1)):
        with pytest.raises(errors.PlanForbidden):
            do(verb, "nurdin", letter, given)


# Reminding -----------------------------------------------------------------------------------------------------------


def test_who_waits_reminds_who_has_it_once_an_hour(db, house, letter, do):
    assert do(assignments.nudge, "nurdin", letter) == 1  # he started the case
    assert told(db) == [("rahmat", "nudged")]
    with pytest.raises(errors.NudgedLately):
        do(assignments.nudge, "sri", letter, now=NOW + timedelta(minutes=59))
    assert do(assignments.nudge, "sri", letter, now=NOW + timedelta(minutes=61)) == 1
    assert kinds(house, letter)[0] == "task.nudged"


def test_what_nobody_has_reminds_its_group(db, house, do):
    house.start("nurdin")
    (free,) = house.inbox("rahmat")
    assert do(assignments.nudge, "sri", free) == 2
    assert told(db) == [("nurdin", "nudged"), ("rahmat", "nudged")]


def test_who_has_it_or_does_not_wait_reminds_nobody(letter, do):
    with pytest.raises(errors.NudgeForbidden):
        do(assignments.nudge, "rahmat", letter)
    with pytest.raises(errors.TaskForbidden):
        do(assignments.nudge, "fatma", letter)


# Undoing -------------------------------------------------------------------------------------------------------------


def test_a_claim_is_undone_within_a_minute(db, house, letter, do):
    do(assignments.undo_claim, "rahmat", letter, now=NOW + timedelta(seconds=50))
    assert has(db, letter) == (None, None)
    assert kinds(house, letter) == ("task.unclaimed", None)


def test_later_it_is_not(db, letter, do):
    with pytest.raises(errors.InstanceChanged):
        do(assignments.undo_claim, "rahmat", letter, now=NOW + timedelta(seconds=61))
    with pytest.raises(errors.InstanceChanged):
        do(assignments.undo_claim, "nurdin", letter)
    assert has(db, letter) == ("rahmat", None)


# Who there is --------------------------------------------------------------------------------------------------------


def test_members_are_those_who_hold_the_position_now(db):
    with db.read() as session:
        assert [each.username for each in assignments.members(session, "umum", now=NOW)] == ["nurdin", "rahmat"]
        assert assignments.members(session, "umum", now=NOW - timedelta(days=4000)) == ()
        assert assignments.members(session, None, now=NOW) == ()
        assert {"tamu", "sri"} <= {each.username for each in assignments.everybody(session)}


@pytest.mark.parametrize("reason", ["x" * 501, "\u202e" * 3 + "x" * 501])
def test_a_reason_has_a_length(letter, do, reason):
    with pytest.raises(errors.ReasonTooLong):
        do(assignments.delegate, "rahmat", letter, "yusuf", reason=reason)


def test_the_engine_itself_needs_no_permission(db, letter):
    with db.begin() as session:
        assignments.prioritise(session, letter.id, 1, actor=access.SYSTEM, now=NOW)
