"""A SOP as the office prints it: the identity block and the table of steps with their mutu baku, from the diagram alone."""

import itertools
import re
import shutil
import textwrap
from collections.abc import Iterator
from typing import TypedDict

from engine.diagrams import model

IDENTITY = {
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
"""Process property ``sop.NAME`` -> the office's heading, in the order of the printed form."""
LISTS = frozenset({"dasar_hukum", "kualifikasi", "keterkaitan", "peralatan", "peringatan", "pencatatan"})
_NARROWEST, _USUAL, _WIDEST = 100, 140, 200
_LONGEST_WORD = 24


class Row(TypedDict):
    """One numbered step; ``no`` is the printed number, lists are in the source's order."""

    no: str
    kegiatan: str
    pelaksana: str
    kelengkapan: list[str]
    waktu: str
    output: list[str]
    keterangan: str


class Document(TypedDict):
    """A SOP: ``identity`` maps the names of :data:`IDENTITY` to a text, or a list for :data:`LISTS`; empty is empty."""

    key: str
    identity: dict[str, str | list[str]]
    rows: list[Row]


def document(process: model.Process) -> Document:
    """Read a process as a SOP. Tasks of one number are one row; a task without a number is no step of the printed SOP."""
    identity: dict[str, str | list[str]] = {}
    for name in IDENTITY:
        text = process.properties.get(f"sop.{name}", "").strip()
        identity[name] = split(text) if name in LISTS else text
    identity["nama"] = identity["nama"] or process.name
    rows: dict[str, Row] = {}
    for node in process.nodes():
        no = node.properties.get("sop.no", "").strip()
        if no:
            _add(rows, no, node)
    return {"key": process.id, "identity": identity, "rows": sorted(rows.values(), key=_order)}


def split(text: str) -> list[str]:
    """Give the values of a list property, which are joined by semicolons."""
    return [part for each in text.split(";") if (part := each.strip())]


def _add(rows: dict[str, Row], no: str, node: model.Node) -> None:
    texts = {name: node.properties.get(f"sop.{name}", "").strip() for name in ("kegiatan", "waktu", "keterangan")}
    lists = {name: split(node.properties.get(f"sop.{name}", "")) for name in ("kelengkapan", "output")}
    lane = node.lane or ""
    if no not in rows:
        rows[no] = {
            "no": no,
            "kegiatan": texts["kegiatan"] or node.name,
            "pelaksana": lane,
            "kelengkapan": lists["kelengkapan"],
            "waktu": texts["waktu"],
            "output": lists["output"],
            "keterangan": texts["keterangan"],
        }
        return
    row = rows[no]
    row["waktu"] = _merged(row["waktu"], texts["waktu"], "; ")
    row["keterangan"] = _merged(row["keterangan"], texts["keterangan"], "; ")
    row["kegiatan"] = _merged(row["kegiatan"], texts["kegiatan"], " / ")
    row["pelaksana"] = _merged(row["pelaksana"], lane, " / ")
    for known, more in ((row["kelengkapan"], lists["kelengkapan"]), (row["output"], lists["output"])):
        known.extend(each for each in more if each not in known)


def _merged(before: str, more: str, between: str) -> str:
    if not more or more in before.split(between):
        return before
    return f"{before}{between}{more}" if before else more


def _order(row: Row) -> tuple[tuple[int, str], ...]:
    """Sort 2 before 10, and 2a after 2."""
    parts = re.findall(r"\d+|\D+", row["no"])
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def lines(sop: Document) -> Iterator[str]:
    """Give the document as text, as wide as the terminal."""
    width = min(max(shutil.get_terminal_size((_USUAL, 24)).columns, _NARROWEST), _WIDEST)
    for name, heading in IDENTITY.items():
        yield from _identity(heading, sop["identity"][name], width)
    yield ""
    yield from _table(sop["rows"], width)


def _identity(heading: str, value: str | list[str], width: int) -> Iterator[str]:
    label = max(map(len, IDENTITY.values()))
    texts = [f"- {each}" for each in value] if isinstance(value, list) else [value]
    wrapped = [line for text in texts for line in textwrap.wrap(text, width - label - 3)]
    yield f"{heading:{label}} : {wrapped[0] if wrapped else ''}".rstrip()
    for line in wrapped[1:]:
        yield f"{'':{label}}   {line}"


_HEADINGS = ("No", "Kegiatan", "Pelaksana", "Kelengkapan", "Waktu", "Output", "Keterangan")
_SHARES = (0.04, 0.31, 0.13, 0.17, 0.09, 0.14, 0.12)
_Cells = list[list[str]]


def _table(rows: list[Row], width: int) -> Iterator[str]:
    heading: _Cells = [[each] for each in _HEADINGS]
    body = [_cells(row) for row in rows]
    room = width - 3 * (len(_HEADINGS) - 1)
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
