"""Figures for Prometheus: right, well written, and cheap whatever waits."""

import re
from datetime import timedelta

from sqlalchemy import insert

from engine.jobs import metrics
from engine.jobs.metrics import Metric
from engine.runtime import instances
from engine.store import keys, models
from tests import by_itself

_SAMPLE = re.compile(r"([a-z_]+)(\{.*\})? (\S+)")


def read(text):
    """Give samples as Prometheus would: name and labels -> value."""
    assert text.endswith("\n")
    found, helped, typed = {}, set(), {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            helped.add(line.split(" ")[2])
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name in helped
            typed[name] = kind
        else:
            name, labels, value = _SAMPLE.fullmatch(line).groups()
            assert (typed[name] == "counter") == name.endswith("_total")
            assert (name, labels) not in found
            found[name + (labels or "")] = float(value)
    assert helped == set(typed)
    return found


def measured(works):
    with works.db.read() as session:
        return read(metrics.text(metrics.of_database(session, now=works.clock())))


def test_nothing_to_do_is_told_in_zeros(works):
    found = measured(works)
    assert set(found.values()) == {0}
    for name in ("due", "failed", "held"):
        for kind in ("timer", "start", "message", "signal", "service"):
            assert f'lajur_jobs_{name}{{kind="{kind}"}}' in found


def test_what_waits_is_counted(works):
    works.deploy(jeda=by_itself.pausing("PT1H"), tanya=by_itself.asking(9))
    for _ in range(3):
        works.start("tanya")
    works.run()
    for _ in range(2):
        works.start("jeda")
    held = works.start("jeda")
    works.act(instances.suspend, held)
    works.send("Disposisi", key="1", keep=timedelta(days=1))
    works.run()
    works.clock.advance(hours=1, seconds=90)
    found = measured(works)
    assert found['lajur_jobs_failed{kind="service"}'] == 3
    assert found['lajur_jobs_due{kind="timer"}'] == 2
    assert found['lajur_jobs_due{kind="message"}'] == 0  # it is kept until tomorrow
    assert found['lajur_jobs_held{kind="timer"}'] == 1
    assert found["lajur_jobs_oldest_due_seconds"] == 90
    assert found['lajur_messages{status="waiting"}'] == 1
    works.run(days=1)
    found = measured(works)
    assert found['lajur_messages{status="expired"}'] == 1
    assert found['lajur_messages{status="waiting"}'] == 0
    assert found['lajur_jobs_due{kind="timer"}'] == 0


def test_a_worker_tells_what_it_did(works):
    works.deploy(jeda=by_itself.pausing("PT1H"), tanya=by_itself.asking(9))
    works.start("tanya")
    works.start("jeda")
    works.run(hours=1)
    found = read(metrics.text(metrics.of_worker(works.worker.done, healthy=works.worker.healthy)))
    assert found["lajur_worker_healthy"] == 1
    assert found['lajur_worker_jobs_total{kind="timer",outcome="done"}'] == 1
    assert found['lajur_worker_jobs_total{kind="service",outcome="incident"}'] == 1
    assert found['lajur_worker_jobs_total{kind="signal",outcome="failed"}'] == 0


def test_texts_and_labels_are_escaped():
    odd = Metric("odd", "gauge", "a \\ and\na line", {(("what", 'say "hi" \\\n'),): 0.25})
    assert metrics.text([odd]).splitlines() == [
        "# HELP odd a \\\\ and\\na line",
        "# TYPE odd gauge",
        'odd{what="say \\"hi\\" \\\\\\n"} 0.25',
    ]


def test_long_lists_are_not_counted_to_their_end(works, monkeypatch):
    row = {"name": "x", "key": None, "data": {}, "sender": "", "sent_at": works.clock(), "expires_at": works.clock()}
    rows = [{"id": keys.new(), "status": "expired", **row} for _ in range(metrics.MOST + 5)]
    with works.db.begin() as session:
        session.execute(insert(models.messages), rows)
    assert measured(works)['lajur_messages{status="expired"}'] == metrics.MOST


def test_every_figure_is_read_from_an_index(works, plans):
    with plans.watch() as sent:
        measured(works)
    assert len(sent) == 6
    for statement in sent:
        found = plans.of(*statement)
        assert "ix_" in found, found
        assert not plans.scans(found, "jobs", "messages", "instances"), found
