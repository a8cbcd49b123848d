"""Both booklets' management of the media center, walked: they differ in their words only."""

UMUM = "petugas-media-center"
WORK = (
    (
        "CariBerita",
        {"judul": "Panen raya", "tanggal_liputan": "2026-03-02", "lokasi_liputan": "Tilamuta", "bahan": ["foto"]},
    ),
    ("SuntingBerita", {"naskah": "Panen raya di Tilamuta."}),
    ("BuatBeritaLaporan", {"naskah": "Panen raya di Tilamuta, dihadiri Bupati."}),
    ("SiapkanPengiriman", {"tautan": "https://infopublik.id/1", "dikirim_pada": "2026-03-02T14:00"}),
    ("ArsipkanBerita", {"bentuk_arsip": ["tercetak", "elektronik"], "lokasi_arsip": "Lemari berita"}),
)


def reported(case):
    """Go from a begun case to its end."""
    for node, answer in WORK:
        assert case.waiting() == [(node, UMUM)]
        case.answer(node, answer)
    return case
