"""Service calls: made between two transactions, again after a while, under one key; their result is taken once."""

import socket
import threading
from datetime import timedelta

import pytest

from engine.jobs import incidents, running
from engine.runtime import instances
from engine.store import models
from tests.connectors import servers
from tests.connectors.conftest import peer, post_office, web  # noqa: F401  # fixtures
from tests.diagrams_made import diagram, flow, node, service, task, timer, told

ANSWER = {"nomor": "body.nomor"}
APEL = diagram(
    "apel",
    [
        node("startEvent", "mulai"),
        node("intermediateCatchEvent", "tunggu", inside=timer("timeDuration", "PT1S")),
        node("endEvent", "selesai"),
    ],
    [flow("mulai", "tunggu"), flow("tunggu", "selesai")],
)


def report(url, *, retry=None, outputs=ANSWER, **inputs):
    """A report that a machine sends; somebody reads the answer, or looks after what went wrong."""
    given = {"url": f'"{url}"', "body": '{ perihal: "Laporan" }', **inputs}
    return diagram(
        "lapor",
        [
            node("startEvent", "mulai"),
            service("kirim", "http", given, outputs, retry),
            task("baca"),
            node("boundaryEvent", "ditolak", inside=told("error", "Ditolak"), attachedToRef="kirim"),
            task("susul"),
            node("endEvent", "selesai"),
            node("endEvent", "tersusul"),
        ],
        [
            flow("mulai", "kirim"),
            flow("kirim", "baca"),
            flow("baca", "selesai"),
            flow("ditolak", "susul"),
            flow("susul", "tersusul"),
        ],
        before='<bpmn:error id="Ditolak" errorCode="DITOLAK"/>',
    )


@pytest.fixture
def calls(works, web):  # noqa: F811  # the same fixture
    """A case that calls a web service: ``calls(status, body)`` starts it."""

    def start(status=200, body=None, **given):
        url = web.answer("/lapor", status, {"nomor": 7} if body is None else body)
        works.configure(http_hosts=f"127.0.0.1:{web.port}")
        works.deploy(lapor=report(url, **given))
        return works.start("lapor")

    return start


def keys(web):  # noqa: F811  # no fixture here
    return [request.headers["idempotency-key"] for request in web.asked]


def error(works):
    [job] = works.rows(models.jobs)
    return job.status, job.tries, job.error["message"] if job.error else None


# Called --------------------------------------------------------------------------------------------------------------


def test_the_case_goes_on_with_the_answer(works, calls, web):  # noqa: F811
    case = calls()
    [job] = works.rows(models.jobs)
    works.run()
    assert works.open(case) == ["baca"]
    assert works.variables(case) == {"nomor": 7}
    assert works.events(case) == ["instance.started", "service.completed", "task.opened"]
    assert keys(web) == [str(job.id)]
    assert works.rows(models.jobs) == []


def test_every_try_has_the_same_key_and_the_same_inputs_and_waits_longer(works, calls, web):  # noqa: F811
    case = calls(503)
    works.run()
    [job] = works.rows(models.jobs)
    assert job.due_at == works.clock() + timedelta(seconds=10)
    works.run(seconds=9)
    assert len(web.asked) == 1
    works.run(seconds=1)
    [job] = works.rows(models.jobs)
    assert job.due_at == works.clock() + timedelta(seconds=40)
    web.answer("/lapor", 200, {"nomor": 8})
    works.run(seconds=40)
    assert works.variables(case) == {"nomor": 8}
    assert len(keys(web)) == 3
    assert len(set(keys(web))) == 1
    assert len({request.body for request in web.asked}) == 1


def test_an_element_says_how_often_and_when_it_is_tried_again(works, calls, web):  # noqa: F811
    calls(503, retry="R2/PT5M")
    works.run()
    works.run(minutes=4)
    assert len(web.asked) == 1
    works.run(minutes=1)
    assert error(works)[:2] == ("failed", 2)
    assert len(web.asked) == 2


def test_a_job_that_is_lent_is_given_to_nobody_until_its_time_is_over(works, calls, web):  # noqa: F811
    case = calls()
    lent = timedelta(seconds=12)
    with works.db.begin() as session:  # by a worker that dies before it calls
        running.run(session, now=works.clock(), lent=lent)
    works.run(seconds=11)
    assert web.asked == []
    works.run(seconds=1)
    assert works.open(case) == ["baca"]
    assert len(web.asked) == 1


def test_the_error_that_is_answered_goes_where_the_diagram_catches_it(works, calls, web):  # noqa: F811
    case = calls(404, errors='{ "404": "DITOLAK" }')
    works.run()
    assert works.open(case) == ["susul"]
    assert works.events(case) == ["instance.started", "service.refused", "task.opened"]
    assert works.rows(models.jobs) == []
    assert len(web.asked) == 1


def test_one_that_nobody_catches_is_an_incident(works, calls):
    case = calls(404, errors='{ "404": "LAIN" }')
    for _ in range(3):
        works.run(minutes=1)
    assert error(works)[:2] == ("failed", 3)
    assert "LAIN" in error(works)[2]
    assert works.status(case) == "active"


# Out of order --------------------------------------------------------------------------------------------------------


def test_a_host_that_is_down_is_an_incident_until_it_is_up(works):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    works.configure(http_hosts=f"127.0.0.1:{port}")
    works.deploy(lapor=report(f"http://127.0.0.1:{port}/lapor"), apel=APEL)
    case, other = works.start("lapor"), works.start("apel")
    for _ in range(3):
        works.run(minutes=1)
    status, tries, _ = error(works)
    assert (status, tries) == ("failed", 3)
    assert works.events(case) == ["instance.started", "incident.opened"]
    assert works.status(other) == "completed"

    up = servers.Web()
    server = servers.serve(up, port=port)
    try:
        up.answer("/lapor", 200, {"nomor": 9})
        [job] = works.rows(models.jobs)
        works.act(incidents.retry, job.id)
        works.run()
    finally:
        server.shutdown()
        server.server_close()
    assert works.variables(case) == {"nomor": 9}
    assert keys(up) == [str(job.id)]
    assert works.events(case)[1:4] == ["incident.opened", "incident.retried", "service.completed"]


def test_a_host_that_is_not_allowed_is_an_incident_at_once(works, calls, web):  # noqa: F811
    case = calls()
    works.configure(http_hosts="")
    works.run()
    assert error(works)[:2] == ("failed", 1)
    assert web.asked == []
    works.configure(http_hosts=f"127.0.0.1:{web.port}")
    [job] = works.rows(models.jobs)
    works.act(incidents.retry, job.id)
    works.run()
    assert works.open(case) == ["baca"]
    assert keys(web) == [str(job.id)]


@pytest.mark.parametrize(
    "behave",
    [
        servers.silent,
        servers.stalling(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        servers.saying(b"\x00\xff kopi susu\r\n\r\n"),
        servers.saying(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n{{{"),
        servers.endless(b"HTTP/1.1 200 OK\r\n", b"X-Kopi: susu\r\n"),
    ],
    ids=["silent", "stalling", "garbage", "no-json", "endless"],
)
def test_a_host_that_is_slow_or_answers_garbage_is_tried_again(works, peer, behave):  # noqa: F811
    found = peer(behave)
    works.configure(http_hosts=f"127.0.0.1:{found.port}", connector_seconds=1)
    works.deploy(lapor=report(f"http://127.0.0.1:{found.port}/lapor"))
    works.start("lapor")
    works.run()
    assert error(works)[:2] == ("due", 1)
    [job] = works.rows(models.jobs)
    assert job.due_at == works.clock() + timedelta(seconds=10)
    assert found.connections == 1


@pytest.mark.parametrize(
    "behave",
    [servers.silent, servers.saying(b"kopi susu\r\n"), servers.saying(b"421 tutup\r\n"), None],
    ids=["silent", "garbage", "busy", "down"],
)
def test_so_is_a_mail_server(works, peer, post_office, behave):  # noqa: F811
    found = peer(behave or servers.silent)
    if behave is None:
        found.close()
    mail = {"to": '"staf@boalemo.go.id"', "subject": '"Rapat"', "text": '"Besok."'}
    nodes = [node("startEvent", "mulai"), service("surel", "mail", mail, retry="R1/PT1M"), node("endEvent", "selesai")]
    works.deploy(undangan=diagram("undangan", nodes, [flow("mulai", "surel"), flow("surel", "selesai")]))
    works.configure(smtp=f"smtp://127.0.0.1:{found.port}", mail_from="lajur@boalemo.go.id", connector_seconds=1)
    case = works.start("undangan")
    works.run()
    assert error(works)[:2] == ("failed", 1)

    post, port = post_office()
    works.configure(smtp=f"smtp://127.0.0.1:{port}")
    [job] = works.rows(models.jobs)
    works.act(incidents.retry, job.id)
    works.run()
    assert works.status(case) == "completed"
    assert len(post.taken) == 1
    assert f"X-Lajur-Key: {job.id}".encode() in post.taken[0].content


def test_slow_hosts_keep_no_timer_waiting(works, peer):  # noqa: F811
    """However many calls hang, whatever else is due happens; and who waits for a free caller is called in the end."""
    found = peer(servers.silent)
    works.configure(http_hosts=f"127.0.0.1:{found.port}", connector_seconds=1)
    works.deploy(lapor=report(f"http://127.0.0.1:{found.port}/lapor"), apel=APEL)
    for _ in range(6):
        works.start("lapor")
    other = works.start("apel")
    works.worker.turn()
    works.clock.advance(seconds=1)
    works.worker.turn()
    assert works.worker._callers.busy == 4
    assert works.status(other) == "completed"
    works.worker.rest()
    works.run()
    assert found.connections == 6
    assert {(job.status, job.tries) for job in works.rows(models.jobs)} == {("due", 1)}


# While the call is on its way ----------------------------------------------------------------------------------------


@pytest.fixture
def slow(works, peer):  # noqa: F811
    """A call that is on its way until ``answer`` is called; it then ends well."""
    may, asked = threading.Event(), []

    def behave(connection, ended):
        asked.append(connection.recv(65536))
        while not may.wait(0.02) and not ended.is_set():
            pass
        answer = b'{"nomor": 7}'
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
        connection.sendall(head + answer)

    found = peer(behave)
    works.configure(http_hosts=f"127.0.0.1:{found.port}", connector_seconds=10)
    works.deploy(lapor=report(f"http://127.0.0.1:{found.port}/lapor"))
    case = works.start("lapor")
    works.worker.turn()

    def answer():
        may.set()
        works.worker.rest()
        return len(asked)

    return case, answer


def test_a_case_that_is_cancelled_gets_no_answer(works, slow):
    case, answer = slow
    works.act(instances.cancel, case)
    assert answer() == 1
    works.run(minutes=5)
    assert works.status(case) == "cancelled"
    assert works.events(case) == ["instance.started", "instance.cancelled"]
    assert works.rows(models.jobs) == []


def test_a_case_that_is_suspended_takes_its_answer_when_it_is_resumed_and_calls_nobody_again(works, slow):
    case, answer = slow
    works.act(instances.suspend, case)
    answer()
    works.run(minutes=5)
    assert works.open(case) == []
    assert works.rows(models.jobs)[0].status == "held"
    works.act(instances.resume, case)
    works.run()
    assert works.open(case) == ["baca"]
    assert works.variables(case) == {"nomor": 7}
    assert works.events(case).count("service.completed") == 1
    assert answer() == 1


def test_one_that_was_called_twice_takes_one_answer(works, slow):
    """The first worker was so slow that another one was given the job."""
    case, answer = slow
    works.clock.advance(minutes=1)
    works.worker.turn()
    assert answer() == 2
    works.run(minutes=5)
    assert works.events(case) == ["instance.started", "service.completed", "task.opened"]
    assert works.rows(models.jobs) == []


def test_a_suspended_case_calls_nobody(works, calls, web):  # noqa: F811
    case = calls()
    works.act(instances.suspend, case)
    works.run(minutes=5)
    assert web.asked == []
    works.act(instances.resume, case)
    works.run()
    assert works.open(case) == ["baca"]
    assert len(web.asked) == 1


# Taking the result ---------------------------------------------------------------------------------------------------


def divided(url):
    """A call whose answer nobody can go on with before somebody has said where to."""
    return diagram(
        "lapor",
        [
            node("startEvent", "mulai"),
            node("parallelGateway", "bagi"),
            task("pilih"),
            node("endEvent", "terpilih"),
            service("kirim", "http", {"url": f'"{url}"'}, ANSWER),
            node("exclusiveGateway", "arah"),
            task("baca"),
            node("endEvent", "selesai"),
        ],
        [
            flow("mulai", "bagi"),
            flow("bagi", "pilih"),
            flow("pilih", "terpilih"),
            flow("bagi", "kirim"),
            flow("kirim", "arah"),
            flow("arah", "baca", 'tujuan = "baca"'),
            flow("arah", "selesai", 'tujuan = "selesai"'),
            flow("baca", "selesai"),
        ],
    )


def test_a_result_that_cannot_be_taken_is_not_called_for_again(works, web):  # noqa: F811
    works.configure(http_hosts=f"127.0.0.1:{web.port}")
    works.deploy(lapor=divided(web.answer("/lapor", 200, {"nomor": 7})))
    case = works.start("lapor")
    for _ in range(3):
        works.run(minutes=1)
    assert error(works)[:2] == ("failed", 3)
    assert "nomor" not in works.variables(case)
    assert len(web.asked) == 1

    works.complete(case, "pilih", tujuan="baca")
    web.answer("/lapor", 500)
    [job] = works.rows(models.jobs)
    works.act(incidents.retry, job.id)
    works.run()
    assert works.open(case) == ["baca"]
    assert works.variables(case)["nomor"] == 7
    assert len(web.asked) == 1


def test_an_input_that_cannot_be_told_is_found_anew_at_a_retry(works, web):  # noqa: F811
    url = web.answer("/lapor", 200, {"nomor": 7})
    works.configure(http_hosts=f"127.0.0.1:{web.port}")
    works.deploy(lapor=divided(url).replace(f'"{url}"'.encode(), b"alamat"))
    case = works.start("lapor")
    works.run()
    assert error(works)[:2] == ("failed", 1)  # there is no address: no further try helps
    works.complete(case, "pilih", tujuan="baca", alamat=url)
    [job] = works.rows(models.jobs)
    works.act(incidents.retry, job.id)
    works.run()
    assert works.open(case) == ["baca"]
