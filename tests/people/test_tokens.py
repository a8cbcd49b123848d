"""Tokens: shown once, kept as a hash, valid until they end or are revoked, and good for sending only."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engine import errors
from engine.people import access, tokens
from engine.store import models
from tests.cast import NOW

LATER = NOW + timedelta(days=30)


@pytest.fixture
def dewi(db, cast):
    """The administrator."""
    with db.read() as session:
        return cast.actor(session, "dewi")


def create(db, name="srikandi", actor=access.SYSTEM, now=NOW, **given):
    with db.begin() as session:
        return tokens.create(session, name, actor=actor, now=now, **given)


def revoke(db, name="srikandi", now=NOW):
    with db.begin() as session:
        tokens.revoke(session, name, actor=access.SYSTEM, now=now)


def known(db, text, now=NOW):
    with db.read() as session:
        return tokens.actor_of(session, text, now)


def listed(db):
    with db.read() as session:
        return tokens.list(session, actor=access.SYSTEM)


def test_a_token_says_who_sends(db, dewi):
    token, text = create(db, " e-Office Provinsi 2 ", dewi)
    actor = known(db, text)
    assert (actor.user_id, actor.name, actor.roles, actor.groups) == (
        None,
        "e-Office Provinsi 2",
        frozenset({"sender"}),
        frozenset(),
    )
    assert listed(db) == (token,)
    assert (token.created_by, token.created_at, token.until, token.status(LATER)) == (dewi.name, NOW, None, "valid")
    assert create(db, "lain")[0].created_by is None


def test_it_may_send_and_nothing_else(db):
    actor = known(db, create(db)[1])
    assert access.may_send(actor)
    assert not any(
        may(actor)
        for may in (
            access.may_keep_people,
            access.may_deploy,
            access.may_cancel,
            access.may_suspend,
            access.may_retry,
            access.may_see_all_instances,
        )
    )
    assert not access.may_start(actor, ["umum"])
    assert not access.may_see_task(actor, assignee=None, group="umum")


def test_its_secret_is_kept_nowhere(db):
    token, text = create(db)
    with db.read() as session:
        row = session.execute(select(models.tokens)).one()
    assert row.hash == sha256(text.encode()).digest()
    prefix, ident, secret = text.split("_", 2)
    assert (prefix, ident) == ("lajur", token.id.hex)
    assert len(secret) == 43  # 256 bits
    assert secret not in str(row) + str(token)
    assert secret != create(db, "lain")[1].split("_", 2)[2]


def test_it_ends_when_it_was_to_end(db):
    token, text = create(db, until=LATER)
    assert known(db, text, LATER - timedelta(microseconds=1)).name == "srikandi"
    with pytest.raises(errors.TokenInvalid):
        known(db, text, LATER)
    assert (token.status(NOW), token.status(LATER)) == ("valid", "expired")
    with pytest.raises(errors.TokenEnded):
        create(db, "lain", until=NOW)


def test_one_that_is_revoked_counts_no_more(db):
    _, text = create(db)
    _, other = create(db, "lain")
    revoke(db)
    with pytest.raises(errors.TokenInvalid):
        known(db, text)
    assert known(db, other).name == "lain"
    revoke(db, now=LATER)
    assert [(each.name, each.revoked_at, each.status(NOW)) for each in listed(db)] == [
        ("lain", None, "valid"),
        ("srikandi", NOW, "revoked"),
    ]
    with pytest.raises(errors.NotFound, match="Token nobody"):
        revoke(db, "nobody")


def test_a_name_is_given_anew_when_its_token_has_ended(db):
    _, first = create(db, until=LATER)
    with pytest.raises(errors.TokenNameTaken, match="srikandi"):
        create(db)
    _, second = create(db, now=LATER)
    revoke(db)
    _, third = create(db)
    for text in (first, second):
        with pytest.raises(errors.TokenInvalid):
            known(db, text)
    assert known(db, third).name == "srikandi"
    assert len(listed(db)) == 1


def test_two_at_once_make_one_token_of_a_name(db):
    def attempt(_number):
        try:
            return create(db)[1]
        except errors.TokenNameTaken:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [text for text in pool.map(attempt, range(4)) if text]
    assert len(made) == 1
    assert known(db, made[0]).name == "srikandi"


@pytest.mark.parametrize("name", ["", " ", ".a", "a:b", "a/b", "a\nb", "a\0b", "x" * 65, "a\ud800", "a\u200bb"])
def test_names_have_rules(db, name):
    with pytest.raises(errors.TokenNameInvalid):
        create(db, name)


@pytest.mark.parametrize("who", ["sri", "anton", "rahmat"])
def test_only_an_administrator_keeps_tokens(db, cast, who):
    with db.begin() as session:
        actor = cast.actor(session, who)
        for verb in (
            lambda: tokens.create(session, "x", actor=actor, now=NOW),
            lambda: tokens.list(session, actor=actor),
            lambda: tokens.revoke(session, "x", actor=actor, now=NOW),
        ):
            with pytest.raises(errors.RoleNeeded, match="admin"):
                verb()


def _changed(text):
    """Give texts that are nearly the token."""
    last = "B" if text[-1] == "A" else "A"
    return [
        text[:-1] + last,
        text[:-1],
        text + "A",
        f" {text}",
        text + "\n",
        text.upper(),
        text.replace("lajur_", ""),
        text.replace(text[6:38], "0" * 32),
        "lajur__",
        "",
    ]


def test_what_is_nearly_a_token_is_none(db):
    _, text = create(db)
    _, other = create(db, "lain")
    for wrong in (*_changed(text), text[:39] + other[39:]):
        with pytest.raises(errors.TokenInvalid):
            known(db, wrong)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.from_regex(r"lajur_[0-9a-f]{32}_[A-Za-z0-9_-]{43}"))
def test_no_text_but_a_token_is_one(db, text):
    with pytest.raises(errors.TokenInvalid):
        known(db, text)
