"""The reasons that connectors give: those that pages translate are those that are given."""

import re
from pathlib import Path

import engine
from webui import i18n, reasons

CONNECTORS = Path(engine.__file__).parent / "connectors"
_GIVEN = re.compile(r'(?:invalid\(\w+, |reason=|limit\(.*, )"([^"{}]+)"\)')


def test_what_connectors_say_is_what_pages_translate(site):
    source = "\n".join(path.read_text(encoding="utf-8") for path in CONNECTORS.glob("*.py"))
    catalogue = i18n.catalogue("id")
    with site.test_request_context(headers={"Accept-Language": "en"}):
        texts = {each._args[0] for each in reasons.TEXTS}
    assert set(_GIVEN.findall(source)) <= texts
    for text in texts:
        assert f'"{text}"' in source, text
        assert catalogue.gettext(text) != text


def test_a_stored_error_is_told_whole_in_the_readers_language(site):
    error = {
        "message": "The input to of the connector mail is not valid: it must be a text that is not empty",
        "template": "The input {name} of the connector {connector} is not valid: {reason}",
        "place": {"name": "to", "connector": "mail", "reason": "it must be a text that is not empty"},
    }
    within = {
        "message": "",
        "template": "The connector {connector} failed: {reason}",
        "place": {"connector": "x", "reason": error},
    }
    told = "Masukan to untuk konektor mail tidak sah: harus berupa teks yang tidak kosong"
    with site.test_request_context():
        assert i18n.told(error) == told
        assert i18n.told(within) == f"Konektor x gagal: {told}"
        assert i18n.told({"message": "KeyError: 'x'", "template": "", "place": {}}) == "KeyError: 'x'"
