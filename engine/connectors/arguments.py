"""What a diagram gives to a connector: values of FEEL, read by name and with a limit on each."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from engine import errors

_UNPRINTED = {"Cc", "Cs", "Zl", "Zp"}  # control characters, half characters, line and paragraph separators


@dataclass(frozen=True, slots=True)
class Arguments:
    """The inputs of one call. A null counts as not given; every method raises :class:`errors.ConnectorInputInvalid`."""

    connector: str
    values: Mapping[str, object]

    def invalid(self, name: str, reason: str) -> errors.ConnectorInputInvalid:
        """Make the error that says what is wrong with an input."""
        return errors.ConnectorInputInvalid(connector=self.connector, name=name, reason=reason)

    def limit(self, name: str, found: int, limit: int, unit: str) -> None:
        """Refuse an input with more than ``limit`` of something."""
        if found > limit:
            raise errors.ConnectorInputTooLarge(
                connector=self.connector, name=name, found=found, limit=limit, unit=unit
            )

    def text(self, name: str, longest: int) -> str:
        """Give a required text of any lines."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.invalid(name, "it must be a text that is not empty")
        self.limit(name, len(value), longest, "characters")
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
            raise self.invalid(name, "it has characters that are none")
        return value

    def line(self, name: str, longest: int) -> str:
        """Give a required text of one line: nothing in it ends a header."""
        value = self.text(name, longest)
        if is_broken(value):
            raise self.invalid(name, "it must be one line without control characters")
        return value

    def context(self, name: str, longest: int) -> Mapping[str, object]:
        """Give a context, empty where none is given."""
        value = self.values.get(name)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise self.invalid(name, "it must be a context")
        self.limit(name, len(value), longest, "entries")
        return value


def is_broken(text: str) -> bool:
    """Tell whether a text is more than one line or has control characters."""
    return any(unicodedata.category(character) in _UNPRINTED for character in text)
