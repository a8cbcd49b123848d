"""The request for funds: straight to BPKAD, and sent back by the Sekretaris or the Kadis."""

import pytest

from engine.forms import validation
from tests.sops import walking
from tests.sops.walking import NOW, Case

KEY = "pengajuan-spd"
INFERRED = {"KonsepSah", "Alur_KonsepDikembalikan", "Disetujui", "Alur_TidakDisetujui", "SampaikanKeBPKAD"}
ASKED = {
    "periode": "Triwulan I 2026",
    "rincian_dana": [
        {"kegiatan": "Layanan surat menyurat", "pagu": "60000000", "anggaran_kas": "15000000", "jumlah": "12500000"},
        {
            "kegiatan": "Jaringan",
            "pagu": "90000000",
            "anggaran_kas": "30000000",
            "spd_sebelumnya": "0",
            "jumlah": "1000",
        },
    ],
}
YES = {"keputusan": "setuju"}
DRAWN_UP = ("SusunRincian", "bendahara", ASKED)
VERIFIED = ("VerifikasiKonsep", "sekretaris", YES)
SIGNED = ("SetujuiPengantar", "kadis", YES)


def no(reason):
    return {"keputusan": "kembalikan", "alasan_kembali": reason}


def written(jumlah):
    """The request as the Bendahara writes it, with what each activity gets."""
    rows = [{"jumlah": each} for each in jumlah]
    return ("BuatPermohonan", "bendahara", {"tanggal_permohonan": "2026-03-02", "rincian_dana": rows})


def covered(sheets="3"):
    return ("BuatPengantar", "staf", {"isi_pengantar": "Dengan hormat", "lampiran_pengantar": sheets})


def walk(*steps):
    case = Case(KEY).start()
    for node, group, answer in steps:
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def finished(*steps):
    registered = {"nomor_surat_keluar": "900/21/DKISP/2026", "tanggal_surat_keluar": "2026-03-03", "cap_dinas": "on"}
    case = walk(*steps, ("AgendakanPengantar", "staf", registered))
    assert (case.status, case.waiting()) == ("completed", [])
    return case


def straight():
    return finished(DRAWN_UP, VERIFIED, written(["12500000", "1000"]), covered(), SIGNED)


def returned_by_sekretaris():
    back = ("VerifikasiKonsep", "sekretaris", no("Jumlah melebihi anggaran kas"))
    return finished(DRAWN_UP, back, DRAWN_UP, VERIFIED, written(["12500000", "1000"]), covered(), SIGNED)


def returned_by_kadis():
    back = ("SetujuiPengantar", "kadis", no("Kurangi"))
    first = (written(["12500000", "1000"]), covered(), back)
    return finished(DRAWN_UP, VERIFIED, *first, written(["12000000", "500"]), covered("2"), SIGNED)


WALKS = (straight, returned_by_sekretaris, returned_by_kadis)


@pytest.mark.parametrize("way", WALKS)
def test_what_is_signed_and_registered_goes_to_bpkad(way):
    assert way().sent == ["pengajuan-spd-ke-bpkad"]


def test_nothing_goes_to_bpkad_before_it_is_registered():
    case = walk(DRAWN_UP, VERIFIED, written(["1", "2"]), covered(), SIGNED)
    assert (case.sent, case.waiting()) == ([], [("AgendakanPengantar", "staf")])


def test_the_funds_are_summed_up_for_those_who_decide():
    kept = straight().variables()
    assert kept["jumlah_dana"] == 12_501_000
    assert kept["ringkasan"] == "Permohonan SPD Triwulan I 2026: 2 kegiatan, Rp 12.501.000"
    assert [row["pagu"] for row in kept["rincian_dana"]] == [60_000_000, 90_000_000]


def test_what_the_sekretaris_returns_is_drawn_up_and_verified_again():
    worked = [node for node, _ in returned_by_sekretaris().worked]
    assert worked[:5] == ["SusunRincian", "VerifikasiKonsep", "SusunRincian", "VerifikasiKonsep", "BuatPermohonan"]


def test_the_bendahara_sees_why_the_draft_came_back():
    case = walk(DRAWN_UP, ("VerifikasiKonsep", "sekretaris", no("Jumlah melebihi anggaran kas")))
    (token,) = case.open
    assert case.seen(token)["alasan_kembali"] == "Jumlah melebihi anggaran kas"


def test_what_the_kadis_returns_is_written_anew_without_another_verification():
    case = returned_by_kadis()
    done = [node for node, _ in case.worked]
    assert done[2:5] == done[5:8] == ["BuatPermohonan", "BuatPengantar", "SetujuiPengantar"]
    assert done.count("VerifikasiKonsep") == 1
    kept = case.variables()
    assert (kept["jumlah_dana"], kept["lampiran_pengantar"]) == (12_000_500, 2)


def test_a_return_needs_its_reason():
    with pytest.raises(AssertionError, match="alasan_kembali"):
        walk(DRAWN_UP, ("VerifikasiKonsep", "sekretaris", no("")))


def test_each_row_says_which_activity_it_is():
    stored = ASKED["rincian_dana"]
    sheet = validation.settle(
        walking.forms()["dokumen-spd"],
        {"rincian_dana": [{} for _ in stored]},
        variables={"rincian_dana": stored},
        today=NOW.date(),
        zone=walking.ZONE,
    )
    rows = sheet.states["List_rincian_dana"].rows
    assert [row.states["Field_kegiatan"].value for row in rows] == [row["kegiatan"] for row in stored]
