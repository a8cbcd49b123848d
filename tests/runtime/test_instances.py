from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from engine import errors
from engine.execution import steps
from engine.people import access
from engine.runtime import deployments, inbox, instances, records, tasks
from engine.store import history, keys, models
from tests.cast import NOW
from tests.diagrams_made import diagram, flow, form, linear, node, task, textfield


@pytest.fixture
def deploy(db, office):
    def deployed(files):
        with db.begin() as session:
            return deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=office)

    return deployed


# Starting ------------------------------------------------------------------------------------------------------------


def test_a_case_begins(db, house):
    case = house.start("rahmat", business_key="  015/UM\t2026 ")
    assert (case.key, case.version, case.name, case.status) == ("surat", 1, "Surat Masuk", "active")
    assert (case.business_key, case.started_by, case.started_at) == ("015/UM 2026", "Rahmat Ishak", NOW)
    assert case.steps == ("Catat surat",)
    view = house.view("rahmat", case.id)
    assert view.instance == case
    assert [(at.node, at.status) for at in view.tokens] == [("catat", "task")]
    (first,) = view.tasks
    assert (first.label, first.status, first.group, first.assignee) == ("Catat surat", "open", "umum", None)
    assert first.due_at == NOW + timedelta(minutes=5)
    assert view.visited == {"mulai", "mulai_catat", "catat"}


def test_business_keys_need_not_be_unique(house):
    assert house.start(business_key="1").business_key == house.start(business_key="1").business_key
    with pytest.raises(errors.InputError, match="case number"):
        house.start(business_key="x" * 201)


@pytest.mark.parametrize("key", ["x" * 201, "\0", "\ud800", "\u200b"])
def test_a_business_key_is_a_short_line_that_can_be_seen(house, key):
    with pytest.raises(errors.BusinessKeyInvalid, match="1 to 200"):
        house.start(business_key=key)
    assert house.start(business_key="🙂" * 200).business_key == "🙂" * 200
    assert house.start(business_key=" 005\n/ A ").business_key == "005 / A"
    assert house.start(business_key="  ").business_key is None


def test_who_may_start_is_told_and_others_are_refused(db, house):
    with db.read() as session:
        may = {name: [each.key for each in instances.startable(session, actor)] for name, actor in house.actors.items()}
    assert may["rahmat"] == may["sri"] == may["anton"] == ["edaran", "surat"]
    assert may["yusuf"] == may["tamu"] == []
    with pytest.raises(errors.StartForbidden, match="umum"):
        house.start("yusuf")
    with pytest.raises(errors.NotFound, match="Process"):
        house.start(key="tiada")


def test_a_start_form_is_validated(db, deploy, cast):
    nodes = [
        ("Kasi", "mulai", '<bpmn:startEvent id="mulai" camunda:formKey="awal"/>'),
        task("kerja", "Kasi"),
        node("endEvent", "selesai", "Kasi"),
    ]
    deploy(
        {
            "lapor.bpmn": diagram("lapor", nodes, [flow("mulai", "kerja"), flow("kerja", "selesai")]),
            "awal.form": form("awal", textfield("hal")),
        }
    )
    with db.begin() as session:
        with pytest.raises(errors.FormInvalid) as refused:
            instances.start(session, "lapor", actor=access.SYSTEM, now=NOW, values={"lain": "x"})
        assert set(refused.value.errors) == {"hal"}
        case = instances.start(session, "lapor", actor=access.SYSTEM, now=NOW, values={"hal": "Rapat", "lain": "x"})
        assert instances.get(session, case.id, actor=access.SYSTEM).variables == {"hal": "Rapat"}


def test_a_process_that_waits_for_a_letter_is_started_by_whoever_it_reaches(db, deploy, cast):
    begin = '<bpmn:messageEventDefinition messageRef="m"/>'
    nodes = [
        node("startEvent", "tiba", "Kasi", begin),
        task("kerja", "Kasi"),
        node("endEvent", "selesai", "Kasi"),
    ]
    source = diagram(
        "terima",
        nodes,
        [flow("tiba", "kerja"), flow("kerja", "selesai")],
        before='<bpmn:message id="m" name="Surat tiba"/>',
    )
    deploy({"terima.bpmn": source})
    with db.begin() as session:
        case = instances.start(session, "terima", actor=access.SYSTEM, now=NOW)
        assert case.steps == ("kerja",)


def test_a_case_that_nobody_needs_to_do_anything_in_is_over_at_once(db, deploy):
    nodes = [node("startEvent", "mulai"), node("endEvent", "selesai")]
    deploy({"kosong.bpmn": diagram("kosong", nodes, [flow("mulai", "selesai")])})
    with db.begin() as session:
        case = instances.start(session, "kosong", actor=access.SYSTEM, now=NOW)
        assert (case.status, case.ended_at) == ("completed", NOW)
        view = instances.get(session, case.id, actor=access.SYSTEM)
        assert (view.instance.status, view.tokens, view.tasks) == ("completed", (), ())


def test_running_cases_stay_on_their_version(db, house, deploy):
    case = house.start()
    deploy({"surat.bpmn": linear("surat", task("baru", "Pengadministrasi Umum"))})
    assert house.start().version == 2
    house.complete("rahmat", next(t.id for t in house.inbox("rahmat") if t.instance_id == case.id), {"nomor": "1"})
    assert house.view("sri", case.id).instance.version == 1
    assert house.view("sri", case.id).instance.steps == ("Periksa surat",)


def test_a_start_is_few_statements(house, statements):
    house.start()
    statements.clear()
    house.start()
    assert statements.commits == 1
    assert len(statements.sql) <= 6, statements.sql


# Cancelling ----------------------------------------------------------------------------------------------------------


def test_a_case_is_cancelled_with_all_it_waits_for(db, house):
    case = house.start()
    with pytest.raises(errors.RoleNeeded, match="manager"), db.begin() as session:
        instances.cancel(session, case.id, actor=house.actors["rahmat"], now=NOW)
    assert house.view("sri", case.id).may_cancel
    with db.begin() as session:
        instances.cancel(session, case.id, actor=house.actors["sri"], now=NOW, reason="Salah alamat")
    view = house.view("sri", case.id)
    assert (view.instance.status, view.instance.ended_at, view.tokens, view.may_cancel) == ("cancelled", NOW, (), False)
    assert [each.status for each in view.tasks] == ["cancelled"]
    cancelled = house.events(case.id)[-2]
    assert (cancelled.kind, cancelled.user_name, cancelled.data) == (
        "instance.cancelled",
        "Sri Wahyuni",
        {"reason": "Salah alamat"},
    )
    with pytest.raises(errors.InstanceClosed), db.begin() as session:
        instances.cancel(session, case.id, actor=house.actors["sri"], now=NOW)
    with pytest.raises(errors.NotFound), db.begin() as session:
        instances.cancel(session, keys.new(), actor=house.actors["sri"], now=NOW)


# Lists ---------------------------------------------------------------------------------------------------------------


def test_cases_are_found_by_status_process_and_words(db, house):
    first, second = house.start(business_key="000.8/15_OR%"), house.start(business_key="lain")
    third = house.start(key="edaran")
    with db.begin() as session:
        instances.cancel(session, second.id, actor=house.actors["sri"], now=NOW)

    def found(who="sri", **given):
        with db.read() as session:
            return [each.id for each in instances.search(session, actor=house.actors[who], **given).items]

    assert found() == [third.id, second.id, first.id]
    assert found(status="active") == [third.id, first.id]
    assert found(status="cancelled") == [second.id]
    assert found(key="edaran") == [third.id]
    assert found(text="15_or%") == [first.id]
    assert found(text="EDAR") == [third.id]
    assert found(text="%") == [first.id]
    assert found(status="tiada") == []


def test_one_sees_the_cases_one_has_a_part_in(db, house):
    letter, circular = house.start(), house.start(key="edaran")
    seen = {
        "rahmat": {letter.id, circular.id},  # both begin with his group
        "yusuf": {letter.id},  # has a lane in the letter alone, and no task yet
        "fatma": {letter.id, circular.id},
        "tamu": set(),
        "sri": {letter.id, circular.id},  # manager
        "anton": {letter.id, circular.id},  # analyst
        "dewi": {letter.id, circular.id},  # admin
    }
    for who, cases in seen.items():
        with db.read() as session:
            page = instances.search(session, actor=house.actors[who])
        assert {each.id for each in page.items} == cases
        for case in (letter, circular):
            if case.id in cases:
                house.view(who, case.id)
            else:
                with pytest.raises(errors.InstanceForbidden):
                    house.view(who, case.id)
                with db.read() as session, pytest.raises(errors.InstanceForbidden):
                    instances.history(session, case.id, actor=house.actors[who])


def test_who_started_a_case_sees_it(db, house):
    case = house.start("dewi", key="edaran")
    with db.begin() as session:
        session.execute(models.users.update().where(models.users.c.username == "dewi").values(roles=[]))
    with db.read() as session:
        plain = access.actor_of(session, house.actors["dewi"].user_id, NOW)
        assert plain.roles == {"employee"}
        assert [each.id for each in instances.search(session, actor=plain).items] == [case.id]
        assert instances.get(session, case.id, actor=plain).instance.id == case.id


def test_nobody_in_particular_sees_nothing(db, house):
    with db.begin() as session:
        instances.start(session, "surat", actor=access.SYSTEM, now=NOW)
    nobody = access.Actor(None, "", "")
    with db.read() as session:
        assert instances.search(session, actor=nobody).items == ()
        for scope in ("mine", "groups"):
            assert inbox.search(session, actor=nobody, scope=scope).items == ()


def test_pages_join_up(db, house, statements):
    cases = [house.start().id for _ in range(5)]
    found, after = [], None
    with db.read() as session:
        statements.clear()
        while True:
            page = instances.search(session, actor=house.actors["sri"], after=after, limit=2)
            found += [each.id for each in page.items]
            after = page.next
            if after is None:
                break
    assert found == cases[::-1]
    assert len(statements.sql) == 6  # a page is two statements, whatever it holds
    with db.read() as session, pytest.raises(errors.InputError):
        instances.search(session, actor=house.actors["sri"], after="x")


def test_an_unknown_case_is_not_found(db, house):
    with pytest.raises(errors.NotFound, match="Instance"):
        house.view("sri", keys.new())


# History -------------------------------------------------------------------------------------------------------------


def test_history_says_who_in_which_capacity_what_and_from_what_to_what(db, house):
    case = house.start(business_key="1")
    first = house.inbox("rahmat")[0]
    house.act(tasks.claim, "rahmat", first.id)
    house.complete("rahmat", first.id, {"nomor": "015"})
    judged = house.inbox("yusuf")[0]
    house.complete("yusuf", judged.id, {"keputusan": "kembalikan"})
    again = house.inbox("nurdin")[0]
    house.complete("nurdin", again.id, {"nomor": "016"})
    events = house.events(case.id)
    assert [event.kind for event in events] == [
        "instance.started",
        "task.opened",
        "task.claimed",
        "task.completed",
        "task.opened",
        "task.completed",
        "task.opened",
        "task.completed",
        "task.opened",
    ]
    assert [event.serial for event in events] == list(range(1, 10))
    assert events[0].data["business_key"] == "1"
    done = events[7]
    assert (done.user_name, done.group, done.capacity, done.node) == ("Nurdin Ali", "umum", "definitif", "catat")
    assert done.task_id == again.id
    assert ["nomor", 0, "015", "016"] in done.data["changes"]
    assert ["taken", "catat_periksa"] in done.data["path"]
    with db.read() as session:
        page = instances.history(session, case.id, actor=house.actors["sri"], after=3, limit=2)
        assert [event.serial for event in page.items] == [4, 5]
        assert page.next == "5"


# Steps of every kind -------------------------------------------------------------------------------------------------


def at(node_, token, moment):
    return steps.Timer(token, node_, moment)


def test_timers_and_subscriptions_come_and_go(db, house):
    case = house.start()
    due = datetime(2026, 4, 1, tzinfo=UTC)

    def record(**given):
        with db.begin() as session:
            held = records.hold(session, case.id)
            step = steps.Step(**{"state": held.state, "status": "active", **given})
            records.record(session, held, step, actor=access.SYSTEM, now=NOW, event=history.Event("timer.fired"))

    def rows(table, *columns):
        with db.read() as session:
            return sorted(tuple(row) for row in session.execute(select(*(table.c[each] for each in columns))))

    record(
        timers=(at("tunggu", 7, due), at("ingat", 8, due)),
        subscriptions=(steps.Subscription(9, "jawab", "message", "Jawaban"),),
    )
    assert rows(models.jobs, "token", "node", "due_at") == [(7, "tunggu", due), (8, "ingat", due)]
    assert rows(models.subscriptions, "token", "kind", "name") == [(9, "message", "Jawaban")]
    record(timers=(at("ingat", 8, due + timedelta(days=1)),), ended=(7, 9))
    assert rows(models.jobs, "token", "due_at") == [(8, due + timedelta(days=1))]
    assert rows(models.subscriptions, "token") == []
    record(closed=(steps.Closed(house.view("sri", case.id).tasks[0].token, "catat", "cancelled"),), status="completed")
    with db.read() as session:
        assert history.verify(session).problems == ()
        status = session.execute(select(models.tasks.c.status)).scalars().all()
    assert status == ["cancelled"]
    assert [event.kind for event in house.events(case.id)][-3:] == [
        "timer.fired",
        "task.cancelled",
        "instance.completed",
    ]
