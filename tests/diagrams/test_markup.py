import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import errors
from engine.diagrams import markup, reading
from tests.diagrams.drawing import bpmn, letter

GOOD = bpmn(letter()).decode()


def refused(source, reason, line=None):
    with pytest.raises(errors.DiagramUnreadable, match=reason) as caught:
        markup.parse(source)
    if line is not None:
        assert caught.value.place["line"] == line


@pytest.mark.parametrize(
    "source",
    [
        GOOD.encode(),
        codecs.BOM_UTF8 + GOOD.encode(),
        ("<?xml version='1.0' encoding='utf-8'?>" + GOOD).encode(),
        ('<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD).encode("latin-1"),
        codecs.BOM_UTF16_LE + ('<?xml version="1.0" encoding="UTF-16"?>' + GOOD).encode("utf-16-le"),
        codecs.BOM_UTF16_BE + GOOD.encode("utf-16-be"),
        ("<!-- dari Dinas Kominfo -->\n" + GOOD + "\n<!-- akhir -->").encode(),
    ],
)
def test_reads_what_modelers_save(source):
    assert reading.read(source).main == "surat-masuk"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"bukan xml", "well-formed"),
        (b"<a/>", "no BPMN 2.0"),
        (GOOD.replace("20100524/MODEL", "20100524/Model").encode(), "no BPMN 2.0"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + GOOD.encode(), "DOCTYPE"),
        (b"<!-- x -->\n<?y?> <!DOCTYPE a>" + GOOD.encode(), "DOCTYPE"),
        (b'<?xml-stylesheet href="x"?>' + GOOD.encode(), "processing instruction"),
        (GOOD.replace("<bpmn:endEvent", "<?php x ?><bpmn:endEvent").encode(), "processing instruction"),
        (GOOD.encode() + b"<?php x ?>", "processing instruction"),
        (GOOD.replace("Mencatat", "Men&catat;").encode(), "well-formed"),
        (GOOD.replace("Mencatat", "Men\x00catat").encode(), "U[+]0000"),
        (GOOD.replace("Mencatat", "Men￾catat").encode(), "U[+]FFFE"),
        (GOOD.replace("Mencatat", "Men\xe9").encode("latin-1"), "does not belong to its encoding"),
        (('<?xml version="1.1"?>' + GOOD).encode(), "XML 1.1"),
        (('<?xml version="1.0" encoding="EBCDIC-CP-US"?>' + GOOD).encode(), "encoding"),
        (codecs.BOM_UTF16_LE + ('<?xml version="1.0" encoding="UTF-8"?>' + GOOD).encode("utf-16-le"), "declares another"),
        (codecs.BOM_UTF8 + ('<?xml version="1.0" encoding="latin1"?>' + GOOD).encode(), "declares another"),
        (codecs.BOM_UTF32_LE + GOOD.encode("utf-32-le"), "UTF-32"),
        (GOOD.replace("</bpmn:process>", '<x:include xmlns:x="http://www.w3.org/2001/XInclude"/></bpmn:process>').encode(), "XInclude"),
    ],
)  # fmt: skip
def test_refuses_everything_else(source, reason):
    refused(source, reason)


def test_says_the_line():
    refused(b"<!-- satu -->\n\n<!DOCTYPE x>", "DOCTYPE", line=3)
    refused(b'<?xml version="1.0"\n  encoding="UTF-8"?>\n<a>\n<b></a>', "well-formed", line=4)


def test_lines_stay_where_they_are_in_the_file():
    head = '<?xml version="1.0"\n encoding="UTF-8"?>\n'
    diagram = reading.read((head + GOOD.replace("<bpmn:userTask", "\n\n<bpmn:userTask")).encode())
    assert diagram.process.body.nodes["catat"].line == 5


def test_a_doctype_in_a_text_is_only_text():
    source = GOOD.replace(
        "<bpmn:startEvent", "<bpmn:documentation><![CDATA[<!DOCTYPE a>]]></bpmn:documentation><bpmn:startEvent"
    )
    assert reading.read(source.encode()).process.documentation == "<!DOCTYPE a>"


def test_limits():
    refused(b"<a>" + b" " * markup.MAX_BYTES, "larger than 5 MB")
    refused(bpmn("<bpmn:task/>" * (2 * markup.MAX_ELEMENTS + 1)), "more than")
    refused(
        bpmn('<bpmn:task a="" ' + " ".join(f'a{n}=""' for n in range(markup.MAX_ATTRIBUTES)) + "/>"), "more than|larger"
    )


def test_deep_is_fine_up_to_the_limit():
    def nested(depth):
        inner = "".join(f'<bpmn:subProcess id="tahap{n}">' for n in range(depth)) + "</bpmn:subProcess>" * depth
        return bpmn(inner)

    deepest = markup.MAX_DEPTH - 2
    assert len(list(reading.read(nested(deepest)).process.nodes())) == deepest
    refused(nested(deepest + 1), "nested more than|well-formed")
    refused(nested(60_000), "well-formed|more than")


def test_nothing_is_fetched(tmp_path):
    secret = tmp_path / "rahasia.txt"
    secret.write_text("sangat rahasia")
    source = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]>{GOOD.replace("Mencatat", "&b;")}'
    refused(source.encode(), "DOCTYPE")


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_unreadable_and_nothing_else(source):
    with pytest.raises(errors.DiagramUnreadable):
        reading.read(source)


MUTATIONS = st.lists(
    st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 30), st.sampled_from(["", "<", ">", '"', "&", "\0", "é", "id", "bpmn:", "/"]))
    , min_size=1, max_size=6
)  # fmt: skip


@settings(deadline=None)
@given(MUTATIONS)
def test_a_damaged_file_is_read_or_unreadable(changes):
    text = GOOD
    for start, length, new in changes:
        text = text[:start] + new + text[start + length :]
    try:
        diagram = reading.read(text.encode())
    except errors.DiagramUnreadable:
        return
    assert diagram.process.id == diagram.main
