"""The outgoing letter: initialled, signed, numbered and sent, or returned to its section on the way."""

import pytest

from tests.sops.walking import Case

KEY = "surat-keluar"
LETTER = {
    "keamanan": "biasa",
    "tujuan_surat": [{"nama": "Bappeda Kabupaten Boalemo"}, {"nama": "Dinas Kesehatan"}],
    "perihal": "Permintaan data pengguna aplikasi",
    "isi_surat": "Mohon data pengguna sampai akhir bulan.",
}
AGREED = {"keputusan": "setuju"}


def returned(why):
    return {"keputusan": "kembalikan", "alasan_kembali": why}


def drafted(case, letter=LETTER):
    assert case.waiting() == [("BuatSurat", "kasie")]
    case.answer("BuatSurat", letter)


def initialled(case, decision=AGREED):
    assert case.waiting() == [("ParafSekretaris", "sekretaris")]
    case.answer("ParafSekretaris", decision)


def signed(case, decision=AGREED):
    assert case.waiting() == [("SerahkanKeKadis", "kasie")]
    case.answer("SerahkanKeKadis", {"diserahkan_pada": "2026-03-02"})
    assert case.waiting() == [("TandaTangani", "kadis")]
    case.answer("TandaTangani", decision)


def sent(case):
    assert case.waiting() == [("SerahkanKeStaf", "kasie")]
    case.answer("SerahkanKeStaf", {"diserahkan_kepada": "Staf", "diserahkan_pada": "2026-03-02"})
    assert case.waiting() == [("AgendakanSurat", "staf")]
    case.answer(
        "AgendakanSurat",
        {"nomor_surat_keluar": "800/15/DKISP", "tanggal_surat_keluar": "2026-03-02", "cap_dinas": "on"},
    )
    assert case.waiting() == [("DistribusikanSurat", "staf")]
    case.answer(
        "DistribusikanSurat",
        {
            "jumlah_rangkap": "3",
            "cara_kirim": "caraka",
            "dikirim_pada": "2026-03-02",
            "diterima_oleh": "Marlina; Irfan",
            "lokasi_arsip": "Lemari arsip 2",
        },
    )
    return case


def straight():
    case = Case(KEY).start()
    drafted(case)
    initialled(case)
    signed(case)
    return sent(case)


def returned_by_sekretaris():
    case = Case(KEY).start()
    drafted(case)
    initialled(case, returned("Lampiran belum ada."))
    drafted(case)
    initialled(case)
    signed(case)
    return sent(case)


def returned_by_kadis():
    case = Case(KEY).start()
    drafted(case)
    initialled(case)
    signed(case, returned("Perihal kurang jelas."))
    drafted(case)
    initialled(case)
    signed(case)
    return sent(case)


WALKS = (straight, returned_by_sekretaris, returned_by_kadis)
INFERRED = {"DiparafSekretaris", "Ditandatangani", "Alur_DikembalikanSekretaris", "Alur_DikembalikanKadis"}


def test_a_letter_is_initialled_signed_numbered_and_sent():
    assert [node for node, _ in straight().worked] == [
        "BuatSurat",
        "ParafSekretaris",
        "SerahkanKeKadis",
        "TandaTangani",
        "SerahkanKeStaf",
        "AgendakanSurat",
        "DistribusikanSurat",
    ]


def test_what_the_head_of_office_returns_is_initialled_again():
    assert [node for node, _ in returned_by_kadis().worked].count("ParafSekretaris") == 2


def test_the_section_sees_why_it_came_back():
    case = Case(KEY).start()
    drafted(case)
    initialled(case, returned("Lampiran belum ada."))
    assert case.variables()["alasan_kembali"] == "Lampiran belum ada."
    assert case.variables()["perihal"] == LETTER["perihal"]  # what was written stays


def test_a_return_needs_a_reason():
    case = Case(KEY).start()
    drafted(case)
    with pytest.raises(AssertionError, match="alasan_kembali"):
        initialled(case, {"keputusan": "kembalikan"})


def test_nothing_of_a_secret_letter_is_written_down_but_who_holds_it():
    case = Case(KEY).start()
    drafted(case, {**LETTER, "keamanan": "rahasia", "pemegang": "Kasi Persandian"})
    assert case.variables()["ringkasan"] == "Surat tertutup, dipegang oleh Kasi Persandian"
    assert not {"tujuan_surat", "perihal", "isi_surat"} & case.variables().keys()
