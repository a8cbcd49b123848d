from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import flask
import pytest

from engine.calendar.worktime import Calendar
from tests.cast import NOW
from webui import wording


@pytest.fixture(params=["id", "en"])
def language(request, site):
    with site.test_request_context("/"):
        flask.session["locale"] = request.param
        yield request.param


@pytest.fixture
def indonesian(site):
    with site.test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("left", "state", "text"),
    [
        (timedelta(hours=2, minutes=59), "soon", "2 jam kerja lagi"),
        (timedelta(minutes=5), "soon", "5 menit kerja lagi"),
        (timedelta(seconds=20), "soon", "jatuh tempo sekarang"),
        (timedelta(hours=7), "later", "6 jam kerja lagi"),  # an hour of it is the break
        (
            timedelta(hours=9),
            "later",
            "6 jam kerja lagi",
        ),  # half past eight in the evening: 16:00 was the end
        (timedelta(days=1), "later", "1 hari kerja lagi"),
        (timedelta(days=7), "later", "5 hari kerja lagi"),  # over a weekend
        (-timedelta(seconds=1), "late", "terlambat 1 menit"),
        (-timedelta(minutes=30), "late", "terlambat 30 menit kerja"),
        (-timedelta(hours=3), "late", "terlambat 1 jam kerja"),  # since half past five in the morning
        (-timedelta(days=3), "late", "terlambat 1 hari kerja"),  # since Friday
    ],
)
def test_due_is_said_in_the_offices_working_time(indonesian, left, state, text):
    due = wording.due(NOW + left, NOW, Calendar(ZoneInfo("Asia/Makassar"), ramadan=None))
    assert (due.state, due.text) == (state, text)


def test_where_nobody_works_between_the_clock_says_it(indonesian):
    night = NOW + timedelta(hours=13)
    due = wording.due(night - timedelta(hours=3), night, Calendar(ZoneInfo("Asia/Makassar"), ramadan=None))
    assert due.text == "terlambat 3 jam"


def test_nothing_is_due_without_a_moment(indonesian):
    assert wording.due(None, NOW, Calendar(ZoneInfo("Asia/Makassar"))) is None


def test_moments_are_in_the_offices_zone(indonesian):
    assert wording.moment(datetime(2026, 11, 22, 23, 5, tzinfo=UTC)) == "23 November 2026 pukul 07.05"


def test_both_languages_say_everything(language):
    words = {"id": "ya", "en": "yes"}
    assert wording.text(True) == words[language]
    assert wording.text(timedelta(hours=3)) == {"id": "3 jam", "en": "3 hours"}[language]
    assert wording.clock(time(9, 5)) == {"id": "09.05", "en": "09:05"}[language]
    assert wording.day(date(2026, 8, 17)) == {"id": "17 Agustus 2026", "en": "17 August 2026"}[language]
    assert wording.text(2.5) == {"id": "2,5", "en": "2.5"}[language]
    assert wording.text(2026) == "2026"
    assert wording.text(None) == "–"


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, "empty"), ("", "empty"), ([], "empty"), ({"a": 1}, "map"), ([1], "list"), ("x", "text"), (0, "text")],
)
def test_a_value_has_a_kind(value, kind):
    assert wording.kind(value) == kind


def test_badges_do_not_count_on():
    counted = [wording.count(7), wording.count(99), wording.count(100), wording.count(50, more=True)]
    assert counted == ["7", "99", "99+", "99+"]


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Rahmat Ishak", "RI"), ("Sitti", "S"), ("Drs. Ibrahim Dunggio", "DD"), ("42", "?"), ("", "?")],
)
def test_initials(name, initials):
    assert wording.initials(name) == initials


def test_a_variables_name_reads_as_words():
    assert wording.label("tanggal_surat") == "Tanggal surat"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ({"seconds": -5}, "sebentar lagi"),
        ({"seconds": 59}, "sebentar lagi"),
        ({"minutes": 1}, "1 menit lagi"),
        ({"minutes": 59, "seconds": 50}, "1 jam lagi"),
        ({"hours": 13}, "13 jam lagi"),
        ({"hours": 22, "minutes": 30}, "23 jam lagi"),
        ({"hours": 47, "minutes": 59, "seconds": 58}, "2 hari lagi"),
        ({"days": 2, "hours": 2}, "2 hari lagi"),
        ({"days": 30}, "4 minggu lagi"),
    ],
)
def test_what_comes_by_itself_is_told_to_the_nearest_unit(site, span, words):
    with site.test_request_context():
        assert wording.left(NOW + timedelta(**span), NOW) == words
