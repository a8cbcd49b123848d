"""What a diagram gives is read with its limits; what is wrong is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import errors
from engine.connectors.arguments import Arguments


def of(**values: object) -> Arguments:
    return Arguments("mail", values)


@given(st.text())
def test_a_line_is_one_line_of_characters_that_exist(text):
    try:
        line = of(subject=text).line("subject", 1000)
    except errors.ConnectorInputInvalid:
        return
    assert line == text
    assert len(line.splitlines()) == 1
    assert line.encode()


def test_a_text_may_have_lines_and_tabs():
    assert of(text="Yth.\n\tIbu\r\n").text("text", 100) == "Yth.\n\tIbu\r\n"


def test_a_limit_is_the_last_that_is_allowed():
    assert of(text="12345").text("text", 5)
    with pytest.raises(errors.ConnectorInputTooLarge, match="text of the connector mail has 6 characters, more than 5"):
        of(text="123456").text("text", 5)


@pytest.mark.parametrize("value", [None, "", " \n", 12, ["a"], "\0", "\ud800"])
def test_what_is_no_text_is_named(value):
    with pytest.raises(errors.ConnectorInputInvalid, match="text") as caught:
        of(text=value).text("text", 100)
    assert isinstance(caught.value, errors.ConnectorRefused)


def test_a_context_that_is_not_given_is_empty():
    assert of().context("query", 5) == of(query=None).context("query", 5) == {}


@pytest.mark.parametrize("value", ["a", 1, [("a", 1)], {1: "a"}, {str(number): 1 for number in range(6)}])
def test_what_is_no_context_is_named(value):
    with pytest.raises(errors.ConnectorInputInvalid, match="query"):
        of(query=value).context("query", 5)
