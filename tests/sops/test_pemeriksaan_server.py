"""The monthly look at hosted servers, by itself."""

from engine.execution import steps
from tests.sops import walking
from tests.sops.walking import Case

KEY = "pemeriksaan-server"
LOOK = {
    "diperiksa_pada": "2026-03-02",
    "server_diperiksa": [{"sopd": "Dinkes", "server": "puskesmas", "keadaan": "baik"}],
}


def checked(answer):
    case = Case(KEY).start(timer="TiapBulan")
    assert case.waiting() == [("PeriksaServer", "teknisi")]
    case.answer("PeriksaServer", answer)
    return case


def all_well():
    return checked(LOOK)


def followed_up():
    case = checked({**LOOK, "ada_temuan": "on", "temuan": "Kipas berisik."})
    assert case.waiting() == [("TindakLanjuti", "kasi-jaringan")]
    case.answer("TindakLanjuti", {"tindakan": "Kipas diganti.", "selesai_pada": "2026-03-03"})
    return case


WALKS = (all_well, followed_up)
INFERRED = {"AdaTemuan"}


def test_it_begins_once_a_month_on_the_day_of_the_sop():
    [timer] = steps.start_timers(walking.spec(KEY), now=walking.NOW)
    assert (timer.node, timer.due.isoformat()) == ("TiapBulan", "2026-03-15T08:00:00+08:00")
    following, _ = steps.following_start(timer.plan, now=timer.due)
    assert following.isoformat() == "2026-04-15T08:00:00+08:00"
