"""The Sanapati receipt: its three routes, its addressees inside and outside the compound, and the office's own wording."""

import pytest

from tests.sops import walking
from tests.sops.walking import Case

KEY = "sanapati-penerimaan"
LETTER = {
    "keamanan": "biasa",
    "urgensi": "biasa",
    "nomor_surat": "T.12/BSSN/02/2026",
    "tanggal_surat": "2026-03-01",
    "asal_surat": "Badan Siber dan Sandi Negara",
    "perihal": "Pemutakhiran data pengguna",
}


def to(name, kind, place, covering=""):
    return {"nama": name, "jenis": kind, "lokasi": place, "perlu_pengantar": covering}


BUPATI = to("Bupati Boalemo", "Bupati", "dalam")
SEKDA = to("Sekretaris Daerah", "Sekretaris Daerah", "dalam")
DINKES = to("Dinas Kesehatan", "OPD", "luar", "on")
BAPPEDA = to("Bappeda", "OPD", "dalam", "on")
SATPOL = to("Satpol PP", "OPD", "luar")


def printed(addressees, letter=LETTER):
    """Bring a letter as far as behind its printing."""
    case = Case(KEY).start("sanapati-penerimaan")
    for node, answer in (
        ("BukaEmail", {"diterima_pada": "2026-03-02T08:15", "akun_pengirim": "bssn.pusat"}),
        ("TelitiSurat", letter),
        ("CetakSurat", {"penerima": addressees}),
    ):
        assert case.waiting() == [(node, "operator-sandi")]
        case.answer(node, answer)
    return case


def covered(case):
    assert case.waiting() == [("BuatPengantar", "kasi-persandian")]
    case.answer("BuatPengantar", {"tanggal_pengantar": "2026-03-02"})


def finished(case, addressees):
    """Go on from the agenda to the end; each addressee is reached by the way its address asks for."""
    umum = "pengadministrasi-umum"
    assert case.waiting() == [("AgendakanSurat", umum)]
    case.answer("AgendakanSurat", {"nomor_agenda": "41", "tanggal_agenda": "2026-03-02"})
    assert case.waiting() == [("GandakanSurat", umum)]
    case.answer("GandakanSurat", {"jumlah_rangkap": str(len(addressees)), "cap": ["asli", "tindasan"]})
    ways = {"dalam": "LewatBagianUmum", "luar": "AntarLangsung"}
    assert case.waiting() == sorted((ways[each["lokasi"]], umum) for each in addressees)
    for each in reversed(addressees):
        stored = next(other for other in case.variables()["penerima"] if other["nama"] == each["nama"])
        handed = {"tanggal": "2026-03-02", "diterima_oleh": f"Staf {each['nama']}", "tanda_terima": "on"}
        case.answer(ways[each["lokasi"]], {"kirim": handed}, p=stored)
    assert case.waiting() == [("ArsipkanSurat", umum)]
    case.answer("ArsipkanSurat", {"lokasi_arsip": "Filing kabinet 1"})
    assert (case.status, case.waiting()) == ("completed", [])
    return case


def only_pengadministrasi(addressees=(BUPATI, SATPOL)):
    return finished(printed(list(addressees)), list(addressees))


def only_kasi(addressees=(DINKES, BAPPEDA)):
    case = printed(list(addressees))
    covered(case)
    return finished(case, list(addressees))


def both(addressees=(BUPATI, SEKDA, DINKES)):
    case = printed(list(addressees))
    covered(case)
    return finished(case, list(addressees))


WALKS = (only_pengadministrasi, only_kasi, both)
INFERRED = {"TentukanJalur", "BuatPengantar", "GabungJalur"}
ROUTES = {"Alur_KePengadministrasi", "Alur_KeKasi"}


@pytest.mark.parametrize(
    ("walk", "route"),
    [
        (only_pengadministrasi, {"Alur_KePengadministrasi"}),
        (only_kasi, {"Alur_KeKasi"}),
        (both, ROUTES),
        (lambda: only_pengadministrasi([BUPATI]), {"Alur_KePengadministrasi"}),
        (lambda: only_kasi([DINKES]), {"Alur_KeKasi"}),
    ],
    ids=["only Pengadministrasi", "only Kasi", "both", "one addressee inside", "one agency outside"],
)
def test_the_addressees_decide_the_route(walk, route):
    assert walk().taken & ROUTES == route


def test_a_mixed_letter_waits_for_its_covering_letter_and_gets_one_agenda_number():
    case = both()
    assert [node for node, _ in case.worked].count("AgendakanSurat") == 1
    assert case.variables()["nomor_agenda"] == "41"


def test_each_addressee_has_its_own_receipt_in_the_order_of_the_list():
    case = both()
    assert [each["diterima_oleh"] for each in case.variables()["pengiriman"]] == [
        "Staf Bupati Boalemo",
        "Staf Sekretaris Daerah",
        "Staf Dinas Kesehatan",
    ]


def test_a_letter_without_an_addressee_cannot_go_on():
    with pytest.raises(AssertionError, match="penerima"):
        printed([])


def test_nothing_of_a_secret_letter_is_kept_but_its_custody():
    secret = {**LETTER, "keamanan": "sangat_rahasia", "kode_pengirim": "BPD-7", "pemegang": "Kasi Persandian"}
    kept = printed([BUPATI], secret).variables()
    assert kept["pemegang"] == "Kasi Persandian"
    assert not {"nomor_surat", "tanggal_surat", "asal_surat", "perihal", "lampiran"} & kept.keys()


def test_what_the_source_does_not_number_has_no_number():
    assert walking.diagram(KEY).process.body.nodes["BuatPengantar"].properties == {}
