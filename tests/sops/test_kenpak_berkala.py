"""Promotions and raises that fall due: looked for every month, proposed to BKD."""

from engine.execution import steps
from engine.forms import validation
from tests.sops import walking
from tests.sops.walking import Case

KEY = "kenpak-berkala"
DUE = {"pegawai": [{"nip": "197501182001210061", "nama": "Wiwin Monoarfa", "jenis": "kenpak", "tmt": "2026-04-01"}]}
AGREED = {"keputusan": "setuju"}
T = "staf-tu"


def looked(case, found=DUE):
    assert case.waiting() == [("BuatPenjagaan", T)]
    case.answer("BuatPenjagaan", found)
    return case


def gathered(case, complete="on"):
    assert case.waiting() == [("SiapkanBerkas", T)]
    case.answer("SiapkanBerkas", {"berkas_ada": ["skp"], "berkas_lengkap": complete})


def signed(case, decision=AGREED):
    assert case.waiting() == [("BuatSuratUsul", T)]
    case.answer("BuatSuratUsul", {"tanggal_usul": "2026-03-02"})
    assert case.waiting() == [("FinalisasiSurat", "kadis")]
    case.answer("FinalisasiSurat", decision)


def sent(case):
    for node, answer in (
        ("SusunKelengkapan", {"kelengkapan_disusun": "on", "jumlah_lampiran": "3"}),
        ("KirimUsul", {"cara_kirim": "caraka", "dikirim_pada": "2026-03-02"}),
        ("ArsipkanUsul", {"lokasi_arsip": "Lemari arsip"}),
    ):
        assert case.waiting() == [(node, T)]
        case.answer(node, answer)
    return case


def straight():
    case = looked(Case(KEY).start(timer="TiapBulan"))
    gathered(case)
    signed(case)
    return sent(case)


def nobody_due():
    return looked(Case(KEY).start(), {"pegawai": []})


def with_returns():
    case = looked(Case(KEY).start())
    gathered(case, "")
    gathered(case)
    signed(case, {"keputusan": "kembalikan", "alasan_kembali": "TMT keliru."})
    signed(case)
    return sent(case)


WALKS = (straight, nobody_due, with_returns)
INFERRED = {"JatuhTempo", "Lengkap", "Ditandatangani", "Alur_BelumLengkap", "Alur_Dikembalikan"}


def test_it_begins_every_month():
    [timer] = steps.start_timers(walking.spec(KEY), now=walking.NOW)
    assert timer.due.isoformat() == "2026-04-01T08:00:00+08:00"


def test_a_month_without_anybody_is_no_more_work():
    assert [node for node, _ in nobody_due().worked] == ["BuatPenjagaan"]


def test_papers_are_gathered_until_they_are_complete():
    assert [node for node, _ in with_returns().worked].count("SiapkanBerkas") == 2


def test_the_list_of_a_month_opens_empty():
    form = walking.forms()["penjagaan"]
    assert validation.initial(form, {}, now=walking.NOW)["pegawai"] == []
