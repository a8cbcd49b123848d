"""bench: everything is measured for a moment; no figure is judged, machines differ."""

import pytest
import sqlalchemy

from engine.bench import jobs, measures
from engine.cli import benching


def databases(url: str) -> set[str]:
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            return set(connection.scalars(sqlalchemy.text("SELECT datname FROM pg_database")))
    finally:
        engine.dispose()


@pytest.mark.slow
def test_the_bench_measures_everything(lajur_json):
    report = lajur_json("bench", "--scale", "0.05", "--json")
    assert report["machine"].keys() == {"python", "system", "cores"}
    assert [line["name"] for line in report["lines"]] == ["linear10", "linear100"]
    for line in report["lines"]:
        assert line["median"] > 0
        assert line["statements"] <= 15
        assert line["state"] < line["baseline_state"]
    assert report["loop"]["state"] < 1000
    assert report["http"]["per_second"] > 0
    assert report["http"]["memory"] > 20_000_000
    assert report["beside"]["median"] > 0
    assert [(each["database"], each["workers"], each["jobs"]) for each in report["jobs"]["drained"]] == [
        ("SQLite", 1, 75)
    ]
    assert [(each["waiting"], each["timers"]) for each in report["jobs"]["late"]] == [(15_000, 20)]
    assert [each["statements_per_minute"] for each in report["jobs"]["idle"]] == [12.0]


@pytest.mark.slow
@pytest.mark.postgresql
def test_the_bench_measures_workers_on_a_server_and_leaves_nothing_there(postgresql_url):
    before = databases(postgresql_url)
    measured = jobs.run(postgresql_url, scale=0.02, progress=lambda _: None)
    assert [(each.database, each.workers, each.jobs) for each in measured.drained] == [
        ("SQLite", 1, 50),
        ("PostgreSQL", 1, 50),
        ("PostgreSQL", 2, 100),
    ]
    assert [each.statements_per_minute for each in measured.idle] == [12.0, 2.0]
    assert not [name for name in databases(postgresql_url) - before if name.startswith("lajur_bench_")]


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("sqlite:///x.db", 2, "it must be postgresql://"),
        ("postgresql://nobody@127.0.0.1:1/x", 3, "The database"),
    ],
)
def test_the_bench_says_before_it_measures_where_it_cannot(lajur, url, code, said):
    assert said in lajur("bench", "--postgresql", url, code=code).stderr


def test_the_bench_prints_a_table():
    line = measures.Line("linear10", 400, 1.5, 2.5, 5.9, 182, 1.25, 2.0, 12030, 1.2)
    loop = measures.Loop("loop200", 1.0, 1.1, 1.1, 77, 2.0, 16.0, 160950)
    http = measures.Http(1000, 212.4, 230.0, 85_000_000, 58_000_000)
    beside = measures.Beside("linear10", 0.8, 1.2, 0.9, 1.1, 0.89)
    drained = (jobs.Drained("SQLite", 1, 1500, 871.3), jobs.Drained("PostgreSQL", 2, 3000, 802.0))
    late = (jobs.Late("PostgreSQL", 300_000, 150, 4.6, 8.3),)
    done = jobs.Jobs(drained, late, (jobs.Idle("SQLite", 12.0),))
    text = "\n".join(benching.lines(measures.Report((line,), loop, beside, http, done)))
    assert text.startswith("| | Lajur | plain SpiffWorkflow | ratio | aim |")
    assert "| 1.50 ms (2.50) | 1.25 ms (2.00) | 1.20 | at most 1.5 |" in text
    assert "| 1.00 ms, 1.10 ms | 2.00 ms, 16.00 ms | 1.10 (199 to 10) | at most 1.3 |" in text
    assert "| 212 |" in text
    assert "85 MB (58 MB)" in text
    assert "| 0.80 ms (1.20); 0.90 ms (1.10) | | 0.89 (with to without) | at most 1.1 |" in text
    assert "| SQLite, 1 worker: timers a second | 871 | | | at least 300 |" in text
    assert "| PostgreSQL, 2 workers: timers a second | 802 | | | at least 500 |" in text
    assert "300,000 others waiting, median (p95) | 5 ms (8) | | | at most 250 ms |" in text
    assert "| SQLite: statements a minute of an idle worker | 12 | | | |" in text
