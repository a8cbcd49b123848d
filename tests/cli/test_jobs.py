"""jobs: what falls due, what failed, and having it tried again."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest

from engine import config
from engine.people import access
from engine.runtime import deployments, instances
from engine.store import db as db_
from engine.worker import Worker
from tests import by_itself


@pytest.fixture
def house(lajur, office_folder):
    """An office with a case that waits for a week, and two whose call failed, for nobody may be called."""
    lajur("db", "upgrade")
    settings = config.Settings.from_environment()
    database = db_.open(settings.database)
    worker = Worker(database, settings)

    def work():
        while worker.turn() == 0.0:
            pass
        worker.rest()

    def start(key, business_key=None):
        with database.begin() as session:
            given = {"actor": access.SYSTEM, "now": datetime.now(UTC), "business_key": business_key}
            return instances.start(session, key, **given).id

    def act(verb, case):
        with database.begin() as session:
            verb(session, case, actor=access.SYSTEM, now=datetime.now(UTC))

    with database.begin() as session:
        named = {"sepekan.bpmn": by_itself.pausing("P7D", "sepekan"), "tanya.bpmn": by_itself.asking(9)}
        office = config.read_office(settings.bpmn / "office.toml")
        deployments.deploy(session, named, actor=access.SYSTEM, now=datetime.now(UTC), office=office)
    waiting = start("sepekan", "SM/1")
    for number in (2, 3):
        start("tanya", f"SM/{number}")
    work()
    yield SimpleNamespace(work=work, act=act, waiting=waiting)
    worker.stop()
    worker.run()
    database.close()


def ids(text):
    """Give the ids in what was printed."""
    return [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line[2] != " "]


def test_everything_is_listed(lajur, house):
    text = lajur("jobs").stdout
    failed, due = text.index("Failed, for people"), text.index("To be done")
    assert failed < text.index("service layanan  (SM/2 tanya)") < text.index("(SM/3 tanya)") < due
    assert due < text.index("timer tunggu  (SM/1 sepekan)")
    assert text.count("127.0.0.1:9 may not be called") == 2
    assert text.count("1 try") == 2
    assert "Nothing is held." in text


def test_what_failed_is_a_no(lajur, house):
    assert len(ids(lajur("jobs", "--failed", code=1).stdout)) == 2


def test_where_nothing_failed_that_is_said(lajur, office_folder):
    lajur("db", "upgrade")
    assert lajur("jobs", "--failed").stdout == "Nothing has failed.\n"
    assert lajur("jobs", "--due").stdout == "Nothing is to be done.\n"


def test_what_is_held_with_its_case_is_listed(lajur, house):
    house.act(instances.suspend, house.waiting)
    assert "timer tunggu  (SM/1 sepekan)" in lajur("jobs", "--held").stdout
    assert lajur("jobs", "--due").stdout == "Nothing is to be done.\n"


def test_a_limit_says_that_there_is_more(lajur, house):
    text = lajur("jobs", "--failed", "--limit", 1, code=1).stdout
    assert len(ids(text)) == 1
    assert "and more" in text
    assert "and more" not in lajur("jobs", "--failed", "--limit", 2, code=1).stdout


def test_one_is_tried_again(lajur, house):
    first, second = ids(lajur("jobs", "--failed", code=1).stdout)
    assert lajur("jobs", "retry", first).stdout == "To be tried again: 1.\n"
    assert ids(lajur("jobs", "--failed", code=1).stdout) == [second]
    house.work()
    assert set(ids(lajur("jobs", "--failed", code=1).stdout)) == {first, second}


def test_all_are_tried_again(lajur, house):
    assert lajur("jobs", "retry", "--all-failed").stdout == "To be tried again: 2.\n"
    assert lajur("jobs", "--failed").stdout == "Nothing has failed.\n"
    assert lajur("jobs", "retry", "--all-failed").stdout == "To be tried again: 0.\n"


def test_what_has_not_failed_cannot_be_tried_again(lajur, house):
    [waiting] = ids(lajur("jobs", "--due").stdout)
    assert "has not failed" in lajur("jobs", "retry", waiting, code=1).stderr
    assert "does not exist" in lajur("jobs", "retry", uuid4(), code=2).stderr


@pytest.mark.parametrize("arguments", [(), ("--all-failed", uuid4()), ("no-id",)])
def test_a_wrong_command_line_is_said(lajur, house, arguments):
    assert "Usage: " in lajur("jobs", "retry", *arguments, code=2).stderr
