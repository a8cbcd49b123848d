"""Messages, signals and tokens from a terminal."""

import re

import pytest
from sqlalchemy import select

from engine.cli import data
from engine.people import access, tokens
from engine.runtime import instances
from engine.store import db, models
from tests.jobs.mail import REPLY, SIGNAL, started, waiting


@pytest.fixture
def office(lajur, office_folder):
    """An installation with a case that can wait, and processes that a message and a signal start."""
    files = {
        "tanya": waiting().replace(b'"Staf"', b'"Juru Tulis"'),
        "terima": started().replace(b'"Staf"', b'"Juru Tulis"').replace(b"Balasan", b"Surat tiba"),
        "libur": started("libur", SIGNAL).replace(b'"Staf"', b'"Juru Tulis"'),
    }
    for key, source in files.items():
        (office_folder / "bpmn" / f"{key}.bpmn").write_bytes(source)
    lajur("db", "upgrade")
    lajur("deploy", "bpmn", "forms")
    return office_folder


@pytest.fixture
def start(office):
    """Start a case that waits: gives its id."""

    def begin(**given):
        store = db.open(f"sqlite:///{office / 'var' / 'lajur.db'}")
        try:
            with store.begin() as session:
                return instances.start(session, "tanya", actor=access.SYSTEM, now=data.now(), **given).id
        finally:
            store.close()

    return begin


def rows(office, table):
    store = db.open(f"sqlite:///{office / 'var' / 'lajur.db'}")
    try:
        with store.read() as session:
            return session.execute(select(table)).all()
    finally:
        store.close()


def test_a_case_gets_its_message(lajur, start):
    case = start(business_key="094/17")
    said = lajur("message", REPLY, "--key", "094/17", "--data", '{"nomor": "800/12"}').stdout
    assert said == f"{REPLY}: delivered to the case {case}\n"


def test_a_message_starts_a_case(lajur, office):
    said = lajur("message", "Surat tiba").stdout
    [case] = rows(office, models.instances)
    assert said == f"Surat tiba: started the case {case.id}\n"


def test_what_it_says_may_be_in_a_file(lajur, office):
    (office / "surat.json").write_text('{"nomor": "ä"}', encoding="utf-8")
    lajur("message", REPLY, "--data", "@surat.json")
    lajur("message", REPLY, "--data", "@-", input='{"nomor": "ö"}')
    assert [row.data for row in rows(office, models.messages)] == [[{"nomor": "ä"}], [{"nomor": "ö"}]]


def test_one_that_nobody_waits_for_is_kept_and_shown(lajur, office):
    said = lajur("message", REPLY, "--key", "7", "--keep", "P3D").stdout
    assert re.fullmatch(rf"{REPLY}: nobody waits for it yet; kept until \d{{4}}-\d\d-\d\d \d\d:\d\d\n", said)
    assert re.search(rf"^\d\S+ \S+  {REPLY} +7 +Lajur +until \d", lajur("messages").stdout)
    assert "1 kept." in lajur("messages").stdout
    assert lajur("messages", "--expired").stdout == "0 expired.\n"


def test_one_that_is_not_to_be_kept_is_a_no(lajur, office):
    result = lajur("message", REPLY, "--keep", "PT0S", code=1)
    assert result.stderr == f"lajur: Nobody waits for the message {REPLY}, and it is not kept.\n"
    assert "1 expired." in lajur("messages", "--expired").stdout
    assert lajur("messages").stdout == "0 kept.\n"


def test_a_long_list_is_shown_whole(lajur, office, monkeypatch):
    monkeypatch.setattr("engine.cli.messaging._PAGE", 2)
    for number in range(5):
        lajur("message", REPLY, "--key", number)
    said = lajur("messages").stdout.splitlines()
    assert [line.split()[3] for line in said[:-1]] == ["0", "1", "2", "3", "4"]
    assert said[-1] == "5 kept."


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((REPLY, "--data", "{"), 2, "cannot be read"),
        ((REPLY, "--data", '{"a": 1, "a": 2}'), 2, "twice"),
        ((REPLY, "--data", "[]"), 2, "no JSON object"),
        ((REPLY, "--data", "@nowhere.json"), 2, "nowhere.json"),
        ((REPLY, "--data", "@bpmn"), 2, "bpmn"),
        ((REPLY, "--data", b'{"a": "\xff"}'.decode(errors="surrogateescape")), 2, "cannot be read"),
        ((REPLY, "--keep", "7 days"), 2, "P7D"),
        ((REPLY, "--keep", "P400D"), 2, "366"),
        ((REPLY, "--key", "x" * 201), 2, "case number"),
        ((" ",), 2, "name of a message"),
        ((REPLY, "--instance", "seven"), 2, "Instance seven does not exist"),
        ((REPLY, "--instance", "01a20d8c-6b8d-70a6-8400-000000000000"), 2, "does not exist"),
    ],
)
def test_what_is_wrong_is_said(lajur, office, arguments, code, said):
    result = lajur("message", *arguments, code=code)
    assert said in result.stderr
    assert result.stderr.startswith("lajur: ")
    assert rows(office, models.messages) == []


def test_a_case_that_cannot_take_it_is_a_no(lajur, start):
    case = start()
    assert "does not wait for" in lajur("message", "Lain", "--instance", case, code=1).stderr
    start()
    assert "Several cases wait" in lajur("message", REPLY, code=1).stderr
    assert str(case) in lajur("message", REPLY, "--instance", case).stdout


def test_a_signal_is_sent(lajur, office):
    assert lajur("signal", "Libur", "--data", '{"hari": "Nyepi"}').stdout == "Libur: 1 listen\n"
    assert lajur("signal", "Lain").stdout == "Lain: 0 listen\n"
    assert "twice" in lajur("signal", "Libur", "--data", '{"a": 1, "a": 2}', code=2).stderr


def test_a_token_is_shown_once_and_revoked(lajur, office):
    said = lajur("tokens", "add", "srikandi", "--until", "2999-01-01").stdout
    text = re.fullmatch(r"srikandi can send with: (lajur_[0-9a-f]{32}_[A-Za-z0-9_-]{43})\n", said)[1]
    store = db.open(f"sqlite:///{office / 'var' / 'lajur.db'}")
    with store.read() as session:
        assert tokens.actor_of(session, text, data.now()).name == "srikandi"
    store.close()
    shown = lajur("tokens", "list").stdout
    assert re.search(r"^srikandi +valid +\S+ \S+ by the command line  until 2999-01-01 00:00$", shown, re.MULTILINE)
    assert text.split("_", 2)[2] not in shown
    assert lajur("tokens", "revoke", "srikandi").stdout == "srikandi can send no more.\n"
    assert re.search(r"^srikandi +revoked", lajur("tokens", "list").stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "a:b"), 2, "token's name"),
        (("add", "taken"), 1, "revoke it first"),
        (("add", "x", "--until", "tomorrow"), 2, "2027-01-01"),
        (("add", "x", "--until", "2020-01-01"), 2, "past"),
        (("add", "x", "--until", "0001-01-01T00:00+23:00"), 2, "no date"),
        (("revoke", "nobody"), 2, "Token nobody does not exist"),
    ],
)
def test_a_bad_token_is_said(lajur, office, arguments, code, said):
    lajur("tokens", "add", "taken")
    assert said in lajur("tokens", *arguments, code=code).stderr


@pytest.mark.parametrize("command", ["message", "messages", "signal", "tokens"])
def test_the_help_names_them(lajur, command):
    assert re.search(rf"^  {command} ", lajur("--help").stdout, re.MULTILINE)
    assert lajur(command, "--help").stdout
