"""Sectoral data for somebody who asks: served, refused, or first fetched from where the data are."""

from tests.sops.walking import Case

KEY = "layanan-data-sektoral"
REQUEST = {
    "pemohon": "Karim Podungge",
    "kontak": "karim@contoh.go.id",
    "data_diminta": "Jumlah nelayan per kecamatan",
    "tahun_data": "2024-2025",
    "tujuan_pemakaian": "Penelitian",
}
THERE = {"data_tersedia": "on", "sumber_data": "Dinas Perikanan", "nama_dataset": "Nelayan 2025"}
MISSING = {"data_tersedia": "", "sumber_data": "BPS Kabupaten Boalemo"}
AGREED = {"keputusan": "setuju"}


def analysed(answer):
    case = Case(KEY).start()
    for node, group, given in (
        ("AjukanPermohonan", "pemohon", REQUEST),
        ("TerimaPermohonan", "pengadministrasi-umum", {"nomor_agenda": "88", "tanggal_agenda": "2026-03-02"}),
        ("TelaahPermohonan", "sekretaris", {"catatan_disposisi": "Mohon arahan."}),
        ("DisposisiKadis", "kadis", {"instruksi": ["proses"], "catatan_disposisi": "Layani."}),
        ("AnalisaKebutuhan", "kabid-statistik", answer),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, given)
    return case


def prepared(case, answer=THERE):
    assert case.waiting() == [("TindakLanjuti", "kasi-statistik")]
    case.answer("TindakLanjuti", answer)


def signed(case, decision=AGREED):
    assert case.waiting() == [("TandaTangani", "kadis")]
    case.answer("TandaTangani", decision)


def handed_over(case):
    assert case.waiting() == [("RegistrasiDokumen", "staf")]
    case.answer(
        "RegistrasiDokumen",
        {"nomor_registrasi": "DS-14", "tanggal_registrasi": "2026-03-03", "tanda_terima_dibuat": "on"},
    )
    assert case.waiting() == [("TerimaDokumen", "pemohon")]
    case.answer("TerimaDokumen", {"diterima": "on", "diterima_pada": "2026-03-03"})
    return case


def served():
    case = analysed({"pelayanan": "dilayani"})
    prepared(case)
    signed(case)
    return handed_over(case)


def refused():
    return analysed({"pelayanan": "ditolak", "alasan_penolakan": "Data mikro tidak dapat diberikan."})


def fetched_and_returned():
    case = analysed({"pelayanan": "dilayani", "catatan_kabid": "Per kecamatan."})
    prepared(case, MISSING)
    prepared(case)
    signed(case, {"keputusan": "kembalikan", "alasan_kembali": "Cantumkan sumber."})
    prepared(case)
    signed(case)
    return handed_over(case)


WALKS = (served, refused, fetched_and_returned)
INFERRED = {
    "DapatDilayani",
    "DataTersedia",
    "Ditandatangani",
    "Alur_PermohonanDitolak",
    "Alur_MintaData",
    "Alur_DataDiminta",
    "Alur_Dikembalikan",
}


def test_whoever_asks_begins_and_ends_it():
    worked = served().worked
    assert (worked[0][1], worked[-1][1]) == ("pemohon", "pemohon")


def test_who_is_refused_is_told_why():
    case = refused()
    assert case.sent == ["layanan-data-ditolak"]
    assert case.variables()["alasan_penolakan"] == "Data mikro tidak dapat diberikan."


def test_data_that_are_not_there_are_asked_for():
    assert fetched_and_returned().sent == ["permintaan-data"]
