"""What the diagrams say is printed in the office's booklet: every text of the tables and heads, held against its scan."""

import json
import re
from pathlib import Path

import pytest

from tests.shared import shared

BOOKLET = shared("seed") / "sop-diskominfo-boalemo.txt"
# first and last line of each SOP; the printing's other pages between them belong to it
PLACES = {
    "surat-keluar": (11, 51),
    "surat-masuk": (53, 83),
    "tamu-pimpinan": (85, 117),
    "pengajuan-spd": (119, 150),
    "karpeg-karis-karsu-tu": (152, 191),
    "kenpak-berkala": (193, 234),
    "laporan-realisasi-fisik-keuangan": (236, 267),
    "kenaikan-pangkat-pns": (270, 318),
    "administrasi-surat-dinas-keluar": (321, 360),
    "penyusunan-rencana-kegiatan": (362, 399),
    "karpeg-karis-karsu-kepegawaian": (401, 432),
    "lakip": (435, 485),
    "penitipan-server": (487, 556),
    "media-center-pengguna-eksternal": (558, 631),
    "pengelolaan-media-center-2018": (633, 706),
    "pengelolaan-media-center-2017": (708, 773),
    "jaringan-lan": (775, 842),
    "sanapati-penerimaan": (914, 965),
    "sanapati-pengiriman": (967, 987),
    "layanan-data-sektoral": (989, 1021),
}
PRINTED = Path(__file__).parent / "printed"


def bare(text):
    """Leave out white space, markup and the marks of lists: the scan breaks words and cells anywhere."""
    return re.sub(r"<[^>]*>|[\s*]", "", text)


def section(key):
    first, last = PLACES[key]
    lines = BOOKLET.read_text(encoding="utf-8").splitlines()
    return bare(" ".join(lines[first - 1 : last]))


def texts(key):
    """Every text of an SOP's head and table, but for the numbers and the columns' names."""
    printed = json.loads((PRINTED / f"{key}.json").read_text(encoding="utf-8"))
    for name, value in printed["identity"].items():
        yield from ((name, each) for each in ([value] if isinstance(value, str) else value) if each)
    for row in printed["rows"]:
        for name in ("kegiatan", "waktu", "keterangan"):
            yield f"{row['no']} {name}", row[name]
        for name in ("kelengkapan", "output"):
            yield from ((f"{row['no']} {name}", each) for each in row[name])


SYMBOLS = {"Mulai", "Start", "graph", "Step"}
"""Words that the scan made of a diagram's symbols."""

# what the scan took apart: a cell that goes on behind other cells, on the next page or in the next line of the table
TORN = {
    "media-center-pengguna-eksternal": {
        "5 kegiatan": ["Laporan Kerusakan", "Perangkat Komunikasi Media Center"],
        "5 waktu": ["10", "Menit"],
        "5 output": ["Kepala Bidang", "Meneliti Dokumen dengan berkas yang telah tersedia"],
    },
    "pengelolaan-media-center-2017": {
        "peringatan": [
            "Pemeliharaan / pengecekan Perangkat",
            "Komunikasi Media Center dilakukan setelah digunakan User",
        ],
        "4 output": ["Tersedianya hasil liputan", "Terasilitasinya pelayanan publikasi", "online"],
    },
    "pengelolaan-media-center-2018": {
        "5 kegiatan": ["Pengarsipan", "dokumentasi berita"],
        "5 waktu": ["Setiap", "hari"],
        "5 output": [
            "Hasil liputan dapat",
            "didokumentasikan dengan baik",
            "Dokumentasi setiap kegiatan disimpan dalam bentuk media tercetak dan elektronik",
        ],
    },
    "penitipan-server": {
        "4 kegiatan": [
            "Memeriksa / meneliti Surat Permohonan tersebut dan memberikan perintah kepada tenaga",
            "fungsi",
            "teknis",
        ]
    },
    "sanapati-penerimaan": {
        "5 kegiatan": [
            "Mengagendakan surat masuk tersebut dengan jumlah sesuai alamat yang di tentukan",
            "atau penerima surat dan membubuhi cap asli, tindakan, dan",
            "tanda terima",
        ]
    },
    "sanapati-pengiriman": {
        "6 kelengkapan": ["Surat asli pada lembar belakang dicatat waktu pengiriman dan", "paraf", "buku"],
        "6 output": ["Surat asli yang sudah dicatat waktu pengiriman dan paraf pada lembar", "belakang"],
    },
}
"""Place to the pieces, of all the texts that stand there."""


@pytest.mark.parametrize("key", PLACES)
def test_every_text_is_printed(key):
    source, torn = section(key), TORN.get(key, {})
    whole = [(where, text) for where, text in texts(key) if where not in torn]
    pieces = [(where, piece) for where, found in torn.items() for piece in found]
    assert [each for each in (*whole, *pieces) if bare(each[1]) not in source] == []


@pytest.mark.parametrize("key", TORN)
def test_what_was_torn_is_put_together_again(key):
    for where, pieces in TORN[key].items():
        assert bare("".join(pieces)) == bare("".join(text for place, text in texts(key) if place == where))


@pytest.mark.parametrize("key", PLACES)
def test_no_printed_step_is_left_out(key):
    """Of the table's lines nothing remains once every text is taken out, but numbers, symbols and marks of lists."""
    first, last = PLACES[key]
    lines = BOOKLET.read_text(encoding="utf-8").splitlines()[first - 1 : last]
    table = bare("|".join(line for line in lines if re.match(r"\s*\d+,?[\t ]", line) and line.count("\t") > 4))
    torn = TORN.get(key, {})
    found = [text for _, text in texts(key)] + [piece for pieces in torn.values() for piece in pieces]
    for text in sorted(map(bare, found), key=len, reverse=True):
        table = table.replace(text, "|")
    assert [each for each in re.findall(r"[A-Za-z]{4,}", table) if each not in SYMBOLS] == []
