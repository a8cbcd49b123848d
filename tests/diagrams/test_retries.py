from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagrams import retries


@pytest.mark.parametrize(
    ("text", "retry"),
    [
        ("R5/PT10M", (5, timedelta(minutes=10))),
        ("R1/PT1S", (1, timedelta(seconds=1))),
        ("R20/P1W2DT3H4M5S", (20, timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5))),
    ],
)
def test_a_retry_is_tries_and_a_delay(text, retry):
    assert retries.parse(text) == retry


@pytest.mark.parametrize(
    "text",
    ["", "R", "5", "R/PT10M", "R0/PT10M", "R21/PT10M", "R5/PT0S", "R5/PT0.5S", "R5/P", "R5/PT", "R5/P1DT", "R5/P1M", "R5/P1Y",
     "R5/P367D", "R5/-PT1M", "R5/PT10M,PT20M", " R5/PT10M", "R5/2026-01-01/PT1M", "${retry}"],
)  # fmt: skip
def test_anything_else_is_none(text):
    assert retries.parse(text) is None


@given(st.integers(1, 20), st.integers(1, 366 * 86_400))
def test_what_is_written_is_read(tries, seconds):
    assert retries.parse(f"R{tries}/PT{seconds}S") == (tries, timedelta(seconds=seconds))
