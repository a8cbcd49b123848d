"""The bench's command: every figure is there; how large it is depends on the machine."""

import json

import pytest


@pytest.mark.slow
def test_every_figure_is_told(lajur):
    found = json.loads(lajur("bench", "--no-http", "--json", "--scale", "0.05").stdout)
    jobs = found["jobs"]
    assert [each["database"] for each in jobs["drained"]] == ["SQLite"]
    assert jobs["drained"][0]["jobs"] >= 50
    assert jobs["late"][0]["timers"] >= 20
    assert jobs["idle"][0]["statements_per_minute"] <= 12


@pytest.mark.slow
@pytest.mark.postgresql
def test_workers_share_what_is_due_on_postgresql(lajur, postgresql_url):
    found = json.loads(lajur("bench", "--no-http", "--json", "--scale", "0.05", "--postgresql", postgresql_url).stdout)
    drained = [(each["database"], each["workers"]) for each in found["jobs"]["drained"]]
    assert drained == [("SQLite", 1), ("PostgreSQL", 1), ("PostgreSQL", 2)]
    assert {each["database"]: each["statements_per_minute"] for each in found["jobs"]["idle"]}["PostgreSQL"] <= 2
