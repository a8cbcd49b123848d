"""Lists of tasks: who finds what where, in which order, and each task exactly once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from engine import errors
from engine.people import access
from engine.runtime import inbox, instances, tasks
from engine.store import models
from tests.cast import NOW

LATE = NOW + timedelta(days=1)


@pytest.fixture
def ask(db, house):
    def asked(who, scope="groups", **given):
        with db.read() as session:
            return inbox.search(session, actor=house.actors[who], scope=scope, now=given.pop("now", NOW), **given).items

    return asked


@pytest.fixture
def count(db, house):
    def counted(who, now=NOW):
        with db.read() as session:
            return inbox.counts(session, actor=house.actors[who], now=now)

    return counted


def change(db, task_id, **values):
    with db.begin() as session:
        session.execute(update(models.tasks).where(models.tasks.c.id == task_id).values(**values))


def test_a_case_goes_through_the_lists_of_those_who_wait_and_work(house, ask, count):
    case = house.start("rahmat")
    (task,) = ask("nurdin")
    house.act(tasks.claim, "nurdin", task.id)
    assert ask("rahmat") == ()
    assert [each.id for each in ask("nurdin", "mine")] == [task.id]
    (waiting,) = ask("rahmat", "waiting")
    assert (waiting.id, waiting.assignee_name) == (task.id, "Nurdin Ali")
    house.complete("nurdin", task.id, {"nomor": "1"})
    assert [each.node for each in ask("rahmat", "waiting")] == ["periksa"]
    assert [(each.id, each.completed_at, each.instance_id) for each in ask("nurdin", "done")] == [
        (task.id, NOW, case.id)
    ]
    assert count("rahmat") == {"mine": 0, "groups": 0, "late": 0, "waiting": 1}
    assert count("yusuf") == {"mine": 0, "groups": 1, "late": 0, "waiting": 0}


def test_what_i_started_and_may_do_myself_waits_for_nobody_else(house, ask):
    house.start("rahmat")
    assert ask("rahmat", "waiting") == ()


def test_what_i_delegated_waits_for_whom_i_gave_it(db, house, ask, count):
    house.start("rahmat")
    (task,) = ask("rahmat")
    change(db, task.id, assignee=house.actors["nurdin"].user_id, owner=house.actors["rahmat"].user_id)
    assert [each.id for each in ask("rahmat", "waiting")] == [task.id]  # once, though rahmat also started its case
    assert count("rahmat")["waiting"] == 1
    change(db, task.id, assignee=house.actors["rahmat"].user_id)
    assert ask("rahmat", "waiting") == ()


def test_late_is_what_i_have_and_what_my_groups_have_not_done_in_time(house, ask, count):
    first, second = house.start("rahmat"), house.start("rahmat")
    mine, free = ask("rahmat")
    house.act(tasks.claim, "rahmat", mine.id)
    assert ask("rahmat", "late") == ()
    assert {each.instance_id for each in ask("rahmat", "late", now=LATE)} == {first.id, second.id}
    assert [each.id for each in ask("nurdin", "late", now=LATE)] == [free.id]
    assert count("rahmat", LATE)["late"] == 2


def test_tasks_of_suspended_cases_are_on_no_desk_and_not_counted(db, house, ask, count):
    case = house.start("rahmat")
    with db.begin() as session:
        instances.suspend(session, case.id, actor=house.actors["sri"], now=NOW)
    for scope in ("mine", "groups", "late", "waiting"):
        assert ask("rahmat", scope, now=LATE) == ()
    assert set(count("rahmat", LATE).values()) == {0}


def test_counting_stops_beyond_a_hundred(house, count):
    for _ in range(inbox.MOST_COUNTED + 3):
        house.start("rahmat")
    assert count("rahmat")["groups"] == inbox.MOST_COUNTED + 1


def test_lists_are_narrowed(db, house, ask):
    house.start("rahmat")
    house.start("rahmat", key="edaran")
    by_process = {each.key: each for each in ask("rahmat")}

    def found(**given):
        now = given.pop("now", NOW)
        return [each.key for each in ask("rahmat", criteria=inbox.Criteria(**given), now=now)]

    assert found(process="edaran") == ["edaran"]
    assert found(process="surat", node="catat") == ["surat"]
    assert found(process="surat", node="arsip") == []
    assert found(group="umum", process="surat") == ["surat"]
    assert found(group="kadis") == []
    assert found(due="none") == ["edaran"]
    assert found(due="today") == ["surat"]
    assert found(due="week") == ["surat"]
    assert found(due="late") == []
    assert found(due="late", now=LATE) == ["surat"]
    assert found(due="week", now=LATE) == []
    change(db, by_process["edaran"].id, priority=2)
    assert found(priority=2) == ["edaran"]
    assert found(priority=0) == ["surat"]


def test_what_a_colleague_has_can_be_seen_but_not_what_somebody_elses_group_has(house, ask):
    house.start("rahmat")
    (task,) = ask("rahmat")
    house.act(tasks.claim, "nurdin", task.id)
    his = inbox.Criteria(assignee=house.actors["nurdin"].user_id)
    assert [each.id for each in ask("rahmat", criteria=his)] == [task.id]
    assert [each.id for each in ask("rahmat", "late", criteria=his, now=LATE)] == [task.id]
    assert ask("yusuf", criteria=his) == ()
    assert ask("rahmat", criteria=inbox.Criteria(assignee=uuid4())) == ()


def test_lists_come_in_the_order_that_is_asked_for(db, house, ask):
    for key in ("surat", "edaran", "surat"):
        house.start("rahmat", key=key)
    oldest = [each.id for each in ask("rahmat", sort="oldest")]
    assert [each.id for each in ask("rahmat", sort="newest")] == oldest[::-1]
    assert [each.key for each in ask("rahmat", sort="sop")] == ["edaran", "surat", "surat"]
    assert [each.key for each in ask("rahmat", sort="due")] == ["surat", "surat", "edaran"]
    change(db, oldest[1], priority=1)
    change(db, oldest[2], priority=2)
    assert [each.id for each in ask("rahmat", sort="priority")] == [oldest[2], oldest[1], oldest[0]]


def test_what_is_done_comes_the_latest_first(house, ask):
    for minute in range(3):
        house.start("rahmat", business_key=str(minute))
        house.complete("rahmat", ask("rahmat")[0].id, {"nomor": "1"}, now=NOW + timedelta(minutes=minute))
    assert [each.business_key for each in ask("rahmat", "done", sort="sop")] == ["2", "1", "0"]


def test_a_list_that_depends_on_the_moment_wants_to_know_it(db, house):
    with db.read() as session, pytest.raises(TypeError):
        inbox.search(session, actor=house.actors["rahmat"], scope="late")


def test_the_engine_itself_and_strangers_have_empty_lists(db, house):
    house.start("rahmat")
    nobody = access.Actor(uuid4(), "", "")
    with db.read() as session:
        for actor in (nobody, access.SYSTEM):
            for scope in inbox.SCOPES:
                assert inbox.search(session, actor=actor, scope=scope, now=LATE).items == ()


ODD = [
    "",
    "x",
    "~",
    "~~~",
    "1~2~3",
    "1" * 5000,
    "9" * 400 + "~" + "0" * 32,
    "\x00~" + "0" * 32,
    "é~1",
    "~".join("123456"),
]


@pytest.mark.parametrize("sort", inbox.SORTS)
@pytest.mark.parametrize("cursor", ODD[1:], ids=range(len(ODD) - 1))
def test_a_forged_place_is_refused(db, house, sort, cursor):
    with db.read() as session, pytest.raises(errors.PageUnknown):
        inbox.search(session, actor=house.actors["rahmat"], scope="groups", sort=sort, after=cursor)


# Paging --------------------------------------------------------------------------------------------------------------

TASKS = st.lists(
    st.tuples(
        st.integers(0, 3),  # hours, few, so that many are due at once; 3: never
        st.integers(0, 2),  # priority
        st.sampled_from(["surat", "edaran"]),
        st.sampled_from(["free", "mine", "other"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=TASKS, limit=st.integers(1, 5))
def test_every_task_stands_on_exactly_one_page_whatever_the_order(db, house, made, limit):
    rahmat = house.actors["rahmat"]
    both = access.Actor(rahmat.user_id, "", "", frozenset({"umum", "staf"}))
    holders = {"free": None, "mine": rahmat.user_id, "other": house.actors["nurdin"].user_id}
    with db.begin() as session:
        for place, (hours, priority, key, holder) in enumerate(made):
            case = instances.start(session, key, actor=rahmat, now=NOW).id
            session.execute(
                update(models.tasks)
                .where(models.tasks.c.instance_id == case)
                .values(
                    due_at=None if hours == 3 else NOW - timedelta(hours=hours),
                    priority=priority,
                    assignee=holders[holder],
                    owner=rahmat.user_id if holder == "other" and place % 2 else None,
                    group_key=["umum", "staf"][place % 2],
                )
            )
        for scope in ("mine", "groups", "late", "waiting"):
            whole = None
            for sort in inbox.SORTS:
                asked = {"actor": both, "scope": scope, "sort": sort, "now": NOW + timedelta(minutes=1)}
                all_ = [row.id for row in inbox.search(session, limit=200, **asked).items]
                paged, after = [], None
                while True:
                    page = inbox.search(session, limit=limit, after=after, **asked)
                    paged += [row.id for row in page.items]
                    after = page.next
                    if after is None:
                        break
                assert paged == all_
                assert len(set(all_)) == len(all_)
                whole = set(all_) if whole is None else whole
                assert set(all_) == whole
        session.rollback()
