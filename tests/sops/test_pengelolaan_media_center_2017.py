"""What the SOP of 2018 superseded: its flow is kept as it was, and nothing starts by itself."""

from engine.execution import steps
from tests.sops import media_center, walking
from tests.sops.walking import Case

KEY = "pengelolaan-media-center-2017"


def of_an_event():
    return media_center.reported(Case(KEY).start())


WALKS = (of_an_event,)
INFERRED = {"AdaKegiatan"}


def test_it_is_not_executable_and_starts_nothing():
    assert walking.diagram(KEY).process.executable is False
    assert steps.start_timers(walking.spec(KEY), now=walking.NOW) == ()
