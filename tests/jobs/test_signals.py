"""Signals: everybody who listens hears each once, whoever is suspended hears it later, and nobody who comes after."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import errors
from engine.jobs import signals
from engine.people import access
from engine.runtime import deployments, instances
from engine.store import models
from tests.diagrams_made import node, task
from tests.jobs.mail import SIGNAL, drawn, sending, started, waiting

LIBUR = "Libur"
WAYS = ["catch", "boundary", "reminder", "gateway"]


@pytest.fixture
def send(works):
    """Send the signal: ``send(hari="Nyepi")`` gives how many will hear it."""

    def tell(name=LIBUR, idempotency=None, **data):
        with works.db.begin() as session:
            given = {"data": data, "now": works.clock(), "idempotency": idempotency}
            return signals.send(session, name, actor=access.SYSTEM, **given)

    return tell


def heard(works, case):
    """Give how often a case heard a signal."""
    return works.events(case).count("signal.received")


@pytest.mark.parametrize("how", WAYS)
def test_whoever_listens_hears_it_soon_and_once(works, send, how):
    works.deploy(tanya=waiting(how, event=SIGNAL))
    cases = [works.start("tanya", business_key=str(number)) for number in range(3)]
    assert send(hari="Nyepi") == 3
    assert [heard(works, case) for case in cases] == [0, 0, 0]
    works.run()
    for case in cases:
        assert "baca" in works.open(case)
        assert works.variables(case)["hari"] == "Nyepi"
        assert heard(works, case) == 1
    assert works.rows(models.jobs) == []
    assert send() == (3 if how == "reminder" else 0)


def test_it_starts_a_case_of_every_process_that_begins_with_it(works, send):
    works.deploy(satu=started("satu", SIGNAL), dua=started("dua", SIGNAL), tiga=waiting(key="tiga"))
    works.deploy(satu=started("satu", SIGNAL).replace(b"baca", b"simak"))
    assert send(hari="Nyepi") == 2
    works.run()
    assert works.open() == ["baca", "simak"]
    for case in works.rows(models.instances):
        assert works.variables(case.id) == {"hari": "Nyepi"}


def test_a_withdrawn_process_is_not_started_even_if_it_was_sent_before(works, send):
    works.deploy(satu=started("satu", SIGNAL))
    [definition] = works.rows(models.definitions)
    assert send() == 1
    works.act(deployments.retire, definition.id)
    works.run()
    assert works.rows(models.instances) == []
    assert send() == 0


def test_who_comes_later_hears_nothing(works, send):
    assert send() == 0
    works.deploy(tanya=waiting(event=SIGNAL))
    case = works.start("tanya")
    works.run(days=1)
    assert works.open(case) == []


def test_who_stopped_listening_meanwhile_hears_nothing(works, send):
    works.deploy(tanya=waiting("boundary", event=SIGNAL))
    case, other = works.start("tanya"), works.start("tanya")
    assert send() == 2
    works.complete(case, "susun")
    works.act(instances.cancel, other)
    works.run()
    assert (works.status(case), works.status(other)) == ("completed", "cancelled")
    assert (heard(works, case), heard(works, other)) == (0, 0)
    assert works.rows(models.jobs) == []


def test_a_suspended_case_hears_it_when_it_is_resumed(works, send):
    works.deploy(tanya=waiting(event=SIGNAL))
    case, other = works.start("tanya"), works.start("tanya")
    works.act(instances.suspend, case)
    assert send() == 2
    works.act(instances.suspend, other)  # after it was sent, before it was heard
    works.run(days=1)
    assert works.open() == []
    works.act(instances.resume, case)
    works.act(instances.resume, other)
    works.run()
    assert works.open() == ["baca", "baca"]


def listening_thrower(end="intermediateThrowEvent"):
    """A case that throws the signal that its own boundary event waits for."""
    nodes = [
        node("parallelGateway", "bagi"),
        task("susun"),
        node("boundaryEvent", "dengar", inside=SIGNAL, attachedToRef="susun", cancelActivity="false"),
        task("tulis"),
        node(end, "kirim", inside=SIGNAL),
        task("baca"),
        node("endEvent", "selesai"),
        node("endEvent", "terdengar"),
    ]
    ways = ["mulai bagi susun selesai", "bagi tulis kirim", "dengar baca terdengar"]
    return drawn("umum", nodes, *ways, *(["kirim selesai"] if end == "intermediateThrowEvent" else []))


@pytest.mark.parametrize("end", ["intermediateThrowEvent", "endEvent"])
def test_the_thrower_hears_its_own_once_and_the_others_by_jobs(works, statements, end):
    works.deploy(umum=listening_thrower(end), tanya=waiting(event=SIGNAL))
    case, twin, other = works.start("umum"), works.start("umum"), works.start("tanya")
    statements.clear()
    works.complete(case, "tulis")
    assert len([sql for sql in statements.sql if sql.startswith("UPDATE instances")]) == 1
    assert works.open(case).count("baca") == 1
    assert works.open(other) == []
    works.run()
    works.run()
    assert works.open(case).count("baca") == works.open(twin).count("baca") == works.open(other).count("baca") == 1
    assert works.open(twin).count("tulis") == 1
    assert works.rows(models.jobs) == []


def test_a_thrown_signal_starts_cases_and_says_what_it_carries(works):
    works.deploy(jawab=sending("end", event=SIGNAL), satu=started("satu", SIGNAL))
    case = works.start("jawab", values={"hari": "Nyepi"})
    works.complete(case, "tulis")
    works.run()
    [begun] = [row for row in works.rows(models.instances) if row.id != case]
    assert works.open(begun.id) == ["baca"]
    with works.db.read() as session:
        [first] = instances.history(session, begun.id, actor=access.SYSTEM).items[:1]
    assert (first.kind, first.data["signal"], first.data["sender"]) == ("instance.started", LIBUR, "jawab")


def test_one_that_is_sent_again_counts_once(works, send):
    works.deploy(tanya=waiting("reminder", event=SIGNAL))
    case = works.start("tanya")
    assert [send(idempotency="srikandi:1", n=1) for _ in range(2)] == [1, 1]
    works.run()
    assert heard(works, case) == 1
    with pytest.raises(errors.IdempotencyReused):
        send(idempotency="srikandi:1", n=2)
    with pytest.raises(errors.IdempotencyReused):
        works.send(LIBUR, data={"n": 1}, idempotency="srikandi:1")
    assert send(idempotency="srikandi:2", n=1) == 1


def test_one_that_is_sent_twice_at_once_counts_once(works, send):
    works.deploy(tanya=waiting("reminder", event=SIGNAL))
    case = works.start("tanya")
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: send(idempotency="1"), range(4))) == {1}
    works.run()
    assert heard(works, case) == 1


def test_what_cannot_be_sent_is_refused(works, send):
    with pytest.raises(errors.MessageNameInvalid):
        send("a\nb")
    with pytest.raises(errors.PayloadRefused):
        send(hari="\ud800")
    with pytest.raises(errors.MessageTooLarge):
        send(a="x" * 600_000, b="x" * 600_000)
    with works.db.begin() as session, pytest.raises(errors.RoleNeeded):
        signals.send(session, LIBUR, data={}, actor=works.cast.actor(session, "rahmat"), now=works.clock())
    assert works.rows(models.jobs) == []


def test_a_signal_to_many_cases_is_heard_by_each_once(works, send):
    works.deploy(tanya=waiting(event=SIGNAL))
    cases = [works.start("tanya") for _ in range(100)]
    assert send() == 100
    works.run()
    assert [heard(works, case) for case in cases] == [1] * 100
    assert works.open() == ["baca"] * 100
