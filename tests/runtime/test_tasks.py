import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from engine import errors
from engine.people import access, groups
from engine.runtime import deployments, inbox, instances, records, tasks
from engine.store import history, keys, models
from tests.cast import NOW
from tests.diagrams_made import linear, task

ANSWERS = {"nomor": "015/UM/2026"}


@pytest.fixture
def letter(house):
    """A started letter's first task."""
    house.start(business_key="015/UM/2026")
    return house.inbox("rahmat")[0]


# The main path -------------------------------------------------------------------------------------------------------


def test_a_letter_goes_from_desk_to_desk(db, house, letter):
    case = letter.instance_id
    assert (letter.name, letter.process, letter.key, letter.sop_no) == ("Catat surat", "Surat Masuk", "surat", "1")
    assert (letter.lane, letter.group, letter.assignee) == ("Pengadministrasi Umum", "umum", None)
    done = house.complete("rahmat", letter.id, ANSWERS, now=NOW + timedelta(minutes=3))
    assert (done.instance_id, done.status, done.next_tasks) == (case, "active", ())
    (judged,) = house.inbox("yusuf")
    house.complete("yusuf", judged.id, {"keputusan": "kembalikan"})
    (again,) = house.inbox("nurdin")
    assert again.id != letter.id
    assert again.node == "catat"
    house.complete("nurdin", again.id, {"nomor": "016/UM/2026"})
    house.complete("yusuf", house.inbox("yusuf")[0].id, {"keputusan": "setuju"})
    assert house.complete("fatma", house.inbox("fatma")[0].id).status == "completed"
    seen = house.view("sri", case)
    assert seen.instance.status == "completed"
    assert seen.instance.ended_at == NOW
    assert {name: value for name, value in seen.variables.items() if value is not None} == {
        "nomor": "016/UM/2026",
        "keputusan": "setuju",
    }
    assert [task.completed_by for task in seen.tasks] == [
        "Rahmat Ishak",
        "Yusuf Lahay",
        "Nurdin Ali",
        "Yusuf Lahay",
        "Fatma Hulopi",
    ]
    assert {"mulai", "mulai_catat", "putusan_catat", "selesai"} <= seen.visited
    with db.read() as session:
        assert history.verify(session).problems == ()


def test_a_task_page_has_all_it_shows(db, house, letter):
    with db.read() as session:
        view = tasks.get(session, letter.id, actor=house.actors["nurdin"])
    assert view.task == letter
    assert view.properties["sop.waktu"] == "5 menit"
    assert view.form.names == {"nomor", "perihal"}
    assert view.values == {}
    assert (view.may_claim, view.may_release, view.may_complete, view.assignee_name) == (True, False, True, None)
    house.complete("nurdin", letter.id, ANSWERS)
    (judged,) = house.inbox("yusuf")
    house.act(tasks.claim, "yusuf", judged.id)
    with db.read() as session:
        view = tasks.get(session, judged.id, actor=house.actors["yusuf"])
    assert view.values["nomor"] == "015/UM/2026"
    assert (view.may_claim, view.may_release, view.may_complete) == (False, True, True)
    assert view.assignee_name == "Yusuf Lahay"


def test_the_tasks_one_may_go_on_with_are_told(house):
    house.start(key="edaran")
    done = house.complete("rahmat", house.inbox("rahmat")[0].id, {"penerima": [{"nama": "Bupati"}]})
    assert done.next_tasks == ()
    work = house.inbox("fatma")[0]
    assert house.complete("fatma", work.id).next_tasks == ()
    house.start()
    letter = house.inbox("rahmat")[0]
    house.complete("rahmat", letter.id, ANSWERS)


def test_what_people_send_without_a_form_is_dropped(db, house, letter):
    house.complete("rahmat", letter.id, {**ANSWERS, "keputusan": "setuju", "admin": True})
    house.complete("yusuf", house.inbox("yusuf")[0].id, {"keputusan": "setuju"})
    house.complete("fatma", house.inbox("fatma")[0].id, {"rahasia": "1"})
    variables = house.view("sri", letter.instance_id).variables
    assert "rahasia" not in variables
    assert "admin" not in variables


def test_the_engine_itself_may_hand_over_values(db, house):
    house.start(key="edaran")
    house.complete("rahmat", house.inbox("rahmat")[0].id, {"penerima": [{"nama": "Bupati"}]})
    work = house.inbox("fatma")[0]
    with db.begin() as session:
        tasks.complete(session, work.id, {"kurir": "Caraka"}, actor=access.SYSTEM, now=NOW)
    assert house.view("sri", work.instance_id).variables["kurir"] == "Caraka"


# The inbox -----------------------------------------------------------------------------------------------------------


def test_tasks_of_one_node_are_told_apart_by_their_item(house):
    house.start(key="edaran")
    people = [{"nama": "Bupati"}, {"nama": "Wakil\x07 Bupati "}, {"nama": "x" * 300}]
    house.complete("rahmat", house.inbox("rahmat")[0].id, {"penerima": people[:1] + people[2:]})
    labels = [task.label for task in house.inbox("fatma")]
    assert labels[0] == "Kirim surat – Bupati"
    assert len(labels[1]) <= 220


def test_the_most_urgent_comes_first_and_pages_join_up(db, house):
    for number in range(7):
        house.start(business_key=f"{number}")
    with db.begin() as session:
        late = session.execute(select(models.tasks.c.id).order_by(models.tasks.c.id)).scalars().all()
        for position, wanted in ((0, None), (3, NOW - timedelta(days=2)), (5, NOW - timedelta(days=2)), (6, NOW)):
            session.execute(update(models.tasks).where(models.tasks.c.id == late[position]).values(due_at=wanted))
    found, after = [], None
    with db.read() as session:
        while True:
            page = inbox.search(session, actor=house.actors["rahmat"], scope="groups", after=after, limit=2)
            found += page.items
            after = page.next
            if after is None:
                break
    assert [task.business_key for task in found] == ["3", "5", "6", "1", "2", "4", "0"]
    assert found[-1].due_at is None
    assert found[3].due_at == NOW + timedelta(minutes=5)


def test_the_inbox_can_be_searched(house):
    house.start(business_key="000.8/15_OR%")
    house.start(business_key="other")
    house.start(key="edaran")
    assert [task.business_key for task in house.inbox("rahmat", text="15_or%")] == ["000.8/15_OR%"]
    assert len(house.inbox("rahmat", text=" surat masuk ")) == 2
    assert house.inbox("rahmat", text="%") == ()  # marks are no words
    assert house.inbox("rahmat", text="tiada\x00") == ()


@pytest.mark.parametrize("cursor", ["x", "1.x", "1", "99999999999999999999.0", ".", "0." + "0" * 32 + "0"])
def test_a_cursor_that_is_made_up_is_refused(house, cursor):
    with pytest.raises(errors.PageUnknown):
        house.inbox("rahmat", after=cursor)


def test_what_somebody_has_is_theirs_alone(house, letter):
    house.act(tasks.claim, "rahmat", letter.id)
    assert house.inbox("nurdin") == ()
    assert [task.id for task in house.inbox("rahmat", "mine")] == [letter.id]
    house.act(tasks.release, "rahmat", letter.id)
    assert [task.id for task in house.inbox("nurdin")] == [letter.id]
    assert house.inbox("rahmat", "mine") == ()


def test_people_without_groups_have_nothing(house, letter):
    assert house.inbox("tamu") == house.inbox("tamu", "mine") == ()


# Refusals ------------------------------------------------------------------------------------------------------------


def test_somebody_elses_task_is_refused(db, house, letter):
    before = house.events(letter.instance_id)
    for verb in (tasks.claim, tasks.release, lambda s, t, **k: tasks.complete(s, t, ANSWERS, **k)):
        with pytest.raises(errors.TaskForbidden, match="umum"):
            house.act(verb, "yusuf", letter.id)
    with db.read() as session, pytest.raises(errors.TaskForbidden):
        tasks.get(session, letter.id, actor=house.actors["yusuf"])
    assert house.events(letter.instance_id) == before


def test_a_task_that_a_colleague_has_is_refused_with_the_name(house, letter):
    house.act(tasks.claim, "rahmat", letter.id)
    with pytest.raises(errors.TaskTaken, match="Rahmat Ishak"):
        house.act(tasks.claim, "nurdin", letter.id)
    with pytest.raises(errors.TaskTaken, match="Rahmat Ishak"):
        house.complete("nurdin", letter.id, ANSWERS)
    with pytest.raises(errors.TaskForbidden):
        house.act(tasks.release, "nurdin", letter.id)
    house.act(tasks.claim, "rahmat", letter.id)  # once more: nothing to do
    house.complete("rahmat", letter.id, ANSWERS)


def test_a_manager_may_free_a_task_but_not_do_it(house, letter):
    house.act(tasks.claim, "rahmat", letter.id)
    with pytest.raises(errors.TaskForbidden):
        house.complete("sri", letter.id, ANSWERS)
    with pytest.raises(errors.TaskForbidden):
        house.act(tasks.claim, "sri", letter.id)
    house.act(tasks.release, "sri", letter.id)
    house.act(tasks.release, "sri", letter.id)
    house.complete("nurdin", letter.id, ANSWERS)


@pytest.mark.parametrize("verb", [tasks.claim, tasks.release, lambda s, t, **k: tasks.complete(s, t, {}, **k)])
def test_an_unknown_task_is_not_found(house, verb):
    with pytest.raises(errors.NotFound, match="Task"):
        house.act(verb, "rahmat", keys.new())


@pytest.mark.parametrize("verb", [tasks.claim, tasks.release, lambda s, t, **k: tasks.complete(s, t, ANSWERS, **k)])
def test_a_finished_task_is_closed(db, house, letter, verb):
    house.complete("rahmat", letter.id, ANSWERS)
    with pytest.raises(errors.TaskClosed):
        house.act(verb, "rahmat", letter.id)
    with db.read() as session, pytest.raises(errors.TaskClosed):
        tasks.get(session, letter.id, actor=house.actors["rahmat"])


def test_wrong_answers_are_refused_field_by_field_and_change_nothing(db, house, letter):
    before = house.events(letter.instance_id)
    with pytest.raises(errors.FormInvalid) as refused:
        house.complete("rahmat", letter.id, {"nomor": ""})
    assert set(refused.value.errors) == {"nomor"}
    with pytest.raises(errors.FormInvalid):
        house.complete("rahmat", letter.id, {"nomor": "x" * 1_000_000})
    assert house.events(letter.instance_id) == before
    assert house.inbox("rahmat")[0].version == letter.version


def test_a_stale_page_is_told(house, letter):
    house.act(tasks.claim, "nurdin", letter.id)
    house.act(tasks.release, "nurdin", letter.id)
    with pytest.raises(errors.InstanceChanged):
        house.complete("rahmat", letter.id, ANSWERS, seen=letter.version)
    fresh = house.inbox("rahmat")[0]
    house.complete("rahmat", letter.id, ANSWERS, seen=fresh.version)


def test_a_task_of_a_cancelled_case_is_closed(db, house, letter):
    with db.begin() as session:
        instances.cancel(session, letter.instance_id, actor=house.actors["sri"], now=NOW)
    with pytest.raises(errors.TaskClosed):
        house.complete("rahmat", letter.id, ANSWERS)
    assert house.inbox("rahmat") == ()


def test_a_group_follows_the_office_when_the_task_opens(db, house, letter, office):
    from dataclasses import replace  # noqa: PLC0415

    moved = [replace(each, lanes=()) if each.key == "kasi_persandian" else each for each in office.groups]
    moved = [replace(each, name="Kasi Sandi") if each.key == "kasi_persandian" else each for each in moved]
    moved = [
        replace(each, lanes=(*each.lanes, "Kasi Persandian")) if each.key == "sekretaris" else each for each in moved
    ]
    with db.begin() as session:
        groups.sync(session, replace(office, groups=tuple(moved)))
    house.complete("rahmat", letter.id, ANSWERS)
    assert [task.group for task in house.inbox("sri")] == ["sekretaris"]


# At once -------------------------------------------------------------------------------------------------------------


def race(*actions):
    """Run actions in threads that begin together; give what each came to: a value or an error."""
    gate = threading.Barrier(len(actions))
    came = [None] * len(actions)

    def run(number, action):
        gate.wait()
        try:
            came[number] = action()
        except errors.LajurError as error:
            came[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_of_two_who_complete_one_task_one_succeeds_and_one_is_told(db, house):
    for _ in range(10):
        house.start()
        (task,) = house.inbox("rahmat")
        came = race(
            lambda task=task: house.complete("rahmat", task.id, ANSWERS, seen=task.version),
            lambda task=task: house.complete("nurdin", task.id, ANSWERS, seen=task.version),
        )
        assert sorted(type(each).__name__ for each in came) == ["Completion", "TaskClosed"]
        kinds = [event.kind for event in house.events(task.instance_id)]
        assert kinds == ["instance.started", "task.opened", "task.completed", "task.opened"]
    assert len(house.inbox("yusuf")) == 10
    with db.read() as session:
        assert history.verify(session).problems == ()


def test_of_two_who_claim_one_task_one_has_it(house):
    for _ in range(10):
        house.start()
        (task,) = house.inbox("rahmat")
        came = race(
            lambda task=task: house.act(tasks.claim, "rahmat", task.id),
            lambda task=task: house.act(tasks.claim, "nurdin", task.id),
        )
        assert sorted(type(each).__name__ for each in came) == ["NoneType", "TaskTaken"]
        assert house.inbox("rahmat") == ()


def test_parallel_tasks_of_one_case_all_succeed(db, house):
    """They wait for each other, and none is told of a conflict that is none."""
    house.start(key="edaran")
    people = [{"nama": f"Penerima {number}"} for number in range(6)]
    house.complete("rahmat", house.inbox("rahmat")[0].id, {"penerima": people})
    work = house.inbox("fatma")
    assert len(work) == 6
    came = race(*(lambda task=task: house.complete("fatma", task.id) for task in work))
    assert sorted(each.status for each in came) == ["active"] * 5 + ["completed"]
    with db.read() as session:
        assert history.verify(session).problems == ()


def test_a_cancellation_and_a_completion_do_not_mix(db, house):
    for _ in range(10):
        case = house.start()
        (task,) = house.inbox("rahmat")

        def cancel(case=case):
            with db.begin() as session:
                instances.cancel(session, case.id, actor=house.actors["sri"], now=NOW)

        race(lambda task=task: house.complete("rahmat", task.id, ANSWERS), cancel)
        assert house.view("sri", case.id).instance.status == "cancelled"
        assert house.inbox("rahmat") == house.inbox("yusuf") == ()
    with db.read() as session:
        assert history.verify(session).problems == ()


def test_the_version_is_the_net_below_the_lock(db, house, letter):
    """Somebody who changes an instance without holding it is found out, and nothing is written."""
    with pytest.raises(errors.InstanceChanged), db.begin() as session:  # noqa: PT012  # the last line raises
        held = records.hold(session, letter.instance_id)
        session.execute(text("UPDATE instances SET version = version + 1"))
        records.note(session, held, [history.Event("x")], actor=access.SYSTEM, now=NOW)
    house.complete("rahmat", letter.id, ANSWERS)


# Its cost ------------------------------------------------------------------------------------------------------------


def test_a_completion_is_few_statements_and_one_commit(house, letter, statements):
    house.complete("rahmat", letter.id, ANSWERS)  # whatever is read once in a process is read
    warm = house.inbox("yusuf")[0]
    statements.clear()
    house.complete("yusuf", warm.id, {"keputusan": "setuju"})
    assert statements.commits == 1
    assert statements.rollbacks == 0
    assert len(statements.sql) <= 8, statements.sql


def test_a_refused_completion_commits_nothing(house, letter, statements):
    with pytest.raises(errors.FormInvalid):
        house.complete("rahmat", letter.id, {})
    assert statements.commits == 0
    assert not [sql for sql in statements.sql if not sql.startswith("SELECT")]


def test_lists_cost_one_statement_whatever_they_hold(db, house, statements):
    for _ in range(3):
        house.start()
    statements.clear()
    house.inbox("rahmat")
    assert len(statements.sql) == 2  # the keys of a page, then what stands there


def test_the_next_task_of_a_case_is_mine_first_then_my_groups(house, db):
    case = house.start(key="edaran")
    (listed,) = house.inbox("rahmat")
    house.complete("rahmat", listed.id, {"penerima": [{"nama": "Bupati"}, {"nama": "Sekda"}]})
    first, second = house.inbox("fatma")
    with db.begin() as session:
        fatma, sitti = house.actors["fatma"], house.actors["sitti"]
        assert tasks.next_of(session, case.id, actor=fatma) == first.id
        assert tasks.next_of(session, case.id, actor=sitti) is None
        tasks.claim(session, second.id, actor=fatma, now=NOW)
        assert tasks.next_of(session, case.id, actor=fatma) == second.id


def test_a_due_date_of_the_diagram_goes_before_the_waktu(db, house, office):
    source = linear("tenggat", task("catat", "Pengadministrasi Umum", waktu="5 menit"))
    with db.begin() as session:
        files = {
            "tenggat.bpmn": source.replace(
                b'<bpmn:userTask id="catat"', b'<bpmn:userTask camunda:dueDate="P2D" id="catat"'
            )
        }
        deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=office)
    house.start("rahmat", key="tenggat")
    (found,) = house.inbox("rahmat")
    assert found.due_at == NOW + timedelta(days=2)
