"""The root of the tree of errors, and its branches; see :mod:`engine.errors`."""


class _Place(dict[str, object]):
    """A mapping for ``str.format_map`` in which a place that nobody filled reads ``?``: a message must never fail."""

    def __missing__(self, key: str) -> str:
        return "?"


class LajurError(Exception):
    """Lajur could not do this.

    ``place`` holds the keyword arguments: they fill the template and tell the caller what it was about.
    """

    def __init__(self, **place: object) -> None:
        super().__init__()
        self.place = place

    @classmethod
    def template(cls) -> str:
        """Give the message with its ``{places}`` unfilled: the message id of the catalogues."""
        return " ".join((cls.__doc__ or cls.__name__).strip().partition("\n\n")[0].split())

    def __str__(self) -> str:
        return self.template().format_map(_Place(self.place))


# The branches --------------------------------------------------------------------------------------------------------


class InputError(LajurError):
    """This input is not valid: {reason}

    Something from outside is wrong and can be put right there (HTTP 422).
    """


class PageUnknown(InputError):
    """There is no such page of this list; begin again at its first page."""


class ValueUnstorable(InputError):
    """A value cannot be stored: a number is too large, or a text holds a character that is none."""


class NotFound(LajurError):
    """{kind} {key} does not exist.

    HTTP 404. ``kind`` is what was looked for ("Task"), ``key`` how.
    """


class Forbidden(LajurError):
    """You may not do this: {reason}

    HTTP 403.
    """


class Conflict(LajurError):
    """Somebody else was quicker: {reason}

    The request was valid but the world has moved on; reload and decide again (HTTP 409).
    """


class StorageError(LajurError):
    """The database cannot be used: {reason}

    Nothing was stored (HTTP 503).
    """


class ExecutionError(LajurError):
    """The process cannot go on: {reason}

    A running instance met something that its diagram does not provide for. The stored state is unchanged.
    """


class ConfigurationError(InputError):
    """The setting {name} is not valid: {reason}"""


class NotBuilt(LajurError):
    """This checkout lacks {file}, which is built from sources; run: make demo"""
