"""The plan of activities: its two beginnings, its three returns, and the receipt of each PPTK."""

import pytest

from engine.forms import validation
from tests.sops import walking
from tests.sops.walking import NOW, Case

KEY = "penyusunan-rencana-kegiatan"
INFERRED = {
    "JadwalTahunan",
    "PermintaanBappeda",
    "KonsepDisetujui",
    "Alur_KonsepDikembalikan",
    "Diparaf",
    "Alur_TidakDiparaf",
    "Ditandatangani",
    "Alur_TidakDitandatangani",
}
PLANNED = [
    {"kegiatan": "Pemasangan jaringan", "indikator": "12 SKPD tersambung", "lokasi": "Tilamuta"},
    {"kegiatan": "Statistik sektoral", "indikator": "1 buku", "lokasi": "Boalemo"},
    {"kegiatan": "Pelatihan sandi", "indikator": "20 orang", "lokasi": "Boalemo"},
]
KASUBAG = "kasubag-perencanaan"
YES = {"keputusan": "setuju"}
INITIALLED = ("ParafRenja", "sekretaris", YES)
SIGNED = ("TandaTanganiRenja", "kadis", YES)


def no(reason):
    return {"keputusan": "kembalikan", "alasan_kembali": reason}


def proposed(rows=PLANNED):
    return ("SusunUsulan", KASUBAG, {"tahun_rencana": "2027", "rencana_kegiatan": rows})


DISCUSSED = (
    "Musrenbang",
    "sekretaris",
    {"tanggal_musrenbang": "2026-02-10", "hasil_musrenbang": "Jaringan didahulukan"},
)
CAPPED = ("TentukanPagu", "tim-anggaran", {**YES, "pagu_skpd": "150000000"})


def ordered(pagu=("100000000", "30000000", "20000000")):
    rows = [
        {**row, "prioritas": str(i), "pagu": each} for i, (row, each) in enumerate(zip(PLANNED, pagu, strict=True), 1)
    ]
    return ("SusunPrioritas", KASUBAG, {"rencana_kegiatan": rows, "tanggal_asistensi": "2026-02-20"})


def walk(case, *steps):
    for node, group, answer in steps:
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def asked():
    return Case(KEY).start(KEY)


def handed_out(case):
    """Go on from the signed plan to the receipts."""
    rows = [{"pptk": officer} for officer in ("Rahma", "Yusuf", "Rahma")]
    walk(case, ("ArsipkanRencana", KASUBAG, {"rencana_kegiatan": rows, "lokasi_arsip": "File kabinet 3"}))
    assert case.waiting() == [("TerimaDPA", "pptk")] * 2
    return case


def finished(case):
    handed_out(case)
    for officer in ("Yusuf", "Rahma"):
        assert case.status != "completed"
        answer = {"penerimaan": {"tanggal": "2026-03-02", "sesuai_pagu": "on"}}
        case.answer("TerimaDPA", answer, penanggung_jawab=officer)
    assert (case.status, case.waiting()) == ("completed", [])
    return case


STRAIGHT = (proposed(), DISCUSSED, CAPPED, ordered(), INITIALLED, SIGNED)


def each_january():
    return finished(walk(Case(KEY).start(timer="JadwalTahunan"), *STRAIGHT))


def asked_by_bappeda():
    return finished(walk(asked(), *STRAIGHT))


def returned_by_tim_anggaran():
    back = ("TentukanPagu", "tim-anggaran", no("Indikator belum terukur"))
    return finished(walk(asked(), proposed(PLANNED[:2]), DISCUSSED, back, *STRAIGHT))


def returned_by_sekretaris():
    back = ("ParafRenja", "sekretaris", no("Urutan prioritas"))
    again = (ordered(("90000000", "40000000", "20000000")), INITIALLED, SIGNED)
    return finished(walk(asked(), *STRAIGHT[:4], back, *again))


def returned_by_kadis():
    back = ("TandaTanganiRenja", "kadis", no("Pagu jaringan terlalu besar"))
    again = (ordered(("80000000", "40000000", "20000000")), INITIALLED, SIGNED)
    return finished(walk(asked(), *STRAIGHT[:5], back, *again))


WALKS = (each_january, asked_by_bappeda, returned_by_tim_anggaran, returned_by_sekretaris, returned_by_kadis)


def done(case):
    return [node for node, _ in case.worked]


@pytest.mark.parametrize("way", [each_january, asked_by_bappeda])
def test_both_beginnings_lead_to_the_same_steps(way):
    assert done(way()) == [node for node, _, _ in STRAIGHT] + ["ArsipkanRencana", "TerimaDPA", "TerimaDPA"]


def test_the_plan_keeps_what_each_step_adds():
    kept = asked_by_bappeda().variables()
    assert kept["rencana_kegiatan"][0] == {**PLANNED[0], "prioritas": 1, "pagu": 100_000_000, "pptk": "Rahma"}
    assert (kept["jumlah_pagu"], kept["pagu_skpd"]) == (150_000_000, 150_000_000)
    assert kept["ringkasan"] == "Rencana kegiatan 2027: 3 kegiatan, pagu Rp 150.000.000"


def test_what_tim_anggaran_returns_is_proposed_and_discussed_again():
    case = returned_by_tim_anggaran()
    assert done(case)[:6] == ["SusunUsulan", "Musrenbang", "TentukanPagu"] * 2
    assert len(case.variables()["rencana_kegiatan"]) == 3


def test_what_the_sekretaris_returns_is_ordered_again():
    assert done(returned_by_sekretaris())[3:8] == [
        "SusunPrioritas",
        "ParafRenja",
        "SusunPrioritas",
        "ParafRenja",
        "TandaTanganiRenja",
    ]


def test_what_the_kadis_returns_passes_the_sekretaris_again():
    case = returned_by_kadis()
    assert done(case)[3:9] == ["SusunPrioritas", "ParafRenja", "TandaTanganiRenja"] * 2
    assert case.variables()["jumlah_pagu"] == 140_000_000


@pytest.mark.parametrize(
    ("steps", "node"),
    [
        ((proposed(), DISCUSSED, ("TentukanPagu", "tim-anggaran", no("Belum terukur"))), "SusunUsulan"),
        ((*STRAIGHT[:4], ("ParafRenja", "sekretaris", no("Belum terukur"))), "SusunPrioritas"),
        ((*STRAIGHT[:5], ("TandaTanganiRenja", "kadis", no("Belum terukur"))), "SusunPrioritas"),
    ],
)
def test_the_kasubag_sees_why_it_came_back(steps, node):
    case = walk(asked(), *steps)
    assert case.waiting() == [(node, KASUBAG)]
    (token,) = case.open
    assert case.seen(token)["alasan_kembali"] == "Belum terukur"


def test_approving_the_draft_sets_the_ceiling():
    with pytest.raises(AssertionError, match="pagu_skpd"):
        walk(asked(), proposed(), DISCUSSED, ("TentukanPagu", "tim-anggaran", YES))


def test_more_than_the_ceiling_is_pointed_out():
    (warning,) = (one for one in walking.forms()["prioritas-kegiatan"].walk() if one.id == "Text_lebih")
    hidden = [
        validation.hidden(warning, {"jumlah_pagu": total, "pagu_skpd": 150_000_000}, now=NOW)
        for total in (150_000_000, 150_000_001)
    ]
    assert hidden == [True, False]


def test_each_pptk_gives_one_receipt_and_sees_its_own_activities():
    case = handed_out(walk(asked(), *STRAIGHT))
    (own,) = (one for one in walking.forms()["penerimaan-dpa"].walk() if one.id == "Text_kegiatan")
    assert [validation.fill(own.content, case.seen(token), now=NOW) for token in sorted(case.open)] == [
        "- Pemasangan jaringan: Rp 100.000.000\n- Pelatihan sandi: Rp 20.000.000",
        "- Statistik sektoral: Rp 30.000.000",
    ]
    assert [each["pptk"] for each in asked_by_bappeda().variables()["tanda_terima_dpa"]] == ["Rahma", "Yusuf"]


def test_each_row_says_which_activity_it_is():
    stored = PLANNED
    sheet = validation.settle(
        walking.forms()["distribusi-dpa"],
        {"rencana_kegiatan": [{} for _ in stored]},
        variables={"rencana_kegiatan": stored},
        today=NOW.date(),
        zone=walking.ZONE,
    )
    rows = sheet.states["List_rencana_kegiatan"].rows
    assert [row.states["Field_kegiatan"].value for row in rows] == [row["kegiatan"] for row in stored]
