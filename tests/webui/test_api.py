"""The interface for other systems: who may use it, what is answered, and that nothing hostile gets in."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from engine.people import access, tokens
from engine.runtime import deployments, instances
from engine.store import history, models
from tests.cast import NOW
from tests.jobs.mail import REPLY, SIGNAL, started, waiting
from tests.webui.browsing import enter, somebody
from tests.webui.test_races import Slow
from webui import api

URL = f"/api/messages/{REPLY}"


class System:
    """Another system, which has a token and keeps no cookies."""

    def __init__(self, app, text):
        self.client = app.test_client(use_cookies=False)
        self.text = text

    def post(self, path, body=None, *, raw=None, headers=(), content_type="application/json", token=None):
        given = {"Authorization": f"Bearer {token or self.text}", **dict(headers)}
        sent = json.dumps({} if body is None else body) if raw is None else raw
        return self.client.post(path, data=sent, headers=given, content_type=content_type)

    def message(self, body=None, **more):
        return self.post(URL, body, **more)


def _system(app, office, name="srikandi"):
    arrived = started().replace(b"Balasan", b"Surat/tiba")
    files = {
        "tanya.bpmn": waiting(),
        "ingat.bpmn": waiting("reminder", key="ingat", by="nomor"),
        "terima.bpmn": arrived,
        "libur.bpmn": started("libur", SIGNAL),
    }
    with app.extensions["lajur"].database.begin() as session:
        deployments.deploy(session, files, actor=access.SYSTEM, now=NOW, office=office)
        return System(app, tokens.create(session, name, actor=access.SYSTEM, now=NOW)[1])


@pytest.fixture
def srikandi(app, office):
    """A system that may send, on each kind of database in turn."""
    return _system(app, office)


@pytest.fixture
def caller(site, office):
    """A system that may send, on SQLite only."""
    return _system(site, office)


def start(app, key="tanya", **given):
    with app.extensions["lajur"].database.begin() as session:
        return instances.start(session, key, actor=access.SYSTEM, now=NOW, **given).id


def act(app, verb, *args):
    with app.extensions["lajur"].database.begin() as session:
        verb(session, *args, actor=access.SYSTEM, now=NOW)


def kept(app):
    with app.extensions["lajur"].database.read() as session:
        return session.execute(models.messages.select().order_by(models.messages.c.id)).all()


def told(answer):
    """Give status and code of a refusal, which is JSON and sets no cookie."""
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"error", "message"}
    assert answer.json["message"]
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.json["error"]


# What is answered ----------------------------------------------------------------------------------------------------


def test_a_case_gets_its_message(app, srikandi):
    case = start(app, business_key="094/17")
    answer = srikandi.message({"key": "094/17", "data": {"nomor": "800/12", "tembusan": ["a", None, 1.5]}})
    assert answer.status_code == 200
    assert answer.json == {"status": "delivered", "message": str(kept(app)[0].id), "instance": str(case)}
    with app.extensions["lajur"].database.read() as session:
        event = next(each for each in history.read(session, case) if each.kind == "message.received")
    assert (event.user_name, event.user_id, event.data["sender"]) == ("srikandi", None, "srikandi")


def test_a_message_starts_a_case(app, srikandi):
    answer = srikandi.post("/api/messages/Surat/tiba", {"data": {"nomor": 1}})
    assert (answer.status_code, answer.json["status"]) == (201, "started")
    assert srikandi.post("/api/messages/Surat%2Ftiba").status_code == 201
    with app.extensions["lajur"].database.read() as session:
        case = instances.get(session, UUID(answer.json["instance"]), actor=access.SYSTEM)
    assert case.instance.key == "terima"


def test_a_message_is_kept(app, srikandi):
    answer = srikandi.message({"key": "1"})
    assert answer.status_code == 202
    assert answer.json == {
        "status": "kept",
        "message": str(kept(app)[0].id),
        "until": (NOW + timedelta(days=7)).isoformat(),
    }
    assert srikandi.message({"key": "1", "keep": "P1MT1H"}).json["until"] == "2026-04-02T01:30:00+00:00"
    assert told(srikandi.message({"key": "1", "keep": "PT0S"})) == (409, "message-unwanted")
    assert [each.status for each in kept(app)] == ["waiting", "waiting", "expired"]


def test_a_signal_is_sent(app, srikandi):
    answer = srikandi.post("/api/signals/Libur", {"data": {"hari": "Nyepi"}})
    assert (answer.status_code, answer.json) == (202, {"status": "sent", "listeners": 1})
    assert srikandi.post("/api/signals/Lain").json["listeners"] == 0


def test_a_case_that_cannot_take_it_is_told(app, srikandi):
    case = start(app, business_key="1")
    named = {"instance": str(case)}
    assert told(srikandi.message({"instance": str(uuid4())})) == (404, "not-found")
    assert told(srikandi.message({"instance": "../1"})) == (404, "not-found")
    assert told(srikandi.post("/api/messages/Lain", named)) == (409, "nobody-waits")
    assert told(srikandi.message({**named, "key": "2"})) == (409, "nobody-waits")
    act(app, instances.suspend, case)
    assert told(srikandi.message(named)) == (409, "instance-suspended")
    act(app, instances.cancel, case)
    assert told(srikandi.message(named)) == (409, "instance-closed")
    start(app)
    start(app)
    assert told(srikandi.message()) == (409, "message-ambiguous")
    assert kept(app) == []


def test_what_is_sent_again_counts_once(app, srikandi, office):
    start(app, "ingat", values={"nomor": 7})
    again = {"Idempotency-Key": "surat-1"}
    body = {"data": {"nomor": 7, "isi": "ya"}}
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: srikandi.message(body, headers=again), range(6)))
    assert {(each.status_code, each.text) for each in answers} == {(200, answers[0].text)}
    assert len(kept(app)) == 1
    assert told(srikandi.message({"data": {"nomor": 7}}, headers=again)) == (422, "idempotency-reused")
    other = System(app, _token(app, "e-office"))
    assert other.message(body, headers=again).json["message"] != answers[0].json["message"]
    begun = [srikandi.post("/api/messages/Surat/tiba", headers={"Idempotency-Key": "2"}) for _ in range(2)]
    assert [each.status_code for each in begun] == [201, 201]
    assert begun[0].json == begun[1].json
    heard = [srikandi.post("/api/signals/Libur", headers={"Idempotency-Key": "3"}) for _ in range(2)]
    assert [each.json for each in heard] == [{"status": "sent", "listeners": 1}] * 2


def _token(app, name, **given):
    with app.extensions["lajur"].database.begin() as session:
        return tokens.create(session, name, actor=access.SYSTEM, now=NOW, **given)[1]


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 129])
def test_an_idempotency_key_has_rules(site, caller, key):
    assert told(caller.message(headers={"Idempotency-Key": key})) == (422, "idempotency-invalid")
    assert kept(site) == []


# Who may -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [URL, "/api/signals/Libur"])
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic c3Jpa2FuZGk6eA==",
        "Bearer lajur_" + "0" * 32 + "_" + "A" * 43,
        "Bearer \xff\xfe",
    ],
)
def test_without_a_valid_token_nothing_is_looked_at(site, caller, path, header):
    headers = {} if header is None else {"Authorization": header}
    answer = caller.client.post(path, data=b"{", headers=headers, content_type="text/plain")
    assert told(answer) == (401, "token-invalid")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="Lajur"')
    assert ("invalid_token" in answer.headers["WWW-Authenticate"]) == (header is not None)
    assert "Location" not in answer.headers


def test_a_token_that_has_ended_counts_no_more(site, caller, clock):
    ends = _token(site, "lain", until=NOW + timedelta(days=1))
    assert caller.message({"key": "1"}, token=ends).status_code == 202
    clock.advance(days=1)
    assert told(caller.message({"key": "1"}, token=ends)) == (401, "token-invalid")
    act(site, tokens.revoke, "srikandi")
    assert told(caller.message({"key": "1"})) == (401, "token-invalid")


def test_a_sign_in_is_none_here_and_a_token_none_elsewhere(site, caller):
    for who in ("dewi", "sri"):
        person = enter(site, who)
        answer = person.client.post(URL, json={}, headers={"X-CSRFToken": person.token})
        assert told(answer) == (401, "token-invalid")
    for path in ("/", "/instances", "/modeler/"):
        assert caller.client.get(path, headers={"Authorization": f"Bearer {caller.text}"}).status_code == 303
    answer = caller.client.post("/logout", headers={"Authorization": f"Bearer {caller.text}"}, json={})
    assert answer.status_code in {303, 401}


def test_cookies_change_nothing_and_none_is_set(site, caller):
    person = enter(site, "sri")
    before = person.client.get_cookie("lajur").value
    answers = [
        person.client.post(URL, json={"key": "1"}, headers={"Authorization": f"Bearer {caller.text}"}),
        person.client.post(URL, json={"key": 1}, headers={"Authorization": f"Bearer {caller.text}"}),
        person.client.post(URL, json={}),
        person.client.get(URL),
        caller.message({"key": "1"}),
    ]
    assert [each.status_code for each in answers] == [202, 422, 401, 405, 202]
    for answer in answers:
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert person.client.get_cookie("lajur").value == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
def test_only_json_is_read(site, caller, kind):
    assert told(caller.message({}, content_type=kind)) == (415, "unsupported-media-type")
    assert kept(site) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_other_methods_are_refused_in_json(caller, method):
    answer = caller.client.open(URL, method=method, headers={"Authorization": f"Bearer {caller.text}"})
    assert (answer.status_code, answer.mimetype) == (405, "application/json")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/api/", "/api/messages", "/api/messages/", "/api/tokens", "/api/x/y", "/api/signals/"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_addresses_are_refused_in_json(site, caller, path, method):
    for client in (caller.client, enter(site, "dewi").client):
        assert told(client.open(path, method=method)) == (404, "not-found")


def test_an_address_that_looks_like_it_is_none(site):
    for path in ("/API/messages/x", "//api/messages/x", "/api", "/x/../api"):
        assert somebody(site).client.get(path).status_code in {303, 404}
        assert somebody(site).client.post(path, json={}).status_code in {401, 404}


# What comes in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"{} {}",
        b"{'key': 1}",
        b'{"data": {"a": NaN}}',
        b'{"data": {"a": Infinity}}',
        b'{"data": {"a": 1e999}}',
        b'{"data": {"a": 1, "a": 2}}',
        b'{"key": "1", "key": "2"}',
        b'{"data": {"a": [{"b": 1, "b": 1}]}}',
        b'\xef\xbb\xbf{"key": "1"}',
        '{"key": "1"}'.encode("utf-16"),
        b'{"key": "\xff"}',
        b'{"key": "\xed\xa0\x80"}',
        b'{"key": "1\\ud800"}',
        b'{"data": {"\\udc00": 1}}',
        b'{"key": "1\\u0000"}',
        b'{"data": {"a": ["\\u0000"]}}',
        b'{"data": {"a\\\\\\u0000": 1}}',
        b'{"key": "1\x00"}',
        b'{"data": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
        b'{"data": {"a": ' + b"[" * 1_000 + b"]" * 1_000 + b"}}",
        b'{"data": {"a": ' + b"9" * 5_000 + b"}}",
        b'{"key": 1}',
        b'{"key": ["1"]}',
        b'{"data": []}',
        b'{"data": null}',
        b'{"data": "x"}',
        b'{"instance": 1}',
        b'{"keep": 7}',
        b'{"keys": "1"}',
        b'{"data": {}, "__proto__": {}}',
    ],
)
def test_what_has_no_one_reading_is_refused(site, caller, raw):
    assert told(caller.message(raw=raw)) == (422, "message-invalid")
    assert kept(site) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"data": {"a": eval("[" * 61 + "]" * 61)}}, "payload-refused"),  # noqa: S307  # brackets
        ({"data": {"": 1}}, "payload-refused"),
        ({"data": {"x" * 201: 1}}, "payload-refused"),
        ({"data": {"a": ["x"] * 1_000_001}}, "payload-refused"),
        ({"key": "x" * 201}, "business-key-invalid"),
        ({"keep": "7 days"}, "keep-invalid"),
        ({"keep": ""}, "keep-invalid"),
        ({"keep": "-P1D"}, "keep-invalid"),
        ({"keep": "P367D"}, "keep-invalid"),
        ({"keep": "P999999999Y"}, "keep-invalid"),
        ({"keep": "PT999999999H"}, "keep-invalid"),
    ],
)
def test_what_cannot_be_kept_is_refused(site, caller, body, code):
    raw = json.dumps(body, separators=(",", ":"))
    assert told(caller.message(raw=raw)) == (
        (413, "request-entity-too-large") if len(raw) > api.LARGEST_BODY else (422, code)
    )
    assert kept(site) == []


def test_what_is_text_stays_text(app, srikandi):
    case = start(app, "ingat", values={"nomor": 7})
    data = {
        "nomor": 7,
        "a": "\\u0000",
        "b": "\\",
        "c": "<b>{{7*7}}</b> ${x} = \"'; --",
        "d": "😀\u202e\x07",
        "$date": "x",
    }
    assert srikandi.message({"data": data}).status_code == 200
    with app.extensions["lajur"].database.read() as session:
        seen = instances.get(session, case, actor=access.SYSTEM)
    assert {name: seen.variables[name] for name in data} == data


def test_a_large_message_has_its_limit(site, caller):
    sent = json.dumps({"key": "1", "data": {"a": "😀" * 999_980}}, ensure_ascii=False)
    assert caller.message(raw=sent.encode()).status_code == 202
    assert told(caller.message({"data": {"a": "x" * 999_990, "b": "x" * 10}})) == (413, "message-too-large")
    assert told(caller.message(raw=b"[" * (api.LARGEST_BODY + 1))) == (413, "request-entity-too-large")
    assert told(caller.message(raw=b'{"key": "1"}' + b" " * api.LARGEST_BODY)) == (413, "request-entity-too-large")
    assert len(kept(site)) == 1


@pytest.mark.parametrize("path", ["/api/messages/a%00b", "/api/messages/x?y=%00"])
def test_nul_in_an_address_is_refused(caller, path):
    assert told(caller.post(path)) == (400, "bad-request")


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("%ff%fe", (400, "bad-request")),
        ("%ed%a0%80", (400, "bad-request")),
        ("%20", (422, "message-name-invalid")),
        ("a%07b", (422, "message-name-invalid")),
        ("a%0ab", (404, "not-found")),
        ("x" * 201, (422, "message-name-invalid")),
    ],
)
def test_a_bad_name_is_told(site, caller, name, refusal):
    for path in (f"/api/messages/{name}", f"/api/signals/{name}"):
        assert told(caller.post(path)) == refusal
    assert kept(site) == []


def test_the_body_is_read_before_the_write_lock_is_taken(site, caller):
    answers = []
    slow = Slow(lambda: answers.append(caller.message({"key": "1"}).status_code), b'{"key": ', b'"2"}')
    answer = caller.client.post(
        URL, headers={"Authorization": f"Bearer {caller.text}"}, environ_overrides=slow.sent("application/json")
    )
    assert (answers, answer.status_code) == ([202], 202)


# When something is wrong here ----------------------------------------------------------------------------------------


def test_a_busy_database_says_when_to_come_again(site, caller, monkeypatch):
    database = site.extensions["lajur"].database
    monkeypatch.setattr(database, "_busy_seconds", 0.05)
    with database.begin():
        answer = caller.message()
    assert told(answer) == (503, "database-busy")
    assert answer.headers["Retry-After"] == "2"


def test_a_database_that_is_gone_tells_no_place(site, caller, sqlite_url, caplog):
    site.extensions["lajur"].database.close()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()
    path.mkdir()
    answer = caller.message()
    assert told(answer) == (503, "database-gone")
    assert answer.json["message"] == "The database cannot be reached."


def test_a_defect_tells_a_number_only(site, caller, monkeypatch, caplog):
    def fail(*_, **__):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(tokens, "actor_of", fail)
    site.config["PROPAGATE_EXCEPTIONS"] = False
    answer = caller.message()
    assert told(answer) == (500, "defect")
    assert "secret" not in answer.text
    assert answer.json["message"][-8:] in caplog.text


def test_a_case_that_cannot_go_on_is_told_and_nothing_is_stored(site, caller, office):
    broken = waiting(key="rusak", by="nomor").replace(
        b'sourceRef="tunggu" targetRef="baca">',
        b'sourceRef="tunggu" targetRef="baca"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">lanjut = 1</bpmn:conditionExpression>',
    )
    with site.extensions["lajur"].database.begin() as session:
        deployments.deploy(session, {"rusak.bpmn": broken}, actor=access.SYSTEM, now=NOW, office=office)
    start(site, "rusak", values={"nomor": 5})
    assert told(caller.message({"data": {"nomor": 5, "lanjut": 2}})) == (409, "no-flow-taken")
    assert kept(site) == []
    assert caller.message({"data": {"nomor": 5, "lanjut": 1}}).status_code == 200
