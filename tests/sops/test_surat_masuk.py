"""The incoming letter: every way through it, and the office's own wording."""

from dataclasses import astuple

import pytest

from engine.diagrams import sop
from tests.sops import walking
from tests.sops.walking import Case

KEY = "surat-masuk"
LETTER = {
    "keamanan": "biasa",
    "urgensi": "segera",
    "nomor_surat": "005/112/Bappeda/2026",
    "tanggal_surat": "2026-02-27",
    "asal_surat": "Bappeda Kabupaten Boalemo",
    "perihal": "Undangan rapat koordinasi",
    "lampiran": "2",
    "diterima_pada": "2026-03-02T08:15",
    "nomor_agenda": "112",
    "tanggal_agenda": "2026-03-02",
    "tanda_terima_diberikan": "on",
}
ARCHIVED = {"lokasi_arsip": "Lemari arsip 2", "kode_klasifikasi": "005"}
SECTIONS = ["Kasi Jaringan", "Kasi Persandian", "Kasi Statistik"]


def disposed(case, letter, disposition):
    """Bring a letter as far as behind the head of office's decision."""
    case.start("surat-masuk")
    for node, group, answer in (
        ("TerimaSurat", "staf", letter),
        ("ParafDisposisi", "sekretaris", {"paraf": "on", "catatan_paraf": "Mohon petunjuk"}),
        ("DisposisikanSurat", "kadis", disposition),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def forwarded(sections):
    case = disposed(
        Case(KEY), LETTER, {"arah_disposisi": "seksi", "kepada": sections, "instruksi": ["proses"], "batas_waktu": ""}
    )
    assert case.waiting() == [("SerahkanKeSeksi", "sekretaris")]
    case.answer("SerahkanKeSeksi", {"diserahkan_pada": "2026-03-02"})
    assert case.waiting() == [("TindakLanjuti", "kasie")] * len(sections)
    for section in reversed(sections):
        answer = {"tindak_lanjut": {"uraian": f"Selesai di {section}", "perlu_balasan": ""}}
        case.answer("TindakLanjuti", answer, seksi=section)
    return archived(case)


def noted():
    return archived(disposed(Case(KEY), LETTER, {"arah_disposisi": "arsip"}))


def archived(case):
    assert case.waiting() == [("ArsipkanSurat", "staf")]
    case.answer("ArsipkanSurat", ARCHIVED)
    assert (case.status, case.waiting()) == ("completed", [])
    return case


@pytest.mark.parametrize("sections", [SECTIONS[:1], SECTIONS], ids=["one section", "three sections"])
def test_a_letter_goes_to_the_sections_chosen_and_waits_for_all_of_them(sections):
    case = forwarded(sections)
    assert [each["uraian"] for each in case.variables()["tindak_lanjut_seksi"]] == [
        f"Selesai di {section}" for section in sections
    ]


def test_a_letter_that_is_only_noted_is_filed_at_once():
    case = noted()
    assert [node for node, _ in case.worked] == ["TerimaSurat", "ParafDisposisi", "DisposisikanSurat", "ArsipkanSurat"]
    assert case.variables().get("kepada") is None


def test_forwarding_needs_a_section():
    case = Case(KEY)
    with pytest.raises(AssertionError, match="kepada"):
        disposed(case, LETTER, {"arah_disposisi": "seksi", "kepada": []})


def test_nothing_of_a_secret_letter_is_kept_but_its_custody():
    secret = {**LETTER, "keamanan": "rahasia", "kode_pengirim": "BPD-7", "pemegang": "Sekretaris Dinas"}
    case = disposed(Case(KEY), secret, {"arah_disposisi": "arsip"})
    kept = case.variables()
    assert kept["kode_pengirim"] == "BPD-7"
    assert not {"nomor_surat", "tanggal_surat", "asal_surat", "perihal", "lampiran"} & kept.keys()


def test_the_class_is_asked_before_any_content():
    with pytest.raises(AssertionError, match="keamanan"):
        disposed(Case(KEY), {**LETTER, "keamanan": ""}, {"arah_disposisi": "arsip"})


def test_every_flow_is_taken():
    taken = forwarded(SECTIONS[:2]).taken | noted().taken
    assert taken == walking.flows(KEY)


def test_the_check_finds_nothing():
    assert walking.findings(KEY) == []


def test_the_table_is_worded_as_printed():
    rows = [astuple(row)[1:] for row in sop.rows(walking.diagram(KEY).process)]
    disposed_letter = ("surat yang telah di disposisi",)
    assert rows == [
        (
            "1",
            "Menerima surat diberikan tanda terima dan di catat di buku agenda surat masuk",
            "Staf",
            ("Pulpen", "Buku Agenda Surat", "Lembar disposisi"),
            "5 menit",
            ("surat",),
            "",
        ),
        (
            "2",
            "surat di buat Lembar disposisi yang di paraf Sekretaris dan diserahkan ke Kepala Dinas",
            "SEKRETARIS",
            ("Pulpen", "Buku Agenda Surat", "Lembar disposisi"),
            "3 menit",
            ("surat", "lembar disposisi"),
            "",
        ),
        (
            "3",
            "Kepala Dinas Menelaah Surat untuk selanjutnya di disposisikan ke Seksi dan di kembalikan ke Sekretaris",
            "KADIS",
            ("Pulpen", "Kertas", "Tanda Terima Dokumen"),
            "3 menit",
            disposed_letter,
            "",
        ),
        (
            "4",
            "Surat Kembali ke Sekretaris untuk di serahkan ke Seksi sesuai isi surat",
            "SEKRETARIS",
            ("Pulpen", "Disposisi surat"),
            "2 menit",
            disposed_letter,
            "",
        ),
        (
            "5",
            "Seksi menerima dan melanjutkan isi surat sesuai disposisi,",
            "KASIE",
            ("Komputer", "Kertas"),
            "10 menit",
            disposed_letter,
            "",
        ),
        (
            "6",
            "Pengarsipan surat masuk",
            "Staf",
            ("Arsip File", "Lemari Arsip", "Filling kabinet"),
            "10 menit",
            disposed_letter,
            "",
        ),
    ]


def test_the_identity_block_is_worded_as_printed():
    assert sop.identity(walking.diagram(KEY).process) == sop.Identity(
        nama="Pelayanan Surat Masuk Pada Dinas Komunikasi Informatika Statistik dan Persandian",
        nomor="800/DKISP/ /2018",
        unit="Sekretariat",
        tanggal_pembuatan="02 Januari 2018",
        tanggal_revisi="",
        tanggal_efektif="15 Januari 2018",
        disahkan_oleh="Kepala Dinas Komunikasi Informatika Statistik dan Persandian Kab. Boalemo",
        dasar_hukum=(
            "Undang-Undang Republik Indonesia nomor 17 Tahun 2003 tentang Keuangan Negara",
            "Undang-Undang Republik Indonesia Nomor 15 tahun 2014 Tentang Pemeriksaan Pengelolaan dan Tanggung jawab Keuangan Negara",
            "Peraturan Pemerintah Nomor 56 Tahun 2005 tentang sistem informasi Keuangan Daerah",
            "Peraturan Pemerintah Nomor 58 Tahun 2005 tentang Pengelolaan Keuangan Daerah",
        ),
        keterkaitan=("Standar Operional Prosedur Layanan Kenaikan Pangkat PNS Diskominfo",),
        peringatan=("Jika SOP tidak dilaksanakan maka pekerjaan Sekretaris tidak akan berjalan dengan baik",),
        kualifikasi=(
            "Memiliki Kewenangan dalam Pengurusan administrasi surat menyurat",
            "Memiliki kemampuan untuk menyelenggarakan administrasi perkantoran",
        ),
        peralatan=("ATK", "Komputer", "Polpen", "Lembar Disposisi"),
        pencatatan=(
            "Berkas/Surat masuk Surat Keluar",
            "Buku Agenda Surat Masuk",
            "Lembar Disposisi",
            "Buku Ekspedisi surat",
        ),
    )


def test_the_lanes_stand_in_the_order_of_the_source():
    assert [lane.name for lane in walking.diagram(KEY).process.body.lanes] == ["KADIS", "SEKRETARIS", "KASIE", "Staf"]
