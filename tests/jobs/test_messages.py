"""Messages: to the case that waits, by key; to one that is started; kept for who begins to wait later; each once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from engine import errors
from engine.jobs import mailbox, messages
from engine.people import access
from engine.runtime import deployments, instances, waits
from engine.store import models
from engine.worker import Worker, beside
from tests.diagrams_made import node, task
from tests.jobs.mail import MESSAGE, REPLY, drawn, extension, sending, started, waiting

WAYS = ["catch", "receive", "boundary", "reminder", "gateway"]
NOT_KEPT = timedelta(0)


@pytest.fixture
def asked(works):
    """Deploy a case that waits, and start it: ``asked("catch", business_key="7")``."""

    def ask(how="catch", by=None, **given):
        works.deploy(tanya=waiting(how, by=by))
        case = works.start("tanya", **given)
        works.run()
        return case

    return ask


def got(works, case):
    """Give how many messages a case got."""
    return works.events(case).count("message.received")


def states(works):
    return [row.status for row in works.rows(models.messages)]


# To the case that waits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", WAYS)
def test_whatever_waits_gets_its_message(works, asked, how):
    case = asked(how, business_key="094/17")
    receipt = works.send(REPLY, "094/17", data={"nomor": "800/12"})
    assert (receipt.status, receipt.instance_id, receipt.until) == ("delivered", case, None)
    assert works.open(case) == (["baca", "susun"] if how == "reminder" else ["baca"])
    assert works.variables(case)["nomor"] == "800/12"
    assert got(works, case) == 1
    waits_still = [row.node for row in works.rows(models.subscriptions)]
    assert waits_still == (["tunggu"] if how == "reminder" else [])
    assert works.rows(models.jobs) == []


def test_a_message_starts_a_case(works):
    works.deploy(terima=started())
    receipt = works.send(REPLY, " 094/17 ", data={"nomor": "1"})
    assert receipt.status == "started"
    assert works.open(receipt.instance_id) == ["baca"]
    [case] = works.rows(models.instances)
    assert (case.id, case.business_key) == (receipt.instance_id, "094/17")
    assert works.variables(case.id)["nomor"] == "1"
    again = works.send(REPLY, "094/17")
    assert again.status == "started"
    assert again.instance_id != case.id


def test_a_case_that_waits_goes_before_a_start(works, asked):
    works.deploy(terima=started())
    case = asked(business_key="7")
    assert works.send(REPLY, "7").instance_id == case
    assert works.send(REPLY, "7").status == "started"


def test_a_withdrawn_process_is_started_by_nothing(works):
    works.deploy(terima=started())
    [definition] = works.rows(models.definitions)
    works.act(deployments.retire, definition.id)
    assert works.send(REPLY, keep=NOT_KEPT).status == "expired"


@pytest.mark.parametrize("by", [None, "nomor"])
def test_a_start_takes_its_number_from_the_message(works, by):
    works.deploy(terima=started(by=by))
    receipt = works.send(REPLY, "7", data={"nomor": 17})
    [case] = works.rows(models.instances, id=receipt.instance_id)
    assert case.business_key == ("17" if by else "7")


# On what case and message agree --------------------------------------------------------------------------------------


def test_the_key_finds_the_case(works):
    works.deploy(tanya=waiting())
    cases = {key: works.start("tanya", business_key=key) for key in ("1", "2", "3")}
    assert works.send(REPLY, "2").instance_id == cases["2"]
    assert [works.open(case) for case in cases.values()] == [[], ["baca"], []]
    assert works.send(REPLY, "4", keep=NOT_KEPT).status == "expired"


def test_of_two_with_one_key_the_one_that_waits_longest_gets_it(works):
    works.deploy(tanya=waiting())
    first, second = (works.start("tanya", business_key="7") for _ in range(2))
    assert [works.send(REPLY, "7").instance_id for _ in range(2)] == [first, second]


@pytest.mark.parametrize("how", WAYS)
def test_an_expression_finds_the_case_by_what_the_message_says(works, how):
    works.deploy(tanya=waiting(how, by="surat.nomor"))
    cases = [works.start("tanya", values={"surat": {"nomor": each}}) for each in (16, 17, 18)]
    receipt = works.send(REPLY, data={"surat": {"nomor": 17.0}})
    assert receipt.instance_id == cases[1]
    assert [got(works, case) for case in cases] == [0, 1, 0]
    assert works.send(REPLY, "17", data={}, keep=NOT_KEPT).status == "expired"  # a business key is not asked for here


def test_cases_with_different_expressions_are_all_looked_at(works):
    works.deploy(satu=waiting(key="satu", by="nomor"), dua=waiting(key="dua", by="surat"), tiga=waiting(key="tiga"))
    cases = {
        "satu": works.start("satu", values={"nomor": "a"}),
        "dua": works.start("dua", values={"surat": "b"}),
        "tiga": works.start("tiga", business_key="c"),
    }
    assert works.send(REPLY, data={"surat": "b", "nomor": "x"}).instance_id == cases["dua"]
    assert works.send(REPLY, data={"surat": "x", "nomor": "a"}).instance_id == cases["satu"]
    assert works.send(REPLY, "c", data={"surat": "x", "nomor": "x"}).instance_id == cases["tiga"]


def test_without_a_key_the_only_one_gets_it_and_several_are_ambiguous(works, asked):
    case = asked(business_key="7")
    works.send(REPLY)
    assert works.open(case) == ["baca"]
    for _ in range(2):
        works.start("tanya")
    before = works.rows(models.messages)
    with pytest.raises(errors.MessageAmbiguous, match=REPLY):
        works.send(REPLY)
    assert works.rows(models.messages) == before


def test_a_case_that_is_named_gets_it_only_where_they_agree(works):
    works.deploy(tanya=waiting(), urus=waiting(key="urus", by="nomor"))
    case, other = works.start("tanya", business_key="7"), works.start("urus", values={"nomor": 17})
    for where, key, data in ((case, "8", {}), (other, None, {"nomor": 18}), (other, "17", {})):
        with pytest.raises(errors.NobodyWaits, match=REPLY):
            works.send(REPLY, key, instance_id=where, data=data)
    assert works.send(REPLY, instance_id=case).instance_id == case
    assert works.send(REPLY, instance_id=other, data={"nomor": 17}).instance_id == other


def test_of_several_waits_of_a_named_case_the_one_that_agrees_is_over(works):
    loop = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="nomor" camunda:elementVariable="n"/>'
    receive = node("receiveTask", "tunggu", inside=extension("n") + loop, messageRef="m")
    works.deploy(
        tanya=drawn("tanya", [receive, task("baca"), node("endEvent", "selesai")], "mulai tunggu baca selesai")
    )
    case = works.start("tanya", values={"nomor": [1, 2, 3]})
    for number in (2, 3):
        works.send(REPLY, instance_id=case, data={"n": number})
    assert [row.key for row in works.rows(models.subscriptions)] == ["1"]
    with pytest.raises(errors.NobodyWaits):
        works.send(REPLY, instance_id=case, data={"n": 2})
    works.send(REPLY, data={"n": 1})
    assert works.open(case) == ["baca"]


# Kept ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    ("by", "given", "key", "data"),
    [
        (None, {"business_key": "7"}, "7", {}),
        ("nomor", {"values": {"nomor": 17}}, None, {"nomor": 17}),
        (None, {}, None, {}),
    ],
    ids=["key", "payload key", "no key"],
)
def test_a_message_is_kept_for_who_begins_to_wait(works, how, by, given, key, data):
    works.deploy(tanya=waiting(how, by=by))
    receipt = works.send(REPLY, key, data={**data, "isi": "ya"})
    assert (receipt.status, receipt.instance_id) == ("kept", None)
    assert receipt.until == works.clock() + timedelta(days=7)
    works.run(days=6)
    assert states(works) == ["waiting"]
    case = works.start("tanya", **given)
    works.run()
    assert "baca" in works.open(case)
    assert works.variables(case)["isi"] == "ya"
    [row] = works.rows(models.messages)
    assert (row.status, row.instance_id) == ("delivered", case)
    assert [job.kind for job in works.rows(models.jobs)] == []
    works.run(days=30)
    assert got(works, case) == 1


def test_a_message_that_is_kept_is_not_for_others(works):
    works.deploy(tanya=waiting(), urus=waiting(key="urus", by="nomor"))
    works.send(REPLY, "7", data={"nomor": 17})
    works.start("tanya", business_key="8")
    works.start("tanya")
    works.start("urus", values={"nomor": 18})
    works.run()
    assert works.open() == []
    assert states(works) == ["waiting"]
    case = works.start("urus", values={"nomor": 17})
    works.run()
    assert works.open(case) == ["baca"]


def test_a_kept_message_starts_a_case_of_nothing_that_comes_later_but_is_not_lost(works):
    """A deployment is no wait: only the message's own look at the end finds the new start."""
    works.send(REPLY, "7", keep=timedelta(days=1))
    works.run()
    works.deploy(terima=started())
    works.run(days=1)
    [row] = works.rows(models.messages)
    assert row.status == "delivered"
    assert works.open(row.instance_id) == ["baca"]


def test_what_nobody_waited_for_is_told(works):
    works.send(REPLY, "7", data={"isi": 1}, keep=timedelta(hours=2))
    works.send("Lain", keep=NOT_KEPT)
    works.run(hours=1)
    assert states(works) == ["waiting", "expired"]
    works.run(hours=1)
    assert states(works) == ["expired", "expired"]
    assert works.rows(models.jobs) == []
    with works.db.read() as session:
        sri = works.cast.actor(session, "sri")
        found = list(mailbox.read(session, "expired", actor=sri))
        assert [(each.name, each.key, each.sender, each.source_id) for each in found] == [
            (REPLY, "7", "Lajur", None),
            ("Lain", None, "Lajur", None),
        ]
        assert found[0].until - found[0].sent_at == timedelta(hours=2)
        assert list(mailbox.read(session, "waiting", actor=sri)) == []
        assert list(mailbox.read(session, "expired", actor=sri, after=found[0].id, limit=5)) == found[1:]
        with pytest.raises(errors.RoleNeeded):
            mailbox.read(session, "waiting", actor=works.cast.actor(session, "rahmat"))
    works.deploy(tanya=waiting())
    case = works.start("tanya", business_key="7")
    works.run()
    assert works.open(case) == []


def test_several_that_are_kept_come_one_after_the_other(works):
    works.deploy(tanya=waiting("reminder"))
    for number in range(5):
        works.send(REPLY, "7", data={"nomor": number})
    case = works.start("tanya", business_key="7")
    works.run()
    assert works.open(case).count("baca") == 5
    assert works.variables(case)["nomor"] == 4
    assert states(works) == ["delivered"] * 5
    assert works.rows(models.jobs) == []


def test_one_is_kept_no_longer_than_a_year(works):
    assert works.send(REPLY, keep=timedelta(days=10_000)).until == works.clock() + timedelta(days=366)
    assert works.send(REPLY, keep=-timedelta(days=1)).status == "expired"


# The wrong case ------------------------------------------------------------------------------------------------------


def test_a_case_that_cannot_take_it_is_a_clear_error(works, asked):
    case = asked(business_key="7")
    with pytest.raises(errors.NotFound, match="Instance"):
        works.send(REPLY, instance_id=uuid4())
    with pytest.raises(errors.NobodyWaits, match="Lain"):
        works.send("Lain", instance_id=case)
    works.act(instances.suspend, case)
    with pytest.raises(errors.InstanceSuspended):
        works.send(REPLY, instance_id=case)
    works.act(instances.resume, case)
    works.send(REPLY, instance_id=case)
    with pytest.raises(errors.NobodyWaits):
        works.send(REPLY, instance_id=case)
    works.complete(case, "baca")
    with pytest.raises(errors.InstanceClosed):
        works.send(REPLY, instance_id=case)
    assert states(works) == ["delivered"]


@pytest.mark.parametrize(("by", "data"), [(None, {}), ("nomor", {"nomor": 17})])
def test_a_suspended_case_gets_it_when_it_is_resumed(works, asked, by, data):
    case = asked(by=by, business_key="7", values={"nomor": 17})
    works.act(instances.suspend, case)
    assert works.send(REPLY, "7", data=data).status == "kept"
    works.run(days=1)
    assert works.open(case) == []
    works.act(instances.resume, case)
    works.run()
    assert works.open(case) == ["baca"]


def test_a_cancelled_case_leaves_it_to_the_next(works, asked):
    case = asked(business_key="7")
    works.act(instances.cancel, case)
    assert works.send(REPLY, "7").status == "kept"
    other = works.start("tanya", business_key="7")
    works.run()
    assert works.open(other) == ["baca"]


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\0b", "x" * 201])
def test_a_name_is_a_line(works, name):
    with pytest.raises(errors.MessageNameInvalid):
        works.send(name)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"a": "x" * 999_999, "b": "x" * 10}, errors.MessageTooLarge),
        ({"a": "x" * 1_000_001}, errors.PayloadRefused),
        ({"a": "\ud800"}, errors.PayloadRefused),
        ({"": 1}, errors.PayloadRefused),
        ({"a": float("nan")}, errors.PayloadRefused),
        ({"a": object()}, errors.PayloadRefused),
    ],
)
def test_what_cannot_be_kept_is_refused_before_anything_happens(works, asked, data, error):
    case = asked()
    with pytest.raises(error):
        works.send(REPLY, data=data)
    assert works.open(case) == []
    assert works.rows(models.messages) == []


def test_only_who_may_send_sends(works, asked):
    asked()
    for who, may in (("rahmat", False), ("anton", False), ("sri", True)):
        with works.db.begin() as session:
            actor = works.cast.actor(session, who)
            if may:
                messages.send(session, REPLY, data={}, actor=actor, now=works.clock())
            else:
                with pytest.raises(errors.RoleNeeded):
                    messages.send(session, REPLY, data={}, actor=actor, now=works.clock())
    [row] = works.rows(models.messages)
    assert row.sender == "Sri Wahyuni"


# From case to case ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["throw", "end", "send"])
def test_a_message_between_cases_goes_through_a_job(works, asked, statements, how):
    works.deploy(jawab=sending(how, nomor="nomor + 1"))
    case = asked(business_key="7")
    other = works.start("jawab", business_key="7", values={"nomor": 16})
    statements.clear()
    works.complete(other, "tulis")
    changed = [sql for sql in statements.sql if sql.startswith("UPDATE instances")]
    assert len(changed) == 1  # the thrower's own row, and no other case's
    assert statements.commits == 1
    assert (works.status(other), works.open(case), got(works, case)) == ("completed", [], 0)
    [row] = works.rows(models.messages)
    assert (row.status, row.source_id, row.key, row.sender) == ("waiting", other, "7", "jawab")
    works.run()
    assert works.open(case) == ["baca"]
    assert works.variables(case)["nomor"] == 17
    assert states(works) == ["delivered"]


def test_a_throwing_case_names_the_other_by_an_expression(works):
    works.deploy(tanya=waiting(by="surat"), jawab=sending(by="tujuan", surat="tujuan"))
    cases = [works.start("tanya", values={"surat": each}) for each in ("a", "b")]
    other = works.start("jawab", values={"tujuan": "b"})
    works.complete(other, "tulis")
    works.run()
    assert [works.open(case) for case in cases] == [[], ["baca"]]


def test_a_thrown_message_starts_a_case(works):
    works.deploy(terima=started(), jawab=sending("end", isi='"ya"'))
    other = works.start("jawab", business_key="7")
    works.complete(other, "tulis")
    works.run()
    [row] = works.rows(models.messages)
    assert works.open(row.instance_id) == ["baca"]
    assert works.variables(row.instance_id)["isi"] == "ya"
    [case] = works.rows(models.instances, id=row.instance_id)
    assert case.business_key == "7"


@pytest.mark.parametrize("how", ["throw", "end", "send"])
def test_what_is_for_a_party_outside_is_kept_for_nobody(works, how):
    outside = (
        b'<bpmn:collaboration id="k"><bpmn:participant id="bkd" name="BKD"/>'
        b'<bpmn:messageFlow id="f" sourceRef="kirim" targetRef="bkd"/></bpmn:collaboration><bpmn:process '
    )
    works.deploy(tanya=waiting(), jawab=sending(how).replace(b"<bpmn:process ", outside, 1))
    asking, telling = works.start("tanya"), works.start("jawab")
    works.complete(telling, "tulis")
    works.run()
    assert works.rows(models.messages) == []
    assert works.open(asking) == []  # a case of ours that waits for the same name is not meant


def test_what_a_case_throws_is_kept_and_then_told(works):
    works.deploy(jawab=sending("end"))
    case = works.start("jawab")
    works.complete(case, "tulis")
    works.run(days=6)
    assert states(works) == ["waiting"]
    works.run(days=1)
    assert states(works) == ["expired"]
    with works.db.read() as session:
        [kept] = mailbox.read(session, "expired", actor=access.SYSTEM)
    assert (kept.source_id, kept.until - kept.sent_at) == (case, waits.KEPT)


# Once ----------------------------------------------------------------------------------------------------------------


def test_what_is_sent_again_counts_once(works, asked):
    case = asked("reminder", business_key="7")
    first, again = (works.send(REPLY, "7", data={"n": 1}, idempotency="srikandi:1") for _ in range(2))
    assert first == again
    assert got(works, case) == 1
    assert works.send(REPLY, "7", data={"n": 1}, idempotency="srikandi:2").status == "delivered"
    assert got(works, case) == 2


def test_the_receipt_of_what_is_sent_again_tells_how_it_stands(works):
    works.deploy(tanya=waiting(), terima=started())
    began = works.send(REPLY, idempotency="1")
    assert (began.status, works.send(REPLY, idempotency="1")) == ("started", began)
    kept = works.send("Lain", "7", idempotency="2", keep=timedelta(days=1))
    assert works.send("Lain", "7", idempotency="2") == kept
    works.run(days=1)
    assert works.send("Lain", "7", idempotency="2").status == "expired"


@pytest.mark.parametrize(
    ("name", "key", "data"), [("Lain", "7", {"n": 1}), (REPLY, "8", {"n": 1}), (REPLY, "7", {"n": True})]
)
def test_a_key_that_was_used_for_something_else_is_refused(works, name, key, data):
    works.send(REPLY, "7", data={"n": 1}, idempotency="1")
    with pytest.raises(errors.IdempotencyReused):
        works.send(name, key, data=data, idempotency="1")


@pytest.mark.parametrize("key", ["", "a\nb", "x" * 201])
def test_an_idempotency_key_is_a_line(works, key):
    with pytest.raises(errors.IdempotencyInvalid):
        works.send(REPLY, idempotency=key)


def test_what_is_sent_twice_at_once_counts_once(works, asked):
    case = asked("reminder", business_key="7")
    receipts = at_once(*[lambda: works.send(REPLY, "7", idempotency="1")] * 4)
    assert len(set(receipts)) == 1
    assert got(works, case) == 1
    assert len(works.rows(models.messages)) == 1


# Many, and at the same moment ----------------------------------------------------------------------------------------


@contextmanager
def at_work(works):
    """Let a worker of its own do jobs while the block lasts."""
    with beside(Worker(works.db, works.settings, clock=works.clock)):
        yield


def received(works, case):
    """Give the ids of the messages that a case got, as its history tells them, in that order."""
    table = models.history
    query = select(table.c.data).where(table.c.instance_id == case, table.c.kind == "message.received")
    with works.db.read() as session:
        return [UUID(json.loads(data)["message"]) for data in session.scalars(query.order_by(table.c.serial))]


def at_once(*acts):
    """Do several things at the same moment, each in a thread."""
    ready = threading.Barrier(len(acts))

    def do(act):
        ready.wait(10)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def listening():
    """A case that hears any number of messages and does nothing about them."""
    boundary = node("boundaryEvent", "tunggu", inside=MESSAGE, attachedToRef="susun", cancelActivity="false")
    nodes = [task("susun"), boundary, node("endEvent", "selesai"), node("endEvent", "dicatat")]
    return drawn("tanya", nodes, "mulai susun selesai", "tunggu dicatat")


@pytest.mark.slow
@pytest.mark.parametrize("many", [2_000, pytest.param(10_000, marks=pytest.mark.bench)])
def test_a_storm_on_one_case_loses_and_doubles_nothing(works, many):
    """A fifth comes before the case waits, the rest from two senders at once while a worker delivers what was kept."""
    works.deploy(tanya=listening())
    for number in range(many // 5):
        works.send(REPLY, "7", data={"nomor": number})
    case = works.start("tanya", business_key="7")

    def storm():
        for number in range(many * 2 // 5):
            works.send(REPLY, "7", data={"nomor": number})

    with at_work(works):
        at_once(storm, storm)
    works.run()
    found = received(works, case)
    assert len(found) == len(set(found)) == many
    assert set(found) == {row.id for row in works.rows(models.messages, status="delivered", instance_id=case)}
    assert len(works.rows(models.messages)) == many
    assert works.rows(models.jobs) == []
    assert len(works.rows(models.instances, id=case)[0].state) < 10_000


@pytest.mark.parametrize(
    ("by", "given", "key", "data"),
    [(None, {"business_key": "{}"}, "{}", {}), ("nomor", {"values": {"nomor": "{}"}}, None, {"nomor": "{}"})],
    ids=["key", "payload key"],
)
def test_nobody_waits_for_ever_for_what_was_sent_at_that_moment(works, by, given, key, data):
    works.deploy(tanya=waiting(by=by))
    cases = []

    def filled(template, number):
        return {
            name: filled(each, number) if isinstance(each, dict) else each.format(number)
            for name, each in template.items()
        }

    with at_work(works):
        for number in range(40):
            case, _ = at_once(
                lambda number=number: works.start("tanya", **filled(given, number)),
                lambda number=number: works.send(REPLY, key and key.format(number), data=filled(data, number)),
            )
            cases.append(case)
    works.run()
    assert [works.open(case) for case in cases] == [["baca"]] * 40
    assert states(works) == ["delivered"] * 40
    assert works.rows(models.jobs) == []


def test_of_two_messages_at_one_moment_a_case_gets_one_and_the_other_is_kept(works):
    works.deploy(tanya=waiting())
    for number in range(20):
        case = works.start("tanya", business_key=str(number))
        receipts = at_once(*[lambda number=number: works.send(REPLY, str(number))] * 2)
        assert sorted(each.status for each in receipts) == ["delivered", "kept"]
        assert got(works, case) == 1


def test_two_cases_send_to_each_other_at_the_same_moment(works):
    """Neither waits for the other: both answers go through jobs."""
    works.deploy(satu=exchanging("satu"))
    with at_work(works):
        for number in range(20):
            cases = [works.start("satu", values={"saya": f"{number}a", "dia": f"{number}b"})]
            cases.append(works.start("satu", values={"saya": f"{number}b", "dia": f"{number}a"}))
            at_once(*[lambda case=case: works.complete(case, "tulis") for case in cases])
    works.run()
    assert len(works.open()) == 40
    assert set(works.open()) == {"baca"}


def exchanging(key):
    """Somebody writes, it is sent to another case, and the other's letter is waited for."""
    nodes = [
        task("tulis"),
        node("intermediateThrowEvent", "kirim", inside=extension("dia", untuk="dia") + MESSAGE),
        node("intermediateCatchEvent", "tunggu", inside=extension("if saya = null then untuk else saya") + MESSAGE),
        task("baca"),
        node("endEvent", "selesai"),
    ]
    return drawn(key, nodes, "mulai tulis kirim tunggu baca selesai")
