"""A SOP as the office prints it: the identity block and the table of steps with their mutu baku, from the diagram alone."""

import itertools
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import TypedDict

from engine.diagrams import model, sop

HEADINGS = {
    "nama": "Nama SOP",
    "nomor": "Nomor SOP",
    "unit": "Unit",
    "tanggal_pembuatan": "Tanggal pembuatan",
    "tanggal_revisi": "Tanggal revisi",
    "tanggal_efektif": "Tanggal efektif",
    "disahkan_oleh": "Disahkan oleh",
    "dasar_hukum": "Dasar hukum",
    "kualifikasi": "Kualifikasi pelaksana",
    "keterkaitan": "Keterkaitan",
    "peralatan": "Peralatan/perlengkapan",
    "peringatan": "Peringatan",
    "pencatatan": "Pencatatan dan pendataan",
}
"""The identity block's headings, in the order of the printed form."""
_NARROWEST, _USUAL, _WIDEST = 100, 140, 200
_LONGEST_WORD = 24


class Row(TypedDict):
    """One line of the table; ``no`` is the printed number, lists are in the source's order."""

    no: str
    kegiatan: str
    pelaksana: str
    kelengkapan: list[str]
    waktu: str
    output: list[str]
    keterangan: str


class Document(TypedDict):
    """A SOP: ``identity`` maps the names of :data:`HEADINGS` to a text or a list of texts; empty is empty."""

    key: str
    identity: dict[str, str | list[str]]
    rows: list[Row]


def document(process: model.Process) -> Document:
    """Read a process as the SOP that it was drawn from. Tasks of one number are one line."""
    identity = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(sop.identity(process)).items()
    }
    return {"key": process.id, "identity": identity, "rows": [_row(line) for line in sop.lines(process)]}


def _row(line: sop.Line) -> Row:
    return {
        "no": line.no,
        "kegiatan": line.kegiatan,
        "pelaksana": line.pelaksana,
        "kelengkapan": list(line.kelengkapan),
        "waktu": line.waktu,
        "output": list(line.output),
        "keterangan": line.keterangan,
    }


def lines(printed: Document) -> Iterator[str]:
    """Give the document as text, as wide as the terminal."""
    width = min(max(shutil.get_terminal_size((_USUAL, 24)).columns, _NARROWEST), _WIDEST)
    for name, heading in HEADINGS.items():
        yield from _identity(heading, printed["identity"][name], width)
    yield ""
    yield from _table(printed["rows"], width)


def _identity(heading: str, value: str | list[str], width: int) -> Iterator[str]:
    label = max(map(len, HEADINGS.values()))
    texts = [f"- {each}" for each in value] if isinstance(value, list) else [value]
    wrapped = [line for text in texts for line in textwrap.wrap(text, width - label - 3)]
    yield f"{heading:{label}} : {wrapped[0] if wrapped else ''}".rstrip()
    for line in wrapped[1:]:
        yield f"{'':{label}}   {line}"


_COLUMNS = ("No", "Kegiatan", "Pelaksana", "Kelengkapan", "Waktu", "Output", "Keterangan")
_SHARES = (0.04, 0.31, 0.13, 0.17, 0.09, 0.14, 0.12)
_Cells = list[list[str]]


def _table(rows: list[Row], width: int) -> Iterator[str]:
    heading: _Cells = [[each] for each in _COLUMNS]
    body = [_cells(row) for row in rows]
    room = width - 3 * (len(_COLUMNS) - 1)
    widths = [
        max(int(share * room), *(_longest_word(line[column]) for line in (heading, *body)))
        for column, share in enumerate(_SHARES)
    ]
    yield from _printed(heading, widths)
    for each in body:
        yield "-+-".join("-" * width for width in widths)
        yield from _printed(each, widths)


def _cells(row: Row) -> _Cells:
    return [
        [row["no"]],
        [row["kegiatan"]],
        [row["pelaksana"]],
        [f"- {each}" for each in row["kelengkapan"]],
        [row["waktu"]],
        [f"- {each}" for each in row["output"]],
        [row["keterangan"]],
    ]


def _longest_word(texts: list[str]) -> int:
    return min(max((len(word) for text in texts for word in text.split()), default=0), _LONGEST_WORD)


def _printed(cells: _Cells, widths: list[int]) -> Iterator[str]:
    columns = [
        [line for text in texts for line in textwrap.wrap(text, width)]
        for texts, width in zip(cells, widths, strict=True)
    ]
    for line in itertools.zip_longest(*columns, fillvalue=""):
        yield " | ".join(f"{cell:{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
