"""Cards of civil servants by TU: the head signs, then TU legalises."""

from tests.sops import karpeg

KEY = "karpeg-karis-karsu-tu"
OFFICE = karpeg.Office(KEY, staf="staf-tu", checker="tu", legalised=True)
WALKS = (OFFICE.straight, OFFICE.incomplete, OFFICE.not_signed)
INFERRED = {"Lengkap", "Ditandatangani", "Alur_BelumLengkap", "Alur_Dikembalikan"}


def test_the_printed_step_4_is_two_tasks():
    assert OFFICE.straight().worked[3:5] == [("TandaTangani", "kadis"), ("LegalisasiUsul", "tu")]


def test_bkd_gets_the_papers():
    assert OFFICE.straight().sent == [KEY]


def test_incomplete_papers_are_gathered_again_and_an_unsigned_letter_is_only_written_again():
    for walk, gathered, written in ((OFFICE.incomplete, 2, 2), (OFFICE.not_signed, 1, 2)):
        worked = [node for node, _ in walk().worked]
        assert (worked.count("SiapkanUsul"), worked.count("BuatSuratUsul")) == (gathered, written)


def test_the_case_says_whose_cards_they_are():
    kept = OFFICE.straight().variables()["ringkasan"]
    assert kept == "Usul Karpeg, Karis a.n. Wiwin Monoarfa, NIP 197501182001210061"
