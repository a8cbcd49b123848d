from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from engine import errors
from engine.calendar.worktime import Calendar
from engine.config import Group, Office
from engine.people import access, groups
from engine.store import models
from tests.cast import NOW


def keys(session):
    table = models.groups
    return {row.key: row.active for row in session.execute(select(table))}


def test_an_office_is_read_back(db, office):
    with db.read() as session:
        assert groups.office(session) == office
        assert groups.office(session).group_of("kepala  DINAS") == "kadis"


def test_syncing_again_changes_nothing(db, office, statements):
    with db.begin() as session:
        assert groups.sync(session, office) is False
    assert len(statements.sql) == 1


def test_a_group_that_is_gone_is_kept_inactive(db, office, cast):
    smaller = replace(office, groups=(*office.groups[1:], Group("baru", "Bidang Baru")))
    with db.begin() as session:
        assert groups.sync(session, smaller)
        found = keys(session)
        assert found["kadis"] is False
        assert found["baru"] is True
        assert groups.office(session) == smaller
        assert "kadis" in cast.actor(session, "kadis").groups  # whoever held it still has its work


def test_a_known_revision_is_not_asked_for_again(db, office, statements):
    with db.read() as session:
        revision = session.execute(select(models.offices.c.revision)).scalar_one()
        groups.office(session, revision)
        statements.clear()
        assert groups.office(session, revision) == office
    assert statements.sql == []


def test_a_change_of_the_calendar_takes_effect(db, office):
    closed = replace(office, calendar=replace(office.calendar, off=frozenset({date(2026, 10, 12)})))
    with db.begin() as session:
        assert groups.sync(session, closed)
        read = groups.office(session)
        assert read == closed != office
        assert not read.calendar.is_working_day(date(2026, 10, 12))
        assert groups.sync(session, closed) is False


def test_an_office_kept_without_its_calendar_has_the_usual_one(db, office):
    """As version 0.1.0 kept it."""
    with db.begin() as session:
        source = session.execute(select(models.offices.c.source)).scalar_one()
        del source["calendar"]
        session.execute(update(models.offices).values(revision="as 0.1.0 kept it", source=source))
        assert groups.office(session) == replace(office, calendar=Calendar(office.zone))
        assert groups.sync(session, office)
        assert "calendar" in session.execute(select(models.offices.c.source)).scalar_one()


def test_a_database_without_an_office_says_so(db):
    with db.begin() as session:
        session.execute(models.offices.delete())
        with pytest.raises(errors.NotFound, match="Office"):
            groups.office(session)


def test_many_offices_do_not_fill_the_memory(db):
    with db.begin() as session:
        for number in range(70):
            groups.sync(session, Office(f"Kantor {number}", Calendar(ZoneInfo("Asia/Makassar"))))
            assert groups.office(session).name == f"Kantor {number}"
        assert len(groups._kept) <= 64


def test_appointments_have_a_period_and_a_capacity(db, cast):
    day = timedelta(days=1)
    yusuf = cast.ids["yusuf"]
    with db.begin() as session:
        plh = groups.join(
            session, yusuf, "kadis", since=NOW + day, until=NOW + 3 * day, capacity="plh", decree="800/12/2026"
        )
        assert groups.held(session, yusuf)[-1] == plh

        def stands(moment):
            actor = access.actor_of(session, yusuf, moment)
            return "kadis" in actor.groups, actor.capacity("kadis")

        assert stands(NOW) == (False, None)
        assert stands(NOW + day) == (True, "plh")
        assert stands(NOW + 3 * day) == (False, None)  # ends by itself
        groups.leave(session, plh.id, now=NOW + 2 * day)
        assert stands(NOW + 2 * day) == (False, None)
        assert stands(NOW + day) == (True, "plh")  # what was, was


def test_the_fuller_of_two_appointments_counts(db, cast):
    with db.begin() as session:
        for capacity in ("plh", "definitif", "plt"):
            groups.join(session, cast.ids["yusuf"], "kadis", since=NOW, capacity=capacity)
        assert cast.actor(session, "yusuf").capacity("kadis") == "definitif"


def test_impossible_appointments_are_refused(db, cast):
    with db.begin() as session:
        with pytest.raises(errors.NotFound, match="Group"):
            groups.join(session, cast.ids["yusuf"], "none", since=NOW)
        with pytest.raises(errors.InputError, match="end after it begins"):
            groups.join(session, cast.ids["yusuf"], "kadis", since=NOW, until=NOW)
        with pytest.raises(errors.NotFound, match="Membership"):
            groups.leave(session, cast.ids["yusuf"], now=NOW)
