"""The modeler's own words: each has its Indonesian one."""

import json
import re
from pathlib import Path

import pytest

MODELER = Path(__file__).parents[2] / "webui" / "frontend" / "src" / "modeler"
SOURCES = [MODELER.with_suffix(".js"), *sorted(MODELER.rglob("*.js"))]
LITERAL = r"""'((?:[^'\\]|\\.)+)'|"((?:[^"\\]|\\.)+)\""""
PLACES = [
    rf"\b(?:label|naming|hint|title):\s*(?:{LITERAL})",  # of a field, a list or a group
    rf"\bhint:[^\n]*?\?\s*(?:{LITERAL})",  # a hint that is there at times
    rf"\b(?:translate|say|once)\(\s*(?:{LITERAL})",
    rf"\bchoices\(panel, (?:{LITERAL})",
    rf"\bgroup\(panel, element, '[\w-]+', (?:{LITERAL})",
    rf"^\s*\['[^\n]+?', (?:{LITERAL})(?:, '(?:line|text|list)')?\],?$",  # an example and its meaning, a row and its title
    rf"\['[^'\n]+', (?=.\w+ )(?:{LITERAL})\]",  # an example beside others
    rf"^\s*return (?:{LITERAL});$",
]
# The form's own columns have one name in every language; one text is nothing but what fills it.
SAME = {"{reason}", "Kelengkapan", "Keterangan", "Mutu Baku", "Output", "Waktu"}


@pytest.fixture(scope="module")
def words():
    return json.loads((MODELER / "id.json").read_text(encoding="utf-8"))


def texts():
    """Give every text that the sources ask a translation for."""
    for source in SOURCES:
        code = source.read_text(encoding="utf-8")
        for place in PLACES:
            for single, double in re.findall(place, code, re.MULTILINE):
                yield re.sub(r"\\(.)", r"\1", single or double)


def test_every_text_of_the_modeler_is_translated(words):
    asked = set(texts())
    assert {
        "Connector",
        "Not chosen yet",
        "three days",
        "five tries, ten minutes apart",
        "Not deployed: mend the errors below first.",
        "Which version",
    } <= asked
    asked |= {f"{{name}}{note}" for note in (" (required)", " (unknown)")}  # put together from an input's name
    assert asked - set(words) - SAME == set()


def test_a_translation_fills_in_what_the_original_does(words):
    for original, translated in words.items():
        assert set(re.findall(r"{\w+}", original)) == set(re.findall(r"{\w+}", translated)), original
