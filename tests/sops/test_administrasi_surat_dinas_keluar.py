"""The answer to a disposed letter: drafted by a Kasi or a Kasubag, initialled on the way up, numbered, sent and filed."""

import pytest

from tests.sops import test_surat_masuk as letters
from tests.sops.walking import Case

KEY = "administrasi-surat-dinas-keluar"
LETTER = {
    "keamanan": "biasa",
    "urgensi": "segera",
    "nomor_surat": "005/112/Bappeda/2026",
    "tanggal_surat": "2026-02-27",
    "asal_surat": "Bappeda Kabupaten Boalemo",
    "perihal": "Undangan rapat koordinasi",
    "diterima_pada": "2026-03-02T08:15",
    "nomor_agenda": "112",
    "tanggal_agenda": "2026-03-02",
}
ANSWER = {
    "tujuan_surat": [{"nama": "Bappeda Kabupaten Boalemo"}],
    "perihal_keluar": "Konfirmasi kehadiran rapat",
    "isi_surat": "Kami hadir.",
}
AGREED = {"keputusan": "setuju"}
RETURNED = {"keputusan": "kembalikan", "alasan_kembali": "Alamat tujuan keliru."}


def begun(**values):
    case = Case(KEY).start(KEY, values=values)
    assert case.waiting() == [("TerimaSurat", "petugas-administrasi")]
    case.answer("TerimaSurat", LETTER)
    return case


def drafted(case, by="kasi"):
    assert case.waiting() == [("SiapkanKonsep", "kasie")]
    case.answer("SiapkanKonsep", {**ANSWER, "penyusun": by})


def judged(case, node, group, decision=AGREED):
    assert case.waiting() == [(node, group)]
    case.answer(node, decision)


def kabid(case, decision=AGREED):
    judged(case, "PeriksaKabid", "kabid", decision)


def sekretaris(case, decision=AGREED):
    judged(case, "PeriksaSekretaris", "sekretaris", decision)


def kadis(case, decision=AGREED):
    judged(case, "TandaTangani", "kadis", decision)


def sent(case):
    assert case.waiting() == [("BukukanSurat", "petugas-administrasi")]
    case.answer(
        "BukukanSurat",
        {"nomor_surat_keluar": "005/44/DKISP", "tanggal_surat_keluar": "2026-03-02", "cap_dinas": "on"},
    )
    assert case.waiting() == [("KirimSurat", "caraka")]
    case.answer("KirimSurat", {"cara_kirim": "caraka", "dikirim_pada": "2026-03-02", "diterima_oleh": "Irfan"})
    assert case.waiting() == [("ArsipkanSurat", "petugas-administrasi")]
    case.answer("ArsipkanSurat", {"lokasi_arsip": "Filing kabinet 1"})
    return case


def by_a_kasi():
    case = begun()
    drafted(case)
    kabid(case)
    sekretaris(case)
    kadis(case)
    return sent(case)


def by_a_kasubag():
    case = begun()
    drafted(case, by="kasubag")
    sekretaris(case)
    kadis(case)
    return sent(case)


def returned_by_everyone():
    case = begun()
    drafted(case)
    kabid(case, RETURNED)
    drafted(case)
    kabid(case)
    sekretaris(case, RETURNED)
    drafted(case)
    kabid(case)
    sekretaris(case)
    kadis(case, RETURNED)
    drafted(case)
    kabid(case)
    sekretaris(case)
    kadis(case)
    return sent(case)


WALKS = (by_a_kasi, by_a_kasubag, returned_by_everyone)
INFERRED = {
    "Penyusun",
    "DiparafKabid",
    "DiparafSekretaris",
    "Ditandatangani",
    "Alur_DikembalikanKabid",
    "Alur_DikembalikanSekretaris",
    "Alur_DikembalikanKadis",
}


@pytest.mark.parametrize(("walk", "seen"), [(by_a_kasi, True), (by_a_kasubag, False)])
def test_only_a_kasis_draft_goes_by_the_kabid(walk, seen):
    assert ("PeriksaKabid" in dict(walk().worked)) == seen


def test_every_return_repeats_all_initials_after_it():
    worked = [node for node, _ in returned_by_everyone().worked]
    assert [worked.count(node) for node in ("SiapkanKonsep", "PeriksaKabid", "PeriksaSekretaris", "TandaTangani")] == [
        4,
        4,
        3,
        2,
    ]


def test_the_incoming_letter_is_at_hand_and_stays():
    case = by_a_kasi()
    kept = case.variables()
    assert (kept["perihal"], kept["perihal_keluar"]) == (LETTER["perihal"], ANSWER["perihal_keluar"])


def test_what_the_section_hands_on_is_there_from_the_start():
    """As the incoming letter sends it."""
    sent = {**letters.LETTER, "catatan_disposisi": "Balas sebelum Jumat.", "seksi": "Kasi Statistik"}
    case = begun(**sent)
    assert case.variables()["catatan_disposisi"] == "Balas sebelum Jumat."
    drafted(case)
    assert {"nomor_surat", "asal_surat", "perihal", "catatan_disposisi"} <= case.variables().keys()


def test_the_answer_to_a_closed_letter_is_not_written_here():
    case = Case(KEY).start(KEY)
    case.answer("TerimaSurat", {**LETTER, "keamanan": "rahasia", "kode_pengirim": "BPD-7", "pemegang": "Sekretaris"})
    drafted(case)
    assert not {"perihal", "perihal_keluar", "isi_surat", "tujuan_surat"} & case.variables().keys()
