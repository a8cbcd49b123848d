"""The incoming letter: every way through it, and the office's own wording."""

import pytest

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


def disposed(case, letter, disposition, message="surat-masuk"):
    """Bring a letter as far as behind the head of office's decision."""
    case.start(message)
    for node, group, answer in (
        ("TerimaSurat", "staf", letter),
        ("ParafDisposisi", "sekretaris", {"paraf": "on", "catatan_paraf": "Mohon petunjuk"}),
        ("DisposisikanSurat", "kadis", disposition),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def forwarded(sections, answered=()):
    case = disposed(
        Case(KEY), LETTER, {"arah_disposisi": "seksi", "kepada": sections, "instruksi": ["proses"], "batas_waktu": ""}
    )
    assert case.waiting() == [("SerahkanKeSeksi", "sekretaris")]
    case.answer("SerahkanKeSeksi", {"diserahkan_pada": "2026-03-02"})
    assert case.waiting() == [("TindakLanjuti", "kasie")] * len(sections)
    for section in reversed(sections):
        answer = {
            "tindak_lanjut": {"uraian": f"Selesai di {section}", "perlu_balasan": "on" if section in answered else ""}
        }
        case.answer("TindakLanjuti", answer, seksi=section)
    return archived(case)


def noted():
    return archived(disposed(Case(KEY), LETTER, {"arah_disposisi": "arsip"}))


def called():
    """As another SOP begins it."""
    return archived(disposed(Case(KEY), LETTER, {"arah_disposisi": "arsip"}, message=None))


def answered():
    return forwarded(SECTIONS, answered=SECTIONS[:2])


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


WALKS = (lambda: forwarded(SECTIONS[:1]), noted, called, answered)
INFERRED = {
    "ArahDisposisi",
    "Alur_CukupDiketahui",
    "TindakLanjutSeksi",
    "PerluBalasan",
    "Alur_PerluBalasan",
    "DipanggilSopLain",
}


def test_each_section_that_has_to_answer_starts_the_outgoing_letter():
    case = answered()
    assert case.sent == ["administrasi-surat-dinas-keluar"] * 2
    assert {payload["seksi"] for payload in case.payloads} == set(SECTIONS[:2])
    assert {payload["perihal"] for payload in case.payloads} == {LETTER["perihal"]}
    assert forwarded(SECTIONS).sent == []
