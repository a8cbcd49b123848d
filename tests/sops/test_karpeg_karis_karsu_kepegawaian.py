"""Cards of civil servants by the personnel subdivision: the same procedure, other people."""

import pytest

from tests.sops import karpeg
from tests.sops.walking import Case

KEY = "karpeg-karis-karsu-kepegawaian"
OFFICE = karpeg.Office(KEY, staf="staf", checker="kasubag-perencanaan", legalised=False)
WALKS = (OFFICE.straight, OFFICE.incomplete, OFFICE.not_signed)
INFERRED = {"Lengkap", "Ditandatangani", "Alur_BelumLengkap", "Alur_Dikembalikan"}


def test_who_does_what():
    assert [group for _, group in OFFICE.straight().worked] == [
        "staf",
        "staf",
        "kasubag-perencanaan",
        "kadis",
        "staf",
        "staf",
    ]


@pytest.mark.parametrize("nip", ["19750118200121006", "1975011820012100X1", ""])
def test_a_nip_has_eighteen_figures(nip):
    case = Case(KEY).start()
    with pytest.raises(AssertionError, match="nip"):
        case.answer("SiapkanUsul", {**karpeg.EMPLOYEE, "nip": nip})
