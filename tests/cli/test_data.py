"""The database, its people and its history from a terminal, and what is said when the database cannot be used."""

import re
import sqlite3

import pytest

from engine.cli import data
from engine.people import users
from engine.store import db


@pytest.fixture
def database(lajur, office_folder):
    lajur("db", "upgrade")
    return office_folder / "var" / "lajur.db"


def sign_in(path, username, password):
    store = db.open(f"sqlite:///{path}")
    try:
        with store.read() as session:
            return users.authenticate(session, username, password, data.now())
    finally:
        store.close()


def test_an_upgrade_can_be_repeated(lajur, database):
    assert "up to date" in lajur("db", "upgrade").stdout
    assert database.is_file()


def test_a_person_gets_a_password_once(lajur, database):
    said = lajur("users", "add", "Sitti", "--name", "Sitti Aminah", "--group", "clerk", "--role", "analyst").stdout
    password = re.search(r"sitti can sign in with: (\S+)", said)[1]
    assert sign_in(database, "sitti", password).name == "Sitti Aminah"
    assert "clerk, analyst" in lajur("users", "list").stdout


def test_a_password_can_be_given(lajur, database):
    lajur("users", "add", "anton", "--name", "Anton", "--password-stdin", input="kopi-tinutuan-2026\n")
    assert sign_in(database, "anton", "kopi-tinutuan-2026")


def test_a_new_password_replaces_the_old_one(lajur, database):
    old = lajur("users", "add", "anton", "--name", "Anton").stdout.split()[-1]
    new = lajur("users", "password", "anton").stdout.split()[-1]
    assert sign_in(database, "anton", new)
    assert sign_in(database, "anton", old) is None


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("add", "anton", "--name", "Anton", "--group", "nobody"), 2, "Group nobody does not exist"),
        (("add", "an ton", "--name", "Anton"), 2, "an ton"),
        (("add", "anton", "--name", " "), 2, "name"),
        (("add", "anton", "--name", "Anton", "--role", "king"), 2, "king"),
        (("add", "anton"), 2, "--name"),
        (("password", "nobody"), 2, "User nobody does not exist"),
    ],
)
def test_a_bad_person_is_said(lajur, database, arguments, code, said):
    assert said in lajur("users", *arguments, code=code).stderr


def test_a_weak_password_and_a_taken_name_are_said(lajur, database):
    lajur("users", "add", "anton", "--name", "Anton", "--password-stdin", input="short\n", code=2)
    lajur("users", "add", "anton", "--name", "Anton")
    assert "taken" in lajur("users", "add", "anton", "--name", "Anton", code=1).stderr


@pytest.mark.parametrize("username", ["tu", "a", "ka", "pns"])
def test_made_up_passwords_never_hold_the_user_name(username):
    passwords = {data.new_password(username) for _ in range(200)}
    assert len(passwords) == 200
    assert not any(username in password for password in passwords)


def test_history_is_verified(lajur, office_folder, database):
    lajur("deploy", "bpmn", "forms")
    assert "0 problems" in lajur("history", "verify").stdout


def test_tampering_is_found(lajur, office_folder, monkeypatch):
    lajur("demo", "--no-serve")
    path = office_folder / "var" / "lajur.db"
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE history SET user_name = 'Somebody else' WHERE serial = 2")
    connection.commit()
    instance = connection.execute("SELECT id FROM instances").fetchone()[0]
    connection.close()
    result = lajur("history", "verify", code=1)
    assert "does not fit its hash at event 2" in result.stdout
    assert instance is not None


def test_an_unknown_instance_is_said(lajur, database):
    assert "does not exist" in lajur("history", "verify", "seven", code=2).stderr


# A database that cannot be used --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("users", "list"), ("deploy", "bpmn"), ("serve",), ("history", "verify")])
def test_a_missing_database_is_said(lajur, command):
    result = lajur(*command, code=3)
    assert "lajur db upgrade" in result.stderr
    assert "Traceback" not in result.output


def test_an_older_schema_is_said(lajur, database):
    connection = sqlite3.connect(database)
    connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.commit()
    connection.close()
    assert "lajur db upgrade" in lajur("users", "list", code=3).stderr


def test_a_newer_schema_is_said(lajur, database):
    connection = sqlite3.connect(database)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert "9999" in lajur("users", "list", code=3).stderr
    assert "9999" in lajur("db", "upgrade", code=3).stderr


def test_a_locked_database_is_said(lajur, database, monkeypatch):
    monkeypatch.setattr(db.Database.__init__, "__defaults__", (0.1,))
    monkeypatch.setattr(db.open, "__defaults__", (0.1,))
    connection = sqlite3.connect(database)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        assert "busy" in lajur("users", "add", "anton", "--name", "Anton", code=3).stderr
    finally:
        connection.close()


def test_a_file_that_is_no_database_is_said(lajur, database):
    database.write_bytes(b"not a database" * 1000)
    for name in ("lajur.db-wal", "lajur.db-shm"):
        (database.parent / name).unlink(missing_ok=True)
    assert "cannot be reached" in lajur("users", "list", code=3).stderr


def test_a_server_that_is_gone_is_said_without_its_password(lajur, monkeypatch):
    monkeypatch.setenv("LAJUR_DATABASE", "postgresql://someone:rahasia@127.0.0.1:1/nothing")
    result = lajur("users", "list", code=3)
    assert "cannot be reached" in result.stderr
    assert "rahasia" not in lajur("db", "upgrade", code=3).output


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://"])
def test_a_bad_url_is_said(lajur, monkeypatch, url):
    monkeypatch.setenv("LAJUR_DATABASE", url)
    assert "LAJUR_DATABASE" in lajur("users", "list", code=2).stderr
