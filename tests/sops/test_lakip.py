"""The yearly accountability report: ordered, written, signed and sent, with its returns on the way."""

import pytest

from tests.sops.walking import Case

KEY = "lakip"
UMUM, TEKNIS, KASUBAG, SEKRETARIS, TIM, KADIS = (
    "pengadministrasi-umum",
    "staf-teknis",
    "kasubag-perencanaan",
    "sekretaris",
    "tim-penyusun",
    "kadis",
)
LETTER = {
    "keamanan": "biasa",
    "urgensi": "biasa",
    "nomor_surat": "065/Org/12",
    "tanggal_surat": "2026-01-05",
    "asal_surat": "Bagian Organisasi",
    "perihal": "Penyusunan LAKIP 2025",
}
AGREED = {"keputusan": "setuju"}
RETURNED = {"keputusan": "kembalikan", "alasan_kembali": "Perbaiki dasar surat."}
BEGINNING = (
    ("TerimaSurat", UMUM, LETTER),
    ("AgendakanSurat", UMUM, {"nomor_agenda": "7", "tanggal_agenda": "2026-01-05"}),
    ("Disposisikan", SEKRETARIS, {"instruksi": ["proses"], "catatan_disposisi": "Siapkan surat tugas."}),
    ("KonsepTugas", KASUBAG, {"judul_naskah": "Surat tugas penyusunan LAKIP", "isi_naskah": "Menugaskan tim."}),
)
TYPED = {"selesai_diketik": "on"}
ORDER = (
    ("KetikTugas", TEKNIS),
    ("ParafKasubagTugas", KASUBAG),
    ("ParafSekretarisTugas", SEKRETARIS),
    ("TandaTanganiTugas", KADIS),
)
WRITING = (
    ("NomoriTugas", UMUM, {
        "nomor_surat_tugas": "800/3/DKISP", "tanggal_surat_tugas": "2026-01-06", "anggota_tim": [{"nama": "Bambang Suleman"}],
        "disampaikan": "on",
    }),
    ("SiapkanData", TIM, {"tahun_lakip": "2025", "data_informasi": "Capaian kinerja tahun 2025."}),
)  # fmt: skip
REPORT = (("SusunRancangan", TIM), ("TandaTanganiLakip", KADIS))
COVER = (
    ("KonsepPengantar", KASUBAG, {"judul_naskah": "Surat pengantar LAKIP", "isi_naskah": "Bersama ini disampaikan."}),
)
COVERING = (
    ("KetikPengantar", TEKNIS),
    ("ParafKasubagPengantar", KASUBAG),
    ("ParafSekretarisPengantar", SEKRETARIS),
    ("TandaTanganiPengantar", KADIS),
)
ENDING = (
    ("NomoriPengantar", UMUM, {
        "nomor_surat_keluar": "065/9/DKISP", "tanggal_surat_keluar": "2026-01-20", "cap_dinas": "on",
    }),
    ("KirimLakip", KASUBAG, {
        "dikirim_kepada": "Bagian Organisasi", "cara_kirim": "caraka", "dikirim_pada": "2026-01-20",
        "lokasi_arsip": "Lemari perencanaan",
    }),
)  # fmt: skip


def do(case, steps):
    for node, group, answer in steps:
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)


def rounds(case, steps, refusals):
    """Go through a round of making and judging; each of ``refusals`` names who sends it back in that round."""
    for refusing in (*refusals, None):
        for node, group in steps:
            assert case.waiting() == [(node, group)]
            first = TYPED if node.startswith("Ketik") else {}
            case.answer(node, first if node == steps[0][0] else RETURNED if node == refusing else AGREED)
            if node == refusing:
                break


def report(order=(), written=(), covered=()):
    case = Case(KEY).start(KEY)
    do(case, BEGINNING)
    rounds(case, ORDER, order)
    do(case, WRITING)
    rounds(case, REPORT, written)
    do(case, COVER)
    rounds(case, COVERING, covered)
    do(case, ENDING)
    return case


def with_every_return():
    return report(
        ("ParafKasubagTugas", "ParafSekretarisTugas", "TandaTanganiTugas"),
        ("TandaTanganiLakip",),
        ("ParafKasubagPengantar", "ParafSekretarisPengantar", "TandaTanganiPengantar"),
    )


WALKS = (report, with_every_return)
INFERRED = {
    "TugasDiparafKasubag",
    "TugasDiparafSekretaris",
    "TugasDitandatangani",
    "LakipDitandatangani",
    "PengantarDiparafKasubag",
    "PengantarDiparafSekretaris",
    "PengantarDitandatangani",
}


def test_nineteen_steps_lead_to_the_report():
    assert len(report().worked) == 19


@pytest.mark.parametrize("refusing", ["ParafKasubagTugas", "ParafSekretarisTugas", "TandaTanganiTugas"])
def test_a_returned_order_is_typed_and_initialled_again(refusing):
    worked = [node for node, _ in report(order=[refusing]).worked]
    assert worked.count("KetikTugas") == worked.count("ParafKasubagTugas") == 2
    assert worked.count("KonsepTugas") == 1


def test_a_returned_report_is_only_written_again():
    worked = [node for node, _ in report(written=["TandaTanganiLakip"]).worked]
    assert (worked.count("SusunRancangan"), worked.count("SiapkanData"), worked.count("KetikTugas")) == (2, 1, 1)


@pytest.mark.parametrize("refusing", ["ParafKasubagPengantar", "ParafSekretarisPengantar", "TandaTanganiPengantar"])
def test_a_returned_covering_letter_is_typed_again(refusing):
    worked = [node for node, _ in report(covered=[refusing]).worked]
    assert (worked.count("KetikPengantar"), worked.count("KetikTugas")) == (2, 1)
