"""serve: a real server process on the loopback address, and what is said when it cannot be."""

import os
import socket
import subprocess
import sys
import time

import pytest

from engine.bench import loads
from engine.cli import serving

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
