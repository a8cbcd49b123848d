import time

import pytest
from sqlalchemy import select, text

from engine import errors
from engine.people import users
from engine.store import models
from tests.cast import NOW, PASSWORD

GOOD = {"name": "Baru Sekali", "password": "sandi rahasia 1", "now": NOW}


def create(db, **given):
    with db.begin() as session:
        return users.create(session, **{"username": "baru", **GOOD, **given})


def test_a_user_is_created_with_groups_and_roles(db):
    user = create(db, username=" Baru.Sekali ", groups=["umum"], roles=["analyst"], locale="id")
    with db.read() as session:
        assert users.get(session, user.id) == user == users.find(session, "BARU.sekali")
        assert (user.username, user.roles, user.locale, user.active) == (
            "baru.sekali",
            frozenset({"analyst"}),
            "id",
            True,
        )
        assert user in users.list(session)


@pytest.mark.parametrize("username", ["", "-a", "a-", "dua kata", "é", "a" * 65, "a/b", "a\x00b"])
def test_usernames_have_rules(db, username):
    with pytest.raises(errors.UsernameInvalid):
        create(db, username=username)


@pytest.mark.parametrize(
    "password", ["", "pendek1", "hanyahuruf", "x1" * 101, "baru12345678", "sandi\x00rahasia1", "sandi rahasia 1\ud800"]
)
def test_passwords_have_rules(db, password):
    with pytest.raises(errors.PasswordWeak):
        create(db, password=password)


@pytest.mark.parametrize("name", ["", "   ", "\x00\x07", "n" * 201])
def test_names_have_rules(db, name):
    with pytest.raises(errors.InputError):
        create(db, name=name)


def test_names_are_cleaned(db):
    assert create(db, name="  Sitti\t\x00 Aminah ").name == "Sitti Aminah"


def test_a_username_is_taken_once(db):
    create(db)
    with pytest.raises(errors.UsernameTaken, match="baru"):
        create(db, username="BARU")


@pytest.mark.parametrize("given", [{"groups": ["nobody"]}, {"roles": ["king"]}])
def test_unknown_groups_and_roles_leave_nothing_behind(db, given):
    with pytest.raises((errors.NotFound, errors.InputError)):
        create(db, **given)
    with db.read() as session:
        assert users.find(session, "baru") is None


def test_an_unknown_user_is_not_found(db, cast):
    with db.read() as session, pytest.raises(errors.NotFound, match="User"):
        users.get(session, next(iter(cast.ids.values())).__class__(int=5))


def test_passwords_are_kept_as_argon2id(db, cast):
    with db.read() as session:
        stored = session.execute(select(models.users.c.password)).scalars().all()
    assert all(password.startswith("$argon2id$") for password in stored)
    assert not any(PASSWORD in password for password in stored)
    assert len(set(stored)) == len(stored)


def test_signing_in(db, cast):
    with db.begin() as session:
        user = users.authenticate(session, " Sitti", PASSWORD, NOW)
        assert user is not None
        assert user.id == cast.ids["sitti"]
        assert users.authenticate(session, "sitti", PASSWORD + "x", NOW) is None
        for wrong in ("", "x" * 1_000_000, "\ud800", "\x00"):
            assert users.authenticate(session, "sitti", wrong, NOW) is None
        for unknown in ("nobody", "", "a\x00", "\ud800", "x" * 1000, "sitti; --"):
            assert users.authenticate(session, unknown, PASSWORD, NOW) is None
            assert users.find(session, unknown) is None
        session.execute(text("UPDATE users SET active = :no WHERE username = 'sitti'"), {"no": False})
        assert users.authenticate(session, "sitti", PASSWORD, NOW) is None


def test_an_unknown_name_costs_what_a_wrong_password_costs(db, cast):
    def cost(username):
        times = []
        for _ in range(5):
            start = time.process_time()
            with db.read() as session:
                assert users.authenticate(session, username, "a wrong one", NOW) is None
            times.append(time.process_time() - start)
        return min(times)

    assert cost("nobody") > cost("sitti") * 0.5


def test_an_older_hash_is_told_and_renewed(db, cast):
    import argon2  # noqa: PLC0415

    old = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with db.begin() as session:
        session.execute(text("UPDATE users SET password = :old WHERE username = 'sitti'"), {"old": old})
    with db.read() as session:
        user = users.authenticate(session, "sitti", PASSWORD, NOW)
    assert user.outdated
    with db.begin() as session:
        users.renew(session, user.id, PASSWORD)
        assert session.execute(text("SELECT password FROM users WHERE username = 'sitti'")).scalar_one() != old
        assert not users.authenticate(session, "sitti", PASSWORD, NOW).outdated


def test_ending_sign_ins_begins_a_new_generation(db, cast):
    with db.begin() as session:
        before = cast.actor(session, "sitti").generation
        users.end_sign_ins(session, cast.ids["sitti"])
        assert cast.actor(session, "sitti").generation == before + 1 == users.find(session, "sitti").generation
        assert cast.actor(session, "yusuf").generation == before
