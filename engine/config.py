"""What an installation decides: :class:`Settings` from the environment and :class:`Office` from ``bpmn/office.toml``."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine import endpoints, errors
from engine.calendar import tables
from engine.calendar.worktime import Calendar

LOCALES = ("id", "en")
_SHORTEST_TOKEN = 16
_HERE = Path(__file__).parent


def shipped(name: str) -> Path:
    """Give the folder ``bpmn``, ``forms`` or ``migrations`` that came with this copy of Lajur.

    A checkout has them beside ``engine/``; an installed wheel has them inside it.
    """
    packed = _HERE / "_data" / name
    return packed if packed.is_dir() else _HERE.parent / name


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One installation's settings. Each comes from the environment variable named beside it; all have a default."""

    database: str = "sqlite:///var/lajur.db"
    """LAJUR_DATABASE: an SQLAlchemy URL, ``sqlite:///FILE`` or ``postgresql+psycopg://...``."""
    secret_key: str = field(default="", repr=False)
    """LAJUR_SECRET_KEY: signs session cookies; empty: :func:`secret_key` keeps one under ``var``."""
    bpmn: Path = field(default_factory=lambda: shipped("bpmn"))
    """LAJUR_BPMN: the folder of the office's diagrams and ``office.toml``."""
    forms: Path = field(default_factory=lambda: shipped("forms"))
    """LAJUR_FORMS: the folder of the task forms."""
    var: Path = Path("var")
    """LAJUR_VAR: the folder for what this installation makes itself."""
    locale: str = "id"
    """LAJUR_LOCALE: the language of a person who chose none; one of ``id``, ``en``."""
    cookie_secure: bool = False
    """LAJUR_COOKIE_SECURE: send cookies over HTTPS only; set it to 1 wherever Lajur is reached by HTTPS."""
    session_hours: int = 12
    """LAJUR_SESSION_HOURS: a login ends after so many hours."""
    idle_minutes: int = 120
    """LAJUR_IDLE_MINUTES: a login ends after so many minutes without a request."""
    hosts: str = ""
    """LAJUR_HOSTS: the host names Lajur is reached by, with commas between; empty: any. A leading dot: every subdomain."""
    max_request_bytes: int = 6 * 1024 * 1024
    """LAJUR_MAX_REQUEST_BYTES: a larger request is refused (HTTP 413). The largest diagram that is read fits in."""
    max_form_parts: int = 20_000
    """LAJUR_MAX_FORM_PARTS: a form of more fields than this is refused (HTTP 413)."""
    smtp: str = field(default="", repr=False)
    """LAJUR_SMTP: the server that sends mail, ``smtp://USER:PASSWORD@HOST:PORT?starttls`` or ``smtps://...``; empty: none.

    See :func:`endpoints.mail_server`.
    """
    mail_from: str = ""
    """LAJUR_MAIL_FROM: who mail comes from, ``ADDRESS`` or ``NAME <ADDRESS>``; needed with LAJUR_SMTP."""
    http_hosts: str = ""
    """LAJUR_HTTP_HOSTS: the hosts that service tasks may call, ``HOST`` or ``HOST:PORT`` with commas between; empty: none.

    See :class:`endpoints.AllowedHost`.
    """
    connector_seconds: int = 30
    """LAJUR_CONNECTOR_SECONDS: a mail or an HTTP request that takes longer in all is broken off, to be tried again."""
    worker: bool | None = None
    """LAJUR_WORKER: whether ``lajur serve`` also does what falls due: 1, 0 or auto, which is 1 on SQLite.

    See :attr:`has_worker`.
    """
    metrics_token: str = field(default="", repr=False)
    """LAJUR_METRICS_TOKEN: the bearer token that ``/metrics`` of ``lajur serve`` asks for; empty: there is no such page."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings from ``environ`` (``os.environ``); an empty variable counts as unset.

        Raises :class:`errors.ConfigurationError` with the variable's name.
        """
        environ = os.environ if environ is None else environ
        given: dict[str, object] = {}
        for setting in fields(cls):
            name = f"LAJUR_{setting.name.upper()}"
            if text := environ.get(name, "").strip():
                given[setting.name] = _typed(name, text, setting.type)
        return cls(**given)  # type: ignore[arg-type]  # each value has its field's type, by _typed

    def __post_init__(self) -> None:
        if self.locale not in LOCALES:
            raise errors.ConfigurationError(name="LAJUR_LOCALE", reason=f"it must be one of {', '.join(LOCALES)}")
        for name in ("session_hours", "idle_minutes", "max_request_bytes", "max_form_parts", "connector_seconds"):
            if getattr(self, name) < 1:
                raise errors.ConfigurationError(name=f"LAJUR_{name.upper()}", reason="it must be at least 1")
        if self.metrics_token and len(self.metrics_token) < _SHORTEST_TOKEN:
            reason = f"it must have at least {_SHORTEST_TOKEN} characters"
            raise errors.ConfigurationError(name="LAJUR_METRICS_TOKEN", reason=reason)
        _ = self.mail_server, self.allowed_hosts

    @property
    def mail_server(self) -> endpoints.MailServer | None:
        """What ``smtp`` and ``mail_from`` say; None where no server is set."""
        return endpoints.mail_server(self.smtp, self.mail_from) if self.smtp else None

    @property
    def allowed_hosts(self) -> tuple[endpoints.AllowedHost, ...]:
        """What ``http_hosts`` says."""
        return endpoints.allowed_hosts(self.http_hosts)

    @property
    def has_worker(self) -> bool:
        """Whether a server does what falls due itself; if not, ``lajur worker`` must run beside it."""
        return self.database.startswith("sqlite") if self.worker is None else self.worker


def _typed(name: str, text: str, wanted: object) -> object:
    if wanted is Path:
        return Path(text)
    if wanted == bool | None and text.casefold() == "auto":
        return None
    if wanted in (bool, bool | None):
        if text.casefold() in {"1", "true", "yes", "on"}:
            return True
        if text.casefold() in {"0", "false", "no", "off"}:
            return False
        raise errors.ConfigurationError(name=name, reason=f'"{text}" is neither 1 nor 0')
    if wanted is int:
        try:
            return int(text)
        except ValueError:
            raise errors.ConfigurationError(name=name, reason=f'"{text}" is not a whole number') from None
    return text


def secret_key(settings: Settings) -> str:
    """Give the key that signs cookies: the setting, else the one kept in ``var/secret-key``, made when it is missing.

    Several machines that serve one office must share ``LAJUR_SECRET_KEY``.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.var / "secret-key"
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Written aside and linked, so that of two processes starting together both read the whole of one key.
            fresh = path.with_name(f"secret-key.{os.getpid()}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(fresh, path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise errors.ConfigurationError(name="LAJUR_VAR", reason=f"{path}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Group:
    """A pelaksana: ``key`` is its id, ``lanes`` are the lane names that mean it besides ``name``."""

    key: str
    name: str
    lanes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Office:
    """The office that Lajur works for: its name, when it works and in which time zone, its groups in the file's order."""

    name: str
    calendar: Calendar
    groups: tuple[Group, ...] = ()
    _of_lane: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raise :class:`errors.ConfigurationError` where two groups claim one lane name."""
        of_lane: dict[str, str] = {}
        for group in self.groups:
            for lane in (group.key, group.name, *group.lanes):
                if of_lane.setdefault(_folded(lane), group.key) != group.key:
                    raise errors.ConfigurationError(
                        name="office.toml", reason=f'the lane "{lane}" belongs to two groups, {group.key} and another'
                    )
        object.__setattr__(self, "_of_lane", of_lane)

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return self.calendar.zone

    def group_of(self, lane: str) -> str | None:
        """Give the key of the group a lane's name means; letter case and white space do not matter."""
        return self._of_lane.get(_folded(lane))

    def local(self, moment: datetime) -> datetime:
        """Give a moment in the office's zone."""
        return moment.astimezone(self.zone)

    def group(self, key: str) -> Group | None:
        """Give the group of this key."""
        return next((group for group in self.groups if group.key == key), None)


def _folded(lane: str) -> str:
    return " ".join(lane.casefold().split())


def read_office(path: Path) -> Office:
    """Read ``office.toml``: ``name``, ``zone`` and a ``[groups.KEY]`` table with ``name`` and ``lanes`` for each group.

    When the office works is in ``[hours]`` and ``[holidays]`` (:mod:`engine.calendar.tables`).
    Raises :class:`errors.ConfigurationError` with the place in the file.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.ConfigurationError(name=str(path), reason=error.strerror or str(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.ConfigurationError(name=str(path), reason=str(error)) from error
    zone = _text(path, data, "zone")
    try:
        zone_info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise errors.ConfigurationError(name=f"{path}: zone", reason=f'"{zone}" is no time zone') from None
    pelaksana = data.get("groups", {})
    if not isinstance(pelaksana, dict):
        raise errors.ConfigurationError(name=f"{path}: groups", reason="it must be a table of groups")
    return Office(
        _text(path, data, "name"),
        tables.read(data, zone_info, f"{path}: "),
        tuple(_group(path, key, table) for key, table in pelaksana.items()),
    )


def _group(path: Path, key: str, table: object) -> Group:
    place = f"groups.{key}"
    if not isinstance(table, dict):
        raise errors.ConfigurationError(name=f"{path}: {place}", reason="it must be a table")
    lanes = table.get("lanes", [])
    if not (isinstance(lanes, list) and all(isinstance(lane, str) and lane.strip() for lane in lanes)):
        raise errors.ConfigurationError(name=f"{path}: {place}.lanes", reason="it must be a list of lane names")
    return Group(key, _text(path, table, "name", f"{place}."), tuple(lanes))


def _text(path: Path, table: Mapping[str, object], key: str, prefix: str = "") -> str:
    value = table.get(key)
    if not (isinstance(value, str) and value.strip()):
        raise errors.ConfigurationError(name=f"{path}: {prefix}{key}", reason="it must be a text")
    return value.strip()
