from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import errors
from engine.diagrams import model
from engine.execution import correlation, specs, steps
from tests.execution.drawing import NOON, Case, draw

KEY = {"properties": {"message.key": "surat.nomor"}}
WAIT = "    start S -> C\n    catch-message C: BALASAN -> A\n    user A"
SEND = "    start S -> K\n    send K: BALASAN -> A\n    user A"
PLAIN = (
    st.integers(-(2**53), 2**53)
    | st.floats(-1e150, 1e150)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.booleans()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("Asia/Makassar")]))
    | st.timedeltas(timedelta(days=-900), timedelta(days=900)).map(
        lambda each: timedelta(seconds=int(each.total_seconds()))
    )
)


def of_case(value) -> str | None:
    (waits,) = Case(WAIT, {"surat": {"nomor": value}}, C=KEY).subscriptions.values()
    assert waits.payload_key == "surat.nomor"
    return waits.key


def of_message(value) -> str | None:
    return correlation.key_of("surat.nomor", {"surat": {"nomor": value}, "lain": object()}, NOON)


@given(PLAIN)
def test_case_and_message_make_the_same_key_of_a_value(value):
    key = of_case(value)
    assert key is not None
    assert of_message(value) == key


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (17, "17"),
        (17.0, "17"),
        (1.5, "1.5"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        ("094/17/Diskominfo", "094/17/Diskominfo"),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (date(2026, 11, 22), "2026-11-22"),
        (time(8, 30), "08:30:00"),
        (datetime(2026, 11, 22, 8, tzinfo=ZoneInfo("Asia/Makassar")), "2026-11-22T00:00:00+00:00"),
        (datetime(2026, 11, 22, 0, tzinfo=UTC), "2026-11-22T00:00:00+00:00"),
        (timedelta(hours=1), "PT3600.000000S"),
        (None, None),
        ([17], None),
        ({"nomor": 17}, None),
        ("x" * 200, "x" * 200),
        ("x" * 201, None),
    ],
)
def test_a_key_is_text(value, key):
    assert of_case(value) == of_message(value) == key


@pytest.mark.parametrize("payload", [{}, {"surat": None}, {"surat": 17}, {"surat": {}}, {"surat": {"nomor": None}}])
def test_a_message_without_the_value_has_no_key(payload):
    assert correlation.key_of("surat.nomor", payload, NOON) is None


def test_a_payload_is_hostile():
    deep = 1
    for _ in range(5000):
        deep = [deep]
    for value in (deep, object(), 2**80 + 1):
        with pytest.raises(errors.ExpressionError):
            correlation.key_of("surat.nomor", {"surat": value}, NOON)


def test_the_value_is_that_of_the_moment_the_wait_begins():
    case = Case(WAIT.replace("S -> C", "S -> F\n    and F -> C, B\n    user B"), {"surat": {"nomor": 1}}, C=KEY)
    case.complete("B", surat={"nomor": 2})
    assert [waits.key for waits in case.subscriptions.values()] == ["1"]


def test_without_a_key_the_business_key_decides():
    (waits,) = Case(WAIT).subscriptions.values()
    assert (waits.key, waits.payload_key) == (None, "")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        (WAIT, "C"),
        ("    start S -> C\n    receive C: BALASAN", "C"),
        ("    start S -> A\n    user A\n    message C on A: BALASAN -> B\n    user B", "C"),
        ("    start S -> G\n    event G -> C\n    catch-message C: BALASAN", "C"),
        ("    start S -> A\n    user A\n    events V\n      message C: BALASAN -> B\n      user B", "C"),
    ],
)
def test_whatever_waits_for_a_message_may_have_a_key(text, node):
    (waits,) = Case(text, {"surat": {"nomor": 17}}, **{node: KEY}).subscriptions.values()
    assert (waits.node, waits.key, waits.payload_key) == (node, "17", "surat.nomor")


def test_each_item_waits_for_its_own_key():
    node = {**KEY, "properties": {"message.key": "p"}, "multi": model.MultiInstance(collection="[1, 2]", element="p")}
    case = Case("    start S -> C\n    receive C: BALASAN", C=node)
    assert [waits.key for waits in case.subscriptions.values()] == ["1", "2"]


def test_a_signal_has_no_key():
    (waits,) = Case(WAIT.replace("message", "signal"), C=KEY).subscriptions.values()
    assert (waits.key, waits.payload_key) == (None, "")


def test_a_key_that_cannot_be_read_does_not_compile():
    for text in (WAIT, SEND):
        with pytest.raises(errors.NotExecutable):
            specs.compile(
                draw(text, C={"properties": {"message.key": "a +"}}, K={"properties": {"message.key": "a +"}})
            )


# what is sent

LETTER = {
    "properties": {"message.key": "nomor"},
    "inputs": (model.Mapped("nomor + 1", "n"), model.Mapped('"ya"', "isi")),
}


@pytest.mark.parametrize(
    "text",
    [
        SEND,
        "    start S -> K\n    throw-message K: BALASAN -> A\n    user A",
        "    start S -> K\n    end-message K: BALASAN",
    ],
)
def test_a_message_is_sent_with_its_key_and_payload(text):
    (thrown,) = Case(text, {"nomor": 17}, K=LETTER).steps[0].thrown
    assert thrown == steps.Thrown(thrown.token, "K", "message", "BALASAN", "17", {"n": 18, "isi": "ya"})


def test_a_message_without_either_is_only_a_name():
    (thrown,) = Case(SEND).steps[0].thrown
    assert (thrown.key, thrown.payload) == (None, {})


def test_a_signal_carries_nothing():
    (thrown,) = Case(SEND.replace("send K", "throw-signal K"), {"nomor": 17}, K=LETTER).steps[0].thrown
    assert (thrown.kind, thrown.key, thrown.payload) == ("signal", None, {})
