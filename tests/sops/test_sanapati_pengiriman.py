"""A letter sent by Sanapati: checked, numbered, scanned and sent; the original is filed or goes back."""

import pytest

from engine.forms.validation import Upload
from tests.sops.walking import Case

KEY = "sanapati-pengiriman"
LETTER = {
    "keamanan": "biasa",
    "tujuan_surat": [{"nama": "BSSN", "akun": "bssn.pusat"}],
    "perihal": "Laporan insiden triwulan I",
    "pemohon": "Dinas Kesehatan",
    "jumlah_rangkap": "2",
}
UMUM = "pengadministrasi-umum"


def asked(case, letter=LETTER):
    assert case.waiting() == [("AjukanSurat", "pemohon")]
    case.answer("AjukanSurat", letter)


def checked(case, decision):
    assert case.waiting() == [("PeriksaFormat", UMUM)]
    case.answer("PeriksaFormat", decision)


def sent(case, last, scan="surat.pdf"):
    for node, group, answer in (
        ("AgendakanSurat", UMUM, {"nomor_agenda": "12/K", "tanggal_agenda": "2026-03-02"}),
        (
            "NomoriSurat",
            UMUM,
            {"nomor_surat_keluar": "489/12/SANDI", "tanggal_surat_keluar": "2026-03-02", "cap_dinas": "on"},
        ),
        (
            "KirimSanapati",
            "operator-sandi",
            {"hasil_pindai": Upload(scan), "dikirim_pada": "2026-03-02T10:00", "dicatat_dan_diparaf": "on"},
        ),
        ("KembalikanAsli", "operator-sandi", {"diserahkan_pada": "2026-03-02"}),
        ("ArsipkanAtauKembalikan", UMUM, last),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


FILED = {"pilihan_akhir": "arsip", "lokasi_arsip": "Lemari Sandi 1"}
GIVEN_BACK = {"pilihan_akhir": "kembalikan", "diterima_oleh": "Marlina"}


def filed():
    case = Case(KEY).start()
    asked(case)
    checked(case, {"keputusan": "setuju"})
    return sent(case, FILED)


def given_back_after_a_correction():
    case = Case(KEY).start()
    asked(case)
    checked(case, {"keputusan": "kembalikan", "alasan_kembali": "Rangkap kurang satu."})
    asked(case)
    checked(case, {"keputusan": "setuju"})
    return sent(case, GIVEN_BACK)


WALKS = (filed, given_back_after_a_correction)
INFERRED = {"Sesuai", "Alur_TidakSesuai"}


@pytest.mark.parametrize(
    ("walk", "end"), [(filed, "Alur_SuratDiarsipkan"), (given_back_after_a_correction, "Alur_SuratDikembalikan")]
)
def test_the_original_is_filed_or_given_back(walk, end):
    assert walk().taken & {"Alur_SuratDiarsipkan", "Alur_SuratDikembalikan"} == {end}


def test_nothing_of_a_secret_letter_is_kept_but_its_custody():
    case = Case(KEY).start()
    asked(case, {**LETTER, "keamanan": "sangat_rahasia", "pemegang": "Kasi Persandian"})
    assert not {"tujuan_surat", "perihal", "berkas_surat"} & case.variables().keys()
    assert case.variables()["pemegang"] == "Kasi Persandian"
    checked(case, {"keputusan": "setuju"})
    sent(case, FILED, scan="rahasia.pdf")
    assert case.variables().get("hasil_pindai") is None
