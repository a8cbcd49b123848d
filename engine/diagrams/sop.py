"""A process as the SOP that it was drawn from: the identity block and the official table, for people and documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from engine.diagrams import model

# process-level properties, in the order of the office's own form
IDENTITY = (
    "sop.nama",
    "sop.nomor",
    "sop.unit",
    "sop.tanggal_pembuatan",
    "sop.tanggal_revisi",
    "sop.tanggal_efektif",
    "sop.disahkan_oleh",
    "sop.dasar_hukum",
    "sop.keterkaitan",
    "sop.peringatan",
    "sop.kualifikasi",
    "sop.peralatan",
    "sop.pencatatan",
)
STEP = ("sop.no", "sop.kegiatan", "sop.kelengkapan", "sop.waktu", "sop.output", "sop.keterangan")
MUTU_BAKU = ("sop.kelengkapan", "sop.waktu", "sop.output")
SUPERSEDED = "sop.digantikan_oleh"
"""Names the process that came in the place of one that is dicabut (PermenPAN-RB 35/2012: a revoked SOP is kept)."""
NEEDED = ("sop.nama", "sop.nomor")
LISTS = frozenset((*IDENTITY[IDENTITY.index("sop.dasar_hukum") :], "sop.kelengkapan", "sop.output"))
_JOINT = "; "
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity block at the head of an SOP; texts are as the source has them, "" or () where it has none."""

    nama: str
    nomor: str
    unit: str
    tanggal_pembuatan: str
    tanggal_revisi: str
    tanggal_efektif: str
    disahkan_oleh: str
    dasar_hukum: tuple[str, ...]
    keterkaitan: tuple[str, ...]
    peringatan: tuple[str, ...]
    kualifikasi: tuple[str, ...]
    peralatan: tuple[str, ...]
    pencatatan: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A step that has a number: who does it (``pelaksana``: the lane) and its mutu baku."""

    element: str
    no: str
    kegiatan: str
    pelaksana: str
    kelengkapan: tuple[str, ...]
    waktu: str
    output: tuple[str, ...]
    keterangan: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the printed table: all steps (``elements``) of one number, with all who do them."""

    elements: tuple[str, ...]
    no: str
    kegiatan: str
    pelaksana: str
    kelengkapan: tuple[str, ...]
    waktu: str
    output: tuple[str, ...]
    keterangan: str


def identity(process: model.Process) -> Identity:
    """Give the identity block; the name falls back to the process's own."""
    text = process.properties.get
    return Identity(
        nama=text("sop.nama") or process.name or process.id,
        nomor=text("sop.nomor", ""),
        unit=text("sop.unit", ""),
        tanggal_pembuatan=text("sop.tanggal_pembuatan", ""),
        tanggal_revisi=text("sop.tanggal_revisi", ""),
        tanggal_efektif=text("sop.tanggal_efektif", ""),
        disahkan_oleh=text("sop.disahkan_oleh", ""),
        dasar_hukum=parts(text("sop.dasar_hukum", "")),
        keterkaitan=parts(text("sop.keterkaitan", "")),
        peringatan=parts(text("sop.peringatan", "")),
        kualifikasi=parts(text("sop.kualifikasi", "")),
        peralatan=parts(text("sop.peralatan", "")),
        pencatatan=parts(text("sop.pencatatan", "")),
    )


def superseded_by(process: model.Process) -> str:
    """Give the key of the process that came in the place of this one, "" for one that is in force."""
    return process.properties.get(SUPERSEDED, "")


def rows(process: model.Process) -> tuple[Row, ...]:
    """Give the table's steps: every one that has a ``sop.no``, in the order of the numbers, then of the diagram.

    Several tasks may share a number (one line of the source drawn as two); a step without one is none of the source's.
    """
    found = [
        Row(
            element=node.id,
            no=number,
            kegiatan=node.properties.get("sop.kegiatan") or node.name,
            pelaksana=node.lane or "",
            kelengkapan=parts(node.properties.get("sop.kelengkapan", "")),
            waktu=node.properties.get("sop.waktu", ""),
            output=parts(node.properties.get("sop.output", "")),
            keterangan=node.properties.get("sop.keterangan", ""),
        )
        for node in process.nodes()
        if (number := node.properties.get("sop.no"))
    ]
    return tuple(sorted(found, key=lambda row: _order(row.no)))


def lines(process: model.Process) -> tuple[Line, ...]:
    """Give the table's lines: steps of one number are one, and what they have in common stands there once."""
    return tuple(_line(no, tuple(same)) for no, same in groupby(rows(process), key=lambda row: row.no))


def _line(no: str, steps: tuple[Row, ...]) -> Line:
    return Line(
        elements=tuple(step.element for step in steps),
        no=no,
        kegiatan=" / ".join(_once(step.kegiatan for step in steps)),
        pelaksana=" / ".join(_once(step.pelaksana for step in steps)),
        kelengkapan=_once(each for step in steps for each in step.kelengkapan),
        waktu=_JOINT.join(_once(step.waktu for step in steps)),
        output=_once(each for step in steps for each in step.output),
        keterangan=_JOINT.join(_once(step.keterangan for step in steps)),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(texts) if each)


def parts(text: str) -> tuple[str, ...]:
    """Take a list value apart; ``join`` puts it together."""
    return tuple(part for each in text.split(_JOINT.strip()) if (part := each.strip()))


def join(values: tuple[str, ...]) -> str:
    """Put a list value together as a property holds it."""
    return _JOINT.join(values)


def _order(number: str) -> tuple[tuple[int, str], ...]:
    """Order "2" before "10", and "3a" between "3" and "4"."""
    order: list[tuple[int, str]] = []
    for each in number.replace(",", ".").split("."):
        digits = each.strip()
        head = len(digits) - len(digits.lstrip("0123456789"))
        order.append((int(digits[:head]) if 0 < head <= _DIGITS else 0, digits[head:]))
    return tuple(order)
