"""serve and bench: a real server process on the loopback address, and what is said when it cannot be."""

import os
import socket
import subprocess
import sys
import time

import pytest

from engine.bench import jobs, loads, measures
from engine.cli import benching, serving

SECRET = "a key that only this test knows, long enough"


@pytest.fixture
def environment(lajur, office_folder):
    lajur("demo", "--no-serve")
    return {
        "LAJUR_DATABASE": f"sqlite:///{office_folder}/var/lajur.db",
        "LAJUR_BPMN": str(office_folder / "bpmn"),
        "LAJUR_VAR": str(office_folder / "var"),
        "LAJUR_SECRET_KEY": SECRET,
    }


@pytest.mark.slow
def test_a_server_answers(environment, office_folder):
    with loads.served(environment, office_folder) as (port, pid):
        browser = loads.Browser(port)
        assert "csrf" in browser.get("/login")
        browser.close()
        assert sum(loads.memory(pid).values()) < 250_000_000
    assert "Traceback" not in (office_folder / "server.log").read_text()


@pytest.mark.slow
def test_waitress_serves_where_granian_is_missing(environment, office_folder):
    port = loads.free_port()
    hide = "import sys; sys.modules['granian'] = None; from engine.cli import main; main()"
    with (office_folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", hide, "serve", "--port", str(port)],
            env={**os.environ, "PYTHONPATH": str(loads.ROOT), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        until = time.monotonic() + 30
        while True:
            browser = loads.Browser(port)
            try:
                assert "csrf" in browser.get("/login")
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.1)
            finally:
                browser.close()
    finally:
        process.terminate()
        code = process.wait(10)
    assert code == 0


def test_a_port_in_use_is_said(lajur, environment, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert "something listens there already" in lajur("serve", "--port", port, code=4).stderr
        assert "something listens there already" in lajur("demo", "--port", port, code=4).stderr


def test_an_address_of_another_machine_is_said(capsys):
    with pytest.raises(SystemExit) as ended:
        serving.require_port("192.0.2.1", 8000)
    assert ended.value.code == 4
    assert "does not have that address" in capsys.readouterr().err


def test_addresses_are_written_as_urls():
    assert serving.address("127.0.0.1", 8000) == "http://127.0.0.1:8000"
    assert serving.address("::1", 80) == "http://[::1]:80"


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


def test_the_bench_prints_a_table():
    line = measures.Line("linear10", 400, 1.5, 2.5, 5.9, 182, 1.25, 2.0, 12030, 1.2)
    loop = measures.Loop("loop200", 1.0, 1.1, 1.1, 77, 2.0, 16.0, 160950)
    http = measures.Http(1000, 212.4, 230.0, 85_000_000, 58_000_000)
    due = jobs.Jobs(
        (jobs.Drained("PostgreSQL", 2, 3000, 907.4),),
        (jobs.Late("SQLite", 300_000, 150, 3.2, 7.1),),
        (jobs.Idle("SQLite", 12.0),),
    )
    text = "\n".join(benching.lines(measures.Report((line,), loop, http, due)))
    assert text.startswith("| | Lajur | plain SpiffWorkflow | ratio | aim |")
    assert "| 1.50 ms (2.50) | 1.25 ms (2.00) | 1.20 | at most 1.5 |" in text
    assert "| 1.00 ms, 1.10 ms | 2.00 ms, 16.00 ms | 1.10 (199 to 10) | at most 1.3 |" in text
    assert "| 212 |" in text
    assert "85 MB (58 MB)" in text
    assert "| PostgreSQL, 2 workers: timers a second | 907 | | | at least 500 |" in text
    assert "300000 others waiting, median (p95) | 3 ms (7) | | | at most 250 ms |" in text
    assert "| SQLite: statements a minute of an idle worker | 12 | | | |" in text


def test_the_help_teaches(lajur):
    text = lajur("--help").stdout
    for word in ("lajur deploy bpmn/ forms/", "LAJUR_DATABASE", "Exit codes", "bench", "history", "sop"):
        assert word in text


@pytest.mark.parametrize(
    "command",
    [
        "bench",
        "check",
        "demo",
        "deploy",
        "jobs",
        "message",
        "messages",
        "run",
        "serve",
        "signal",
        "sop",
        "tokens",
        "worker",
    ],
)
def test_every_command_explains_itself(lajur, command):
    assert "Usage: " in lajur(command, "--help").stdout


def test_an_unknown_command_is_wrong_usage(lajur):
    assert "No such command" in lajur("fly", code=2).stderr


def test_a_bad_setting_is_said(lajur, monkeypatch):
    monkeypatch.setenv("LAJUR_COOKIE_SECURE", "perhaps")
    assert "LAJUR_COOKIE_SECURE" in lajur("users", "list", code=2).stderr
