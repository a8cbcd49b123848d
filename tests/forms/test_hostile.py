"""Whatever is written into a form's file or sent to a form, the answer is a message, never a crash."""

import contextlib
import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import FormUnreadable
from engine.forms import answers, definition, validation

ZONE = ZoneInfo("Asia/Makassar")
KINDS = [
    "textfield",
    "textarea",
    "number",
    "datetime",
    "checkbox",
    "radio",
    "select",
    "checklist",
    "taglist",
    "filepicker",
    "expression",
]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.dates(), st.datetimes(), st.times(),
    st.sampled_from(["on", "a", "b", "=x", "=1+", "{{x}}", "{{", "2026-11-22", "08:15", "1.000", "9" * 190, "1,5", "\ud800", "\0", "today"]),
    st.just(validation.Upload("a.pdf")), st.decimals(allow_nan=True),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["x", "y", "_row", "_at", "__proto__", "value", "label"]), inner, max_size=4)
    ),
    max_leaves=8,
)  # fmt: skip
JSONS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(["=x", "=1+", "{{x}}", "a.b", "today"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip
PROPERTIES = [
    "id", "key", "path", "type", "label", "description", "text", "content", "values", "valuesKey", "valuesExpression", "validate", "conditional",
    "readonly", "disabled", "layout", "properties", "appearance", "defaultValue", "defaultRepetitions", "subtype", "increment", "decimalDigits",
    "accept", "expression", "components", "min", "max", "minLength", "maxLength", "pattern", "required", "hide", "row", "columns", "minRows",
]  # fmt: skip


def leaf(kind, key, **more):
    values = [{"value": "a"}, {"value": "b"}] if kind in {"radio", "select", "checklist", "taglist"} else None
    return {"type": kind, "key": key, "expression": "=t2", "values": values, **more}


def every():
    fields = [leaf(kind, f"{kind}1") for kind in KINDS]
    steps = [leaf("number", "n2", increment=0.5), leaf("number", "n3", serializeToString=True, decimalDigits=2)]
    moments = [leaf("datetime", f"d{number}", subtype=kind) for number, kind in enumerate(("time", "datetime"))]
    asked = [
        leaf("textfield", "t2", validate={"pattern": "^[a-z]+$"}),
        leaf("textfield", "t3", validate={"validationType": "email"}),
    ]
    rows = {"type": "dynamiclist", "path": "x", "components": [{"type": "group", "path": "y", "components": fields}]}
    return [
        *fields,
        *steps,
        *moments,
        *asked,
        rows,
        {"type": "group", "path": "y", "components": [leaf("textfield", "x")]},
    ]


@pytest.fixture(scope="module")
def form():
    return definition.read(json.dumps({"type": "default", "id": "semua", "components": every()}).encode())


NAMES = ["x", "y", "n2", "n3", "d0", "d1", "t2", "t3", *(f"{kind}1" for kind in KINDS)]


@settings(max_examples=300, deadline=None)
@given(sent=st.dictionaries(st.sampled_from(NAMES), ANYTHING), stored=st.dictionaries(st.sampled_from(NAMES), ANYTHING))
def test_anything_may_be_sent(form, sent, stored):
    result = validation.validate(form, sent, variables=stored, today=date(2026, 11, 22), zone=ZONE)
    assert set(result.values) <= form.names
    for messages in result.errors.values():
        assert all(str(message) for message in messages)
    validation.initial(form, stored, now=datetime(2026, 11, 22, tzinfo=ZONE))


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from([*KINDS, "group", "dynamiclist", "text", "html"]),
    own=st.dictionaries(st.sampled_from(PROPERTIES), JSONS, max_size=5),
)
def test_anything_may_be_written_into_a_form(kind, own):
    component = {**leaf(kind, "k"), "path": "p", "components": [leaf("textfield", "z")], **own}
    source = json.dumps({"type": "default", "id": "coba", "components": [component]}).encode()
    with contextlib.suppress(FormUnreadable):
        form = definition.read(source)
        validation.validate(form, {"k": "1", "p": [{"z": 1}]}, variables={}, today=date(2026, 11, 22), zone=ZONE)


@settings(max_examples=200, deadline=None)
@given(source=st.binary(max_size=200))
def test_anything_may_be_called_a_form(source):
    with pytest.raises(FormUnreadable):
        definition.read(source + b"{")


def test_whatever_is_asked_for_has_a_plausible_answer(form):
    sent = answers.plausible(form, {}, now=datetime(2026, 11, 22, tzinfo=ZONE))
    assert not validation.validate(form, sent, variables={}, today=date(2026, 11, 22), zone=ZONE).errors
