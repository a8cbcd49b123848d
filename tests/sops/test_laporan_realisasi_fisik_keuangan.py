"""The report of physical and financial progress: behind the letter that asks for it, one report per PPTK, one for all."""

import pytest

from engine.forms import validation
from tests.sops import walking
from tests.sops.walking import NOW, Case

KEY = "laporan-realisasi-fisik-keuangan"
INFERRED = {"PermintaanLaporan", "ProsesSuratMasuk", "RekapSah", "Alur_RekapDikembalikan"}
LETTER = {
    "keamanan": "biasa",
    "urgensi": "segera",
    "nomor_surat": "900/14/BPKAD/2026",
    "tanggal_surat": "2026-02-27",
    "asal_surat": "BPKAD Kabupaten Boalemo",
    "perihal": "Permintaan laporan realisasi fisik dan keuangan",
    "diterima_pada": "2026-03-02T08:15",
    "nomor_agenda": "113",
    "tanggal_agenda": "2026-03-02",
    "tanda_terima_diberikan": "on",
}
ACTIVITIES = [("Surat menyurat", "Rahma"), ("Jaringan", "Yusuf"), ("Statistik", "Rahma")]
REPORTED = {"Rahma": "Dua kegiatan berjalan", "Yusuf": "Menunggu barang"}


def received(letter=LETTER):
    """Bring the letter through the procedure of incoming letters."""
    case = Case(KEY).start(KEY)
    for node, group, answer in (
        ("TerimaSurat", "staf", letter),
        ("ParafDisposisi", "sekretaris", {"paraf": "on"}),
        ("DisposisikanSurat", "kadis", {"arah_disposisi": "arsip"}),
        ("ArsipkanSurat", "staf", {"lokasi_arsip": "Lemari arsip 2"}),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def prepared():
    """Bring the case as far as the PPTK."""
    case = received()
    named = [{"kegiatan": name, "pptk": officer} for name, officer in ACTIVITIES]
    data = [{"pagu": pagu, "spp_spm": "4000000"} for pagu in ("60000000", "30000000", "10000000")]
    progress = [("20000000", "40"), ("15000000", "52,5"), ("10000000", "100")]
    for node, group, answer in (
        ("KoordinasiPPTK", "sekretaris", {"periode": "Februari 2026", "daftar_kegiatan": named}),
        ("SiapkanData", "staf", {"daftar_kegiatan": data}),
        (
            "CetakCapaian",
            "staf",
            {"daftar_kegiatan": [{"realisasi_keuangan": spent, "realisasi_fisik": done} for spent, done in progress]},
        ),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def reported():
    case = prepared()
    assert case.waiting() == [("SusunLaporanPPTK", "pptk")] * 2
    for officer in ("Yusuf", "Rahma"):
        assert ("SusunLaporanPPTK", "pptk") in case.waiting()
        assert ("RekapLaporan", "staf") not in case.waiting()
        answer = {"laporan_pptk": {"uraian": REPORTED[officer]}}
        case.answer("SusunLaporanPPTK", answer, penanggung_jawab=officer)
    return case


def summed_up(case, percent, decision):
    assert case.waiting() == [("RekapLaporan", "staf")]
    case.answer("RekapLaporan", {"persen_fisik": percent})
    assert case.waiting() == [("ValidasiRekap", "sekretaris")]
    case.answer("ValidasiRekap", decision)
    return case


def ended(case):
    assert (case.status, case.waiting()) == ("completed", [])
    return case


def straight():
    return ended(summed_up(reported(), "55,25", {"keputusan": "setuju"}))


def returned_by_sekretaris():
    case = summed_up(reported(), "5,5", {"keputusan": "kembalikan", "alasan_kembali": "Fisik salah ketik"})
    return ended(summed_up(case, "55", {"keputusan": "setuju"}))


WALKS = (straight, returned_by_sekretaris)


def test_the_letter_is_known_behind_its_own_procedure():
    kept = received().variables()
    assert kept["nomor_surat"] == "900/14/BPKAD/2026"
    assert kept["nomor_agenda"] == "113"
    assert "lokasi_arsip" not in kept


def test_nothing_of_a_secret_letter_comes_over():
    secret = {**LETTER, "keamanan": "rahasia", "kode_pengirim": "BPD-7", "pemegang": "Sekretaris Dinas"}
    kept = received(secret).variables()
    assert kept["keamanan"] == "rahasia"
    assert [kept[name] for name in ("nomor_surat", "tanggal_surat", "asal_surat", "perihal")] == [None] * 4


def test_each_pptk_reports_once_whatever_the_number_of_activities():
    kept = straight().variables()
    assert [(each["pptk"], each["uraian"]) for each in kept["laporan_masuk"]] == list(REPORTED.items())


def test_a_pptk_sees_the_figures_of_its_own_activities():
    case = prepared()
    seen = [case.seen(token) for token in sorted(case.open)]
    (figures,) = (one for one in walking.forms()["laporan-pptk"].walk() if one.id == "Text_capaian")
    shown = [validation.fill(figures.content, each, now=NOW) for each in seen]
    assert shown == [
        (
            "- Surat menyurat: Rp 20.000.000 dari Rp 60.000.000, fisik 40%\n"
            "- Statistik: Rp 10.000.000 dari Rp 10.000.000, fisik 100%"
        ),
        "- Jaringan: Rp 15.000.000 dari Rp 30.000.000, fisik 52,5%",
    ]


def test_the_recapitulation_reckons_what_was_spent():
    kept = straight().variables()
    assert (kept["total_pagu"], kept["total_realisasi"], kept["persen_keuangan"]) == (100_000_000, 45_000_000, 45)
    assert kept["ringkasan"] == "Realisasi sampai dengan Februari 2026: keuangan 45%, fisik 55,25%"


def test_each_step_adds_to_the_list_of_activities():
    assert straight().variables()["daftar_kegiatan"][1] == {
        "kegiatan": "Jaringan",
        "pptk": "Yusuf",
        "pagu": 30_000_000,
        "spp_spm": 4_000_000,
        "realisasi_keuangan": 15_000_000,
        "realisasi_fisik": 52.5,
    }


def test_what_is_returned_is_summed_up_again_but_not_reported_again():
    case = returned_by_sekretaris()
    done = [node for node, _ in case.worked]
    assert done[-4:] == ["RekapLaporan", "ValidasiRekap"] * 2
    assert done.count("SusunLaporanPPTK") == 2
    assert case.variables()["persen_fisik"] == 55


def test_the_staf_sees_why_the_recapitulation_came_back():
    case = summed_up(reported(), "5", {"keputusan": "kembalikan", "alasan_kembali": "Fisik salah ketik"})
    (token,) = case.open
    assert case.seen(token)["alasan_kembali"] == "Fisik salah ketik"


def test_there_is_no_more_than_the_whole():
    with pytest.raises(AssertionError, match="persen_fisik"):
        summed_up(reported(), "100,5", {"keputusan": "setuju"})


@pytest.mark.parametrize("key", ["data-realisasi", "capaian-realisasi"])
def test_each_row_says_which_activity_it_is_and_keeps_it(key):
    stored = [{"kegiatan": name, "pptk": officer} for name, officer in ACTIVITIES]
    sent = [{"kegiatan": "Lain", "pptk": "Lain"}] * len(stored)
    sheet = validation.settle(
        walking.forms()[key],
        {"daftar_kegiatan": sent},
        variables={"daftar_kegiatan": stored},
        today=NOW.date(),
        zone=walking.ZONE,
    )
    rows = sheet.states["List_daftar_kegiatan"].rows
    shown = [(row.states["Field_kegiatan"].value, row.states["Field_pptk"].value) for row in rows]
    assert shown == ACTIVITIES
    assert [(row["kegiatan"], row["pptk"]) for row in sheet.values["daftar_kegiatan"]] == ACTIVITIES
