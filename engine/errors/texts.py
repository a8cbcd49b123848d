"""Errors of what analysts write and people answer: expressions, diagrams, forms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from engine.errors.branches import InputError


class ExpressionError(InputError):
    """The expression "{expression}" is wrong at position {position}: {reason}

    ``position`` is the 0-based offset in the expression, ``None`` where the error is not at one place.
    """


class ExpressionLimit(ExpressionError):
    """The expression "{expression}" needs too much time or memory."""


class DiagramUnreadable(InputError):
    """The diagram cannot be read: {reason} (line {line})

    ``line`` is 1-based, 0 where none is known.
    """


class Problem(Protocol):
    """What an error needs to know of a finding of :mod:`engine.diagrams.checking`."""

    @property
    def severity(self) -> str:
        """Give ``error``, ``warning`` or ``info``."""

    @property
    def code(self) -> str:
        """Give the stable name of the rule."""

    @property
    def message(self) -> str:
        """Give the sentence for people."""

    @property
    def element(self) -> str | None:
        """Give the id of the element, if it is about one."""

    @property
    def line(self) -> int:
        """Give the 1-based line, 0 where unknown."""

    @property
    def hint(self) -> str:
        """Give the way out."""

    @property
    def template(self) -> str:
        """Give the message before its places were filled."""

    @property
    def hint_template(self) -> str:
        """Give the hint before its places were filled."""

    @property
    def place(self) -> Mapping[str, object]:
        """Give what fills the places."""


class DiagramRefused(InputError):
    """{name} cannot be deployed: {count} error(s), the first is: {first}

    ``findings`` holds every finding, those that are no errors too. ``name`` is the file's.
    """

    def __init__(self, findings: Iterable[Problem] = (), **place: object) -> None:
        self.findings = tuple(findings)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        super().__init__(**{"count": len(errors), "first": errors[0].message if errors else "", **place})


class FormUnreadable(InputError):
    """The form {key} cannot be read: {reason} (at {path})"""


class Answer(Protocol):
    """What an error needs to know of a message of :mod:`engine.forms.validation`."""

    @property
    def id(self) -> str:
        """Give the English message id, with ``{places}``."""

    @property
    def params(self) -> Mapping[str, object]:
        """Give what fills the places."""


class FormInvalid(InputError):
    """Some answers are missing or not valid: {fields}

    ``errors`` maps each field's path to its messages.
    """

    def __init__(self, errors: Mapping[str, Sequence[Answer]] | None = None, **place: object) -> None:
        self.errors = {path: list(messages) for path, messages in (errors or {}).items()}
        super().__init__(**{"fields": ", ".join(self.errors), **place})
