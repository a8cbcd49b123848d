"""A network for an agency: as far as the booklet prints it, to the approval."""

from tests.sops.walking import Case

KEY = "jaringan-lan"
REQUEST = {
    "keamanan": "biasa",
    "nomor_surat": "489/DISHUB/12",
    "tanggal_surat": "2026-02-27",
    "asal_surat": "Dinas Perhubungan",
    "perihal": "Pemasangan jaringan di Terminal Tilamuta",
    "disposisi_oleh": "Sekda",
    "inventaris": [{"nama": "Komputer", "jumlah": "6"}],
}
DRAFT = {"konsep_persetujuan": "Permohonan disetujui.", "konsep_perintah": "Pasang jaringan."}


def received(request=REQUEST):
    case = Case(KEY).start(KEY)
    assert case.waiting() == [("TerimaPermohonan", "petugas-administrasi")]
    case.answer("TerimaPermohonan", request)
    return case


def judged(case, decision):
    assert case.waiting() == [("BuatKonsep", "kasi-jaringan")]
    case.answer("BuatKonsep", DRAFT)
    assert case.waiting() == [("SetujuiKonsep", "kabid-kominfo")]
    case.answer("SetujuiKonsep", decision)
    return case


def approved():
    return judged(received(), {"keputusan": "setuju"})


def approved_at_the_second_try():
    case = judged(received(), {"keputusan": "kembalikan", "alasan_kembali": "Tambahkan jumlah titik."})
    return judged(case, {"keputusan": "setuju"})


WALKS = (approved, approved_at_the_second_try)
INFERRED = {"Disetujui", "Alur_Dikembalikan"}


def test_it_ends_where_the_booklet_ends():
    assert [node for node, _ in approved().worked] == ["TerimaPermohonan", "BuatKonsep", "SetujuiKonsep"]


def test_a_draft_that_comes_back_is_written_anew():
    assert [node for node, _ in approved_at_the_second_try().worked].count("BuatKonsep") == 2


def test_the_kasi_sees_what_must_be_mended():
    case = judged(received(), {"keputusan": "kembalikan", "alasan_kembali": "Tambahkan jumlah titik."})
    assert case.waiting() == [("BuatKonsep", "kasi-jaringan")]
    assert case.variables()["alasan_kembali"] == "Tambahkan jumlah titik."


def test_of_a_closed_request_neither_content_nor_draft_is_kept():
    closed = {**REQUEST, "keamanan": "rahasia", "pemegang": "Kepala Dinas"}
    kept = judged(received(closed), {"keputusan": "setuju"}).variables()
    assert kept["pemegang"] == "Kepala Dinas"
    assert not {"nomor_surat", "asal_surat", "perihal", "inventaris"} & kept.keys()
    assert not {"konsep_persetujuan", "konsep_perintah", "berkas_konsep"} & kept.keys()
