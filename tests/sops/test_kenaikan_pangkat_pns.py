"""Promotion: BKD's letter goes the way of every letter, then each employee gathers papers, and the proposal goes up."""

import pytest

from tests.sops import test_surat_masuk as letters
from tests.sops.walking import Case

KEY = "kenaikan-pangkat-pns"
WIWIN, ARMAN = "197501182001210061", "198803022010011004"
LIST = {
    "periode": "April 2026",
    "daftar_pns": [
        {"nip": WIWIN, "nama": "Wiwin Monoarfa", "pangkat_baru": "III/d"},
        {"nip": ARMAN, "nama": "Arman Lihawa", "pangkat_baru": "II/d"},
    ],
    "diumumkan": "on",
}
PAPERS = {"berkas": {"dp3": "on", "sk_pangkat": "on"}}
AGREED = {"keputusan": "setuju"}
RETURNED = {"keputusan": "kembalikan", "alasan_kembali": "Lampiran belum diparaf."}


def noticed():
    """Bring BKD's letter through the incoming letters to the list of those who are promoted."""
    case = Case(KEY).start(KEY)
    for node, group, answer in (
        ("TerimaSurat", "staf", {**letters.LETTER, "asal_surat": "BKD Kabupaten Boalemo"}),
        ("ParafDisposisi", "sekretaris", {"paraf": "on"}),
        ("DisposisikanSurat", "kadis", {"arah_disposisi": "arsip", "catatan_disposisi": "Kasubag tindak lanjuti."}),
        ("ArsipkanSurat", "staf", letters.ARCHIVED),
        ("RekapPNS", "kasubag-perencanaan", LIST),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def gathered(case, *nips):
    assert [each for each in case.waiting() if each[0] != "IngatkanPNS"] == [("LengkapiPersyaratan", "pns")] * len(nips)
    for nip in nips:
        pns = next(each for each in case.variables()["daftar_pns"] if each["nip"] == nip)
        case.answer("LengkapiPersyaratan", PAPERS, pns=pns)


def checked(case, decision=AGREED):
    assert case.waiting() == [("PeriksaBerkas", "petugas-administrasi")]
    case.answer("PeriksaBerkas", decision)


def covered(case, sekretaris=AGREED, kadis=None):
    for node, group, answer in (
        ("BuatPengantar", "kasubag-perencanaan", {"tanggal_pengantar": "2026-03-02", "jumlah_lampiran": "2"}),
        ("ParafSekretaris", "sekretaris", sekretaris),
        ("TandaTangani", "kadis", kadis),
    ):
        if answer is not None:
            assert case.waiting() == [(node, group)]
            case.answer(node, answer)


def sent(case):
    assert case.waiting() == [("KirimPengantar", "caraka")]
    case.answer("KirimPengantar", {"cara_kirim": "caraka", "dikirim_pada": "2026-03-02"})
    assert case.waiting() == [("ArsipkanPengantar", "petugas-administrasi")]
    case.answer("ArsipkanPengantar", {"lokasi_arsip": "Lemari pegawai"})
    return case


def straight():
    case = noticed()
    gathered(case, WIWIN, ARMAN)
    checked(case)
    covered(case, kadis=AGREED)
    return sent(case)


def with_returns():
    case = noticed()
    gathered(case, ARMAN, WIWIN)
    checked(case, {**RETURNED, "perbaikan": [ARMAN]})
    gathered(case, ARMAN)
    checked(case)
    covered(case, sekretaris=RETURNED)
    covered(case, kadis=RETURNED)
    covered(case, kadis=AGREED)
    return sent(case)


def reminded():
    case = noticed()
    case.fire("SatuMinggu")
    case.answer("IngatkanPNS", {"diingatkan_pada": "2026-03-09"})
    case.fire("SatuMinggu")  # the other's week, who sends the papers before anybody reminds
    gathered(case, WIWIN, ARMAN)
    checked(case)
    covered(case, kadis=AGREED)
    return sent(case)


WALKS = (straight, with_returns, reminded)
INFERRED = {
    "LengkapiBerkas",
    "SatuMinggu",
    "IngatkanPNS",
    "Lengkap",
    "Diparaf",
    "Ditandatangani",
    "Alur_BelumLengkap",
    "Alur_DikembalikanSekretaris",
    "Alur_DikembalikanKadis",
}


def test_only_who_is_named_has_to_gather_again():
    worked = [node for node, _ in with_returns().worked]
    assert worked.count("LengkapiPersyaratan") == 3


def test_a_return_names_somebody():
    case = noticed()
    gathered(case, WIWIN, ARMAN)
    with pytest.raises(AssertionError, match="perbaikan"):
        checked(case, RETURNED)


def test_after_a_week_somebody_reminds_the_employee_whose_task_stays():
    case = noticed()
    case.fire("SatuMinggu")
    waiting = [("IngatkanPNS", "petugas-administrasi"), *[("LengkapiPersyaratan", "pns")] * 2]
    assert case.waiting() == waiting
    gathered(case, WIWIN, ARMAN)  # and nobody has to remind any more
    assert case.waiting() == [("PeriksaBerkas", "petugas-administrasi")]


def test_papers_that_were_complete_stay_when_others_are_gathered_again():
    kept = with_returns().variables()["berkas_pns"]
    assert {each["nip"]: each["nama"] for each in kept} == {WIWIN: "Wiwin Monoarfa", ARMAN: "Arman Lihawa"}


def test_the_letter_of_bkd_is_at_hand():
    assert straight().variables()["asal_surat"] == "BKD Kabupaten Boalemo"
    assert straight().sent == ["kenaikan-pangkat-pns-usulan"]
