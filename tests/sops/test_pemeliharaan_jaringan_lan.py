"""The half-yearly look at every agency's network, by itself."""

from engine.execution import steps
from tests.sops import walking
from tests.sops.walking import Case

KEY = "pemeliharaan-jaringan-lan"
LOOK = {"diperiksa_pada": "2026-03-02", "skpd_diperiksa": [{"skpd": "Dinkes", "keadaan": "perlu_perhatian"}]}


def checked(answer):
    case = Case(KEY).start(timer="TiapEnamBulan")
    assert case.waiting() == [("PeriksaJaringan", "teknisi")]
    case.answer("PeriksaJaringan", answer)
    return case


def all_well():
    return checked(LOOK)


def followed_up():
    case = checked({**LOOK, "ada_temuan": "on", "temuan": "Kabel putus di lantai 2."})
    assert case.waiting() == [("TindakLanjuti", "kasi-jaringan")]
    case.answer("TindakLanjuti", {"tindakan": "Kabel diganti.", "selesai_pada": "2026-03-03"})
    return case


WALKS = (all_well, followed_up)
INFERRED = {"AdaTemuan"}


def test_it_begins_twice_a_year():
    [timer] = steps.start_timers(walking.spec(KEY), now=walking.NOW)
    assert timer.due.isoformat() == "2026-07-15T08:00:00+08:00"
    following, _ = steps.following_start(timer.plan, now=timer.due)
    assert following.isoformat() == "2027-01-15T08:00:00+08:00"
