"""Hosting a server: asked for, passed down, judged against the SOP, installed where there is room for it."""

import pytest

from tests.sops.walking import Case

KEY = "penitipan-server"
REQUEST = {
    "keamanan": "biasa",
    "nomor_surat": "489/DINKES/77",
    "tanggal_surat": "2026-02-27",
    "asal_surat": "Dinas Kesehatan",
    "perihal": "Penitipan server aplikasi puskesmas",
    "inventaris": [{"nama": "Server rak 2U", "jumlah": "1"}],
}
FITS = {"ketentuan": "sesuai", "perintah_teknisi": "Pasang di rak 3."}
INSTALLED = {
    "tersedia": "on",
    "lokasi_server": "Rak 3",
    "daya_listrik": "450",
    "spesifikasi_server": "16 inti, 64 GB",
    "bentuk_server": "rak",
    "nama_domain": "puskesmas.boalemokab.go.id",
    "alamat_ip": "10.20.1.15",
}


def judged(answer, request=REQUEST):
    """Bring a request to the Kasi's judgement."""
    case = Case(KEY).start(KEY)
    for node, group, given in (
        ("TerimaPermohonan", "petugas-administrasi", request),
        ("DisposisiKadis", "kadis", {"instruksi": ["proses"], "catatan_disposisi": "Bantu."}),
        ("TeruskanKeKasi", "kabid-kominfo", {"catatan_disposisi": "Cek kapasitas."}),
        ("TelitiPermohonan", "kasi-jaringan", answer),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, given)
    return case


def looked_into(case, answer):
    assert case.waiting() == [("PasangServer", "teknisi")]
    case.answer("PasangServer", answer)
    return case


def installed():
    return looked_into(judged(FITS), INSTALLED)


def refused():
    return judged({"ketentuan": "tidak", "alasan_penolakan": "Tanpa tanda tangan pimpinan SOPD."})


def installed_at_the_second_try():
    case = looked_into(judged(FITS), {"tersedia": "", "kendala": "Daya listrik tidak cukup."})
    assert case.waiting() == [("TelitiPermohonan", "kasi-jaringan")]
    case.answer("TelitiPermohonan", {**FITS, "perintah_teknisi": "Pasang di rak 1."})
    return looked_into(case, INSTALLED)


WALKS = (installed, refused, installed_at_the_second_try)
INFERRED = {"SesuaiKetentuan", "Tersedia", "Alur_TidakTersedia"}


@pytest.mark.parametrize(
    ("walk", "message"), [(installed, "penitipan-server-terpasang"), (refused, "penitipan-server-ditolak")]
)
def test_the_agency_is_told_how_it_ended(walk, message):
    assert walk().sent == [message]


def test_what_is_missing_goes_back_to_the_kasi():
    case = looked_into(judged(FITS), {"tersedia": "", "kendala": "Daya listrik tidak cukup."})
    assert case.variables()["kendala"] == "Daya listrik tidak cukup."
    assert [node for node, _ in installed_at_the_second_try().worked].count("TelitiPermohonan") == 2


def test_a_refusal_needs_a_reason():
    with pytest.raises(AssertionError, match="alasan_penolakan"):
        judged({"ketentuan": "tidak"})


def test_nothing_of_a_closed_request_is_kept_but_its_custody():
    closed = {**REQUEST, "keamanan": "rahasia", "pemegang": "Kepala Dinas"}
    case = judged({"ketentuan": "tidak", "alasan_penolakan": "Di luar ketentuan."}, closed)
    kept = case.variables()
    assert (case.sent, kept["pemegang"]) == (["penitipan-server-ditolak"], "Kepala Dinas")
    assert not {"nomor_surat", "tanggal_surat", "asal_surat", "perihal", "inventaris"} & kept.keys()


def test_an_address_is_an_address():
    with pytest.raises(AssertionError, match="alamat_ip"):
        looked_into(judged(FITS), {**INSTALLED, "alamat_ip": "rak 3"})
