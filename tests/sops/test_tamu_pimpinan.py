"""A guest of the head of office: announced, prepared for, awaited and received, or cancelled."""

from tests.sops.walking import Case

KEY = "tamu-pimpinan"
VISIT = {
    "tamu": "Kepala BPS Provinsi Gorontalo",
    "instansi": "BPS",
    "jumlah_tamu": "4",
    "jadwal_tamu": "2026-03-03T09:00",
    "keperluan": "Koordinasi Satu Data",
    "kehadiran": "hadir",
}


def announced(visit=VISIT):
    case = Case(KEY).start(KEY)
    assert case.waiting() == [("TerimaJadwal", "staf-tu")]
    case.answer("TerimaJadwal", visit)
    return case


def prepared():
    case = announced()
    for node, group, answer in (
        ("LaporRencana", "tu", {"dilaporkan_pada": "2026-03-02T09:00"}),
        ("TunjukPendamping", "kadis", {"pendamping": "Kabid Statistik"}),
        ("InformasikanPendamping", "tu", {"dilaporkan_pada": "2026-03-02T09:30"}),
        (
            "SiapkanPertemuan",
            "staf-tu",
            {"ruang_pertemuan": "Ruang rapat", "pendamping_dihubungi": "on", "ruang_siap": "on", "konsumsi_siap": "on"},
        ),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def received():
    case = prepared()
    case.receive("tamu-tiba")
    for node, group, answer in (
        ("PersilakanTamu", "staf-tu", {"waktu_tiba": "2026-03-03T09:05"}),
        ("LaporKehadiran", "tu", {"dilaporkan_pada": "2026-03-03T09:06"}),
        ("TerimaTamu", "kadis", {"hasil_pertemuan": "Jadwal integrasi data disepakati."}),
    ):
        assert case.waiting() == [(node, group)]
        case.answer(node, answer)
    return case


def cancelled():
    return announced({**VISIT, "kehadiran": "batal"})


WALKS = (received, cancelled)
INFERRED = {"TamuHadir", "Alur_TamuBatal"}


def test_nobody_is_asked_to_receive_a_guest_who_has_not_come():
    case = prepared()
    assert (case.status, case.waiting()) == ("active", [])
    case.receive("tamu-tiba")
    assert case.waiting() == [("PersilakanTamu", "staf-tu")]


def test_a_guest_who_does_not_come_is_no_more_work():
    assert [node for node, _ in cancelled().worked] == ["TerimaJadwal"]


def test_everyone_is_told_in_the_order_of_the_office():
    assert [group for _, group in received().worked] == [
        "staf-tu",
        "tu",
        "kadis",
        "tu",
        "staf-tu",
        "staf-tu",
        "tu",
        "kadis",
    ]


def test_the_case_says_who_comes():
    assert announced().variables()["ringkasan"] == "Tamu: Kepala BPS Provinsi Gorontalo, BPS"
