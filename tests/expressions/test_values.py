"""Whatever a process may hold goes through FEEL and comes back."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expressions import feel, values, zones

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ZONES = st.sampled_from([None, UTC, ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura"), ZoneInfo("America/New_York")])
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-values.SAFE_INTEGER, values.SAFE_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.dates(),
    st.times(timezones=st.sampled_from([None, UTC])),
    st.datetimes(timezones=ZONES),
    st.timedeltas(timedelta(days=-100_000), timedelta(days=100_000)),
)
data = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4))


@settings(max_examples=300, deadline=None)
@given(data)
def test_values_come_back(value):
    assert feel.evaluate("x", {"x": value}) == value


@settings(max_examples=200, deadline=None)
@given(
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)
def test_arithmetic_is_that_of_numbers(a, b):
    found = feel.evaluate("[a + b, a - b, a * b, a < b, a = b]", {"a": a, "b": b})
    assert all(
        math.isclose(one, other, rel_tol=1e-14, abs_tol=1e-300)
        for one, other in zip(found[:3], [a + b, a - b, a * b], strict=True)
    )
    assert found[3:] == [a < b, a == b]


@settings(max_examples=200, deadline=None)
@given(st.integers(-600_000_000, 2_100_000_000), st.sampled_from(["Asia/Makassar", "Europe/Paris"]))
def test_zones_agree_with_the_zone_database(seconds, zone):
    local = datetime.fromtimestamp(seconds, ZoneInfo(zone))
    later = feel.evaluate('x + duration("P30D")', {"x": local.replace(fold=0)})
    assert later == local.replace(fold=0) + timedelta(days=30)


def test_a_zone_is_read_once_and_only_from_the_database():
    assert zones.table("Asia/Makassar") is zones.table("Asia/Makassar")
    assert zones.table("asia/makassar") == zones.table("Asia/Makassar")
    assert zones.table("../../etc/passwd") is None
    starts, offsets = zones.table("Asia/Makassar") or ([], [])
    assert len(starts) == len(offsets)
    assert offsets[-1] == 8 * 3600
