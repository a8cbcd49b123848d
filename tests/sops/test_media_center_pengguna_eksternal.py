"""Somebody from outside at the media center: let in or not, and what becomes of a device that broke."""

from tests.sops.walking import Case

KEY = "media-center-pengguna-eksternal"
IDENTITY = {"nama_pengguna": "Indah Lamusu", "jenis_identitas": "ktp", "nomor_identitas": "7502010101900001"}
USE = {"mulai_pakai": "2026-03-02T09:00", "selesai_pakai": "2026-03-02T10:00", "perangkat": "Komputer 3"}
BROKEN = {"rusak": "on", "gejala": "Layar mati"}


def come(answer):
    case = Case(KEY).start()
    assert case.waiting() == [("TunjukkanIdentitas", "pengguna")]
    case.answer("TunjukkanIdentitas", IDENTITY)
    assert case.waiting() == [("PeriksaIdentitas", "petugas-media-center")]
    case.answer("PeriksaIdentitas", answer)
    return case


def used(found):
    case = come({"izin": "diizinkan"})
    assert case.waiting() == [("GunakanPerangkat", "pengguna")]
    case.answer("GunakanPerangkat", USE)
    assert case.waiting() == [("CekPerangkat", "petugas-media-center")]
    case.answer("CekPerangkat", found)
    return case


def reported(order):
    case = used(BROKEN)
    for node, group, answer in (
        ("IdentifikasiKerusakan", "kasi-jaringan", {"kerusakan": "Catu daya monitor rusak"}),
        ("TelitiLaporan", "kabid-kominfo", {"laporan_diteliti": "on"}),
        ("LaporkanKeKadis", "sekretaris", {"laporan_diteliti": "on"}),
        ("ProsesPerintah", "sekretaris", order),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def refused():
    return come({"izin": "ditolak", "alasan_penolakan": "Tanpa tanda pengenal."})


def nothing_broken():
    return used({"rusak": ""})


def repaired():
    case = reported({"keputusan_perintah": "ditandatangani", "nomor_surat_perintah": "800/9/DKISP"})
    assert case.waiting() == [("PerbaikiPerangkat", "teknisi")]
    case.answer("PerbaikiPerangkat", {"hasil": "baik", "diperbaiki_pada": "2026-03-04"})
    return case


def not_signed():
    return reported({"keputusan_perintah": "tidak"})


WALKS = (refused, nothing_broken, repaired, not_signed)
INFERRED = {"Diizinkan", "Rusak", "Ditandatangani"}


def test_the_check_after_use_has_no_number():
    case = used({"rusak": ""})
    assert "CekPerangkat" in dict(case.worked)


def test_only_what_is_broken_is_repaired():
    assert "IdentifikasiKerusakan" not in dict(nothing_broken().worked)
    assert dict(repaired().worked)["PerbaikiPerangkat"] == "teknisi"


def test_without_a_signature_nothing_is_repaired():
    assert "PerbaikiPerangkat" not in dict(not_signed().worked)
