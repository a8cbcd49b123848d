"""Connectors: what service tasks can have done by a machine, one file each; no database, no diagrams.

An office's own connector is a class or an object in the entry-point group ``lajur.connectors``; see :class:`Connector`.
"""

import importlib
import logging
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from types import MappingProxyType
from typing import Any, Protocol, cast

from engine import config, errors

GROUP = "lajur.connectors"
BUILT_IN = ("http", "mail")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LONGEST_REASON = 300
_log = logging.getLogger(__name__)


class Connector(Protocol):
    """What a service task's topic names: it does one thing outside of Lajur, within a limited time, and knows no case."""

    @property
    def inputs(self) -> Mapping[str, bool]:
        """Give the name of each input and whether it is required."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Give the names of what :meth:`call` gives back."""

    def call(self, given: Mapping[str, object], *, key: str, settings: config.Settings) -> Mapping[str, object]:
        """Do it and give the outputs by name, plain values such as variables have.

        ``given`` are the inputs by name, as FEEL made them. ``key`` (visible ASCII, at most 60 characters) is the same in
        every try of one job and in no other job: pass it on, so that the other side can tell a second try from a second wish.

        Raises :class:`errors.ConnectorFailed` where another try may help, :class:`errors.ConnectorRefused` where none does
        and :class:`errors.ConnectorSaid` where the answer is an error that the diagram may catch.
        """


def registry() -> Mapping[str, Connector]:
    """Give every connector that can be used, by name."""
    return _loaded()[0]


def broken() -> Mapping[str, errors.ConnectorBroken]:
    """Give what is wrong with the entry points that cannot be used, by name; Lajur works without them."""
    return _loaded()[1]


def find(name: str) -> Connector:
    """Give a connector. Raises :class:`errors.ConnectorUnknown`, with the reason where it is there but broken."""
    usable, unusable = _loaded()
    if name in usable:
        return usable[name]
    if name in unusable:
        raise errors.ConnectorBroken(**unusable[name].place)
    raise errors.ConnectorUnknown(name=name, known=", ".join(sorted(usable)))


def inputs() -> Mapping[str, Mapping[str, bool]]:
    """Give what the check of a diagram needs: connector -> input -> whether it is required."""
    return {name: connector.inputs for name, connector in registry().items()}


@cache
def _loaded() -> tuple[Mapping[str, Connector], Mapping[str, errors.ConnectorBroken]]:
    """Import all connectors, once and only where one is asked for: they bring their protocols' libraries with them."""
    usable: dict[str, Connector] = {name: importlib.import_module(f"{__name__}.{name}") for name in BUILT_IN}
    unusable: dict[str, errors.ConnectorBroken] = {}
    own: dict[str, list[metadata.EntryPoint]] = {}
    for point in metadata.entry_points(group=GROUP):
        own.setdefault(point.name, []).append(point)
    for name, points in own.items():
        try:
            usable[name] = _Own(name, _load(name, points))
        except Exception as error:  # noqa: BLE001  # importing an office's own code can raise anything
            reason = str(error) if isinstance(error, _UnusableError) else f"{type(error).__name__}: {error}"
            unusable[name] = errors.ConnectorBroken(name=name, package=_packages(points), reason=reason)
            _log.error("%s", unusable[name])
    return MappingProxyType(usable), MappingProxyType(unusable)


class _UnusableError(Exception):
    """An entry point is not what the group asks for."""


def _packages(points: Iterable[metadata.EntryPoint]) -> str:
    return ", ".join(sorted(point.dist.name if point.dist else point.value for point in points))


def _load(name: str, points: list[metadata.EntryPoint]) -> Connector:
    if name in BUILT_IN:
        raise _UnusableError("this name is that of one of Lajur's own connectors")
    if not _NAME.fullmatch(name):
        raise _UnusableError("its name must be 1 to 32 of a-z, 0-9, - and _, with a letter first")
    if len(points) > 1:
        raise _UnusableError("several packages give this name")
    loaded: Any = points[0].load()
    connector: Any = loaded() if isinstance(loaded, type) else loaded
    if not (
        isinstance(getattr(connector, "inputs", None), Mapping)
        and all(isinstance(key, str) and isinstance(required, bool) for key, required in connector.inputs.items())
    ):
        raise _UnusableError("its inputs must be a mapping of names to whether they are required")
    outputs = getattr(connector, "outputs", None)
    if not (isinstance(outputs, tuple) and all(isinstance(output, str) for output in outputs)):
        raise _UnusableError("its outputs must be a tuple of names")
    if not callable(getattr(connector, "call", None)):
        raise _UnusableError("it cannot be called")
    return cast("Connector", connector)


class _Own:
    """An office's own connector, held to the contract: whatever else it raises is a failed try."""

    def __init__(self, name: str, connector: Connector) -> None:
        self.name = name
        self.inputs: Mapping[str, bool] = MappingProxyType(dict(connector.inputs))
        self.outputs = connector.outputs
        self._call = connector.call

    def call(self, given: Mapping[str, object], *, key: str, settings: config.Settings) -> Mapping[str, object]:
        """Call it. Raises as :meth:`Connector.call` does, and nothing else."""
        try:
            answer: object = self._call(given, key=key, settings=settings)
        except (errors.ConnectorFailed, errors.ConnectorSaid):
            raise
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
            raise errors.ConnectorFailed(connector=self.name, reason=reason) from error
        if not isinstance(answer, Mapping):
            reason = f"it gave a {type(answer).__name__} instead of its outputs"
            raise errors.ConnectorRefused(connector=self.name, reason=reason)
        return answer
