"""BPMN files as XML, read with distrust: whatever the bytes are, the outcome is a small tree or ``DiagramUnreadable``.

The bytes are decoded here, not by the XML library, so there is one gate for encodings; a DOCTYPE is refused before the
library sees it, so no entity is ever declared; nothing is fetched, included or validated.
"""

import codecs
import re
from itertools import chain

from lxml import etree

from engine import errors
from engine.expressions import messages

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XINCLUDE = "http://www.w3.org/2001/XInclude"

MAX_BYTES = 5_000_000
MAX_ELEMENTS = 150_000
MAX_ATTRIBUTES = 600_000
MAX_DEPTH = 100

# why a file is unreadable: message ids of the catalogues
REASONS = {
    "too-large": messages.Message("it is larger than {limit} MB"),
    "malformed": messages.Message("it is not well-formed XML: {reason}"),
    "utf-32": messages.Message("its encoding is UTF-32; save it as UTF-8"),
    "xml-version": messages.Message("it is XML {version}; only XML 1.0 is read"),
    "utf-16": messages.Message("it is UTF-16 but declares another encoding"),
    "utf-8": messages.Message("it is marked as UTF-8 but declares another encoding"),
    "encoding": messages.Message("its encoding {encoding} is not read; save it as UTF-8"),
    "wrong-byte": messages.Message("byte {byte} does not belong to its encoding; save it as UTF-8"),
    "character": messages.Message("character {character} is not allowed in XML"),
    "doctype": messages.Message("it has a DOCTYPE; document types and entities are not accepted"),
    "empty": messages.Message("it is empty"),
    "too-many": messages.Message("it has more than {limit} elements"),
    "no-bpmn": messages.Message("it is no BPMN 2.0: its root is {root}, not bpmn:definitions"),
    "instruction": messages.Message("it has the processing instruction {text}"),
    "xinclude": messages.Message("it includes another file (XInclude)"),
    "too-deep": messages.Message("its elements are nested more than {limit} deep"),
    "no-process": messages.Message("it holds no process"),
    "too-many-steps": messages.Message("it has more than {limit} steps"),
}

# What modelers write. Everything else (UTF-7, UTF-32, EBCDIC ...) is a way past filters, not a way to store a diagram.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "windows-1252": "cp1252",
}
_DECLARATION = re.compile(r"<\?xml(?=[\s?])(.*?)\?>", re.DOTALL)
_PSEUDO = re.compile(r"""\s+(version|encoding|standalone)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PROLOG = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
# https://www.w3.org/TR/xml/#charsets, and the two that Python's decoders let through
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse(source: bytes) -> etree._Element:
    """Parse a BPMN file and give its ``bpmn:definitions`` element.

    Comments are left out; ``sourceline`` is the line in the file. Raises :class:`engine.errors.DiagramUnreadable`, and
    nothing else, whatever the bytes are.
    """
    if len(source) > MAX_BYTES:
        raise unreadable("too-large", limit=MAX_BYTES // 1_000_000)
    text = _decode(source)
    _refuse_tricks(text)
    try:
        root = etree.fromstring(text.encode(), _parser())
    except etree.XMLSyntaxError as error:
        raise unreadable("malformed", error.lineno or 0, reason=_plain(error)) from None
    except ValueError as error:
        raise unreadable("malformed", reason=error) from None
    _refuse_shapes(root)
    return root


def unreadable(code: str, at: int = 0, /, **place: object) -> errors.DiagramUnreadable:
    """Make the error for one of the ``REASONS``."""
    reason = messages.Sentence(REASONS[code].format_map(place))
    reason.template, reason.place = REASONS[code], {name: str(value) for name, value in place.items()}
    return errors.DiagramUnreadable(reason=reason, line=at)


def line(element: etree._Element) -> int:
    """Give the element's line in the file, 0 where the library does not know it."""
    found = element.sourceline
    return int(found) if found else 0


def write(root: etree._Element) -> bytes:
    """Give the tree back as a UTF-8 file."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _parser() -> etree.XMLParser:
    # a parser keeps state between documents, so each file gets its own
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        collect_ids=False,
    )


def _plain(error: etree.XMLSyntaxError) -> str:
    return re.sub(r",? ?line \d+, column \d+.*$", "", str(error.msg or error)).strip()


def _decode(source: bytes) -> str:
    """Decode by byte order mark, else by the declaration, else as UTF-8; the result has no declaration."""
    encoding = None
    if source.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise unreadable("utf-32", 1)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if source.startswith(mark):
            encoding, source = name, source[len(mark) :]
    head = source[:400].decode(encoding or "latin-1", "replace")
    declaration = _DECLARATION.match(head)
    pseudo = {key: a or b for key, a, b in _PSEUDO.findall(declaration.group(1))} if declaration else {}
    if pseudo.get("version", "1.0") != "1.0":
        raise unreadable("xml-version", 1, version=pseudo["version"][:10])
    declared = pseudo.get("encoding", "").lower()
    if encoding and encoding.startswith("utf-16"):
        if declared not in ("", "utf-16", encoding):
            raise unreadable("utf-16", 1)
    elif encoding:
        if declared not in ("", "utf-8", "utf8"):
            raise unreadable("utf-8", 1)
    elif declared and declared not in _ENCODINGS:
        raise unreadable("encoding", 1, encoding=f"{declared[:40]!r}")
    try:
        text = source.decode(encoding or _ENCODINGS.get(declared, "utf-8"))
    except UnicodeDecodeError as error:
        at = source.count(b"\n", 0, error.start) + 1
        raise unreadable("wrong-byte", at, byte=error.start) from None
    if declaration and (found := _DECLARATION.match(text)):
        text = "\n" * found.group().count("\n") + text[found.end() :]  # lines stay where they were
    return text


def _refuse_tricks(text: str) -> None:
    """Refuse what could cost or do something before or while the library reads it."""
    if bad := _FORBIDDEN.search(text):
        at = text.count("\n", 0, bad.start()) + 1
        raise unreadable("character", at, character=f"U+{ord(bad.group()):04X}")
    position = 0
    while found := _PROLOG.match(text, position):
        position = found.end()
    if text[position : position + 9].upper() == "<!DOCTYPE":
        at = text.count("\n", 0, position) + 1
        raise unreadable("doctype", at)
    if not text.strip():
        raise unreadable("empty")
    # both counts are upper bounds that cost nothing; a closing tag counts too
    if text.count("<") > 2 * MAX_ELEMENTS or text.count("=") > MAX_ATTRIBUTES:
        raise unreadable("too-many", limit=MAX_ELEMENTS)


def _refuse_shapes(root: etree._Element) -> None:
    """Refuse trees that are no BPMN, too deep, or that ask readers to fetch or run something."""
    if root.tag != f"{{{BPMN}}}definitions":
        raise unreadable("no-bpmn", line(root), root=f"{root.tag!r:.120}")
    for instruction in chain(root.itersiblings(preceding=True), root.iter(etree.PI), root.itersiblings()):
        raise unreadable("instruction", line(instruction), text=f"{str(instruction)[:40]!r}")  # comments were left out
    for wrong in root.iter(f"{{{XINCLUDE}}}*"):
        raise unreadable("xinclude", line(wrong))
    if root.xpath("boolean(/" + "*/" * MAX_DEPTH + "*)"):
        raise unreadable("too-deep", limit=MAX_DEPTH)
