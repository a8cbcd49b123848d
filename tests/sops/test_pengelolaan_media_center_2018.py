"""The news of the day: found, edited, sent to the ministry's portal and filed."""

from engine.execution import steps
from tests.sops import media_center, walking
from tests.sops.walking import Case

KEY = "pengelolaan-media-center-2018"


def of_the_day():
    return media_center.reported(Case(KEY).start(timer="SetiapHari"))


def of_an_event():
    return media_center.reported(Case(KEY).start())


WALKS = (of_the_day, of_an_event)
INFERRED = {"AdaKegiatan"}


def test_it_begins_every_day():
    [timer] = steps.start_timers(walking.spec(KEY), now=walking.NOW)
    assert timer.due.isoformat() == "2026-03-03T07:30:00+08:00"


def test_the_news_goes_to_the_ministry():
    assert of_an_event().sent == ["berita-media-center"]
