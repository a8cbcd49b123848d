"""The schema's version: told, required, raised. What a version is stands in ``migrations/versions``."""

import sqlalchemy
from sqlalchemy import text

from engine import config, errors

WANTED = "0003"
"""The revision this version of Lajur works with: the newest of ``migrations/versions``."""


def found(connection: sqlalchemy.Connection) -> str | None:
    """Give the revision of a database, ``None`` where it has no schema of ours."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def require(connection: sqlalchemy.Connection) -> None:
    """Raise :class:`errors.SchemaOutdated`, or :class:`errors.SchemaNewer`, unless the schema is this version's."""
    revision = found(connection)
    if revision == WANTED:
        return
    if revision is not None and revision > WANTED:
        raise errors.SchemaNewer(found=revision, wanted=WANTED)
    raise errors.SchemaOutdated(found=revision or "none", wanted=WANTED)


def migrate(connection: sqlalchemy.Connection) -> None:
    """Bring the schema to :data:`WANTED` within the connection's transaction; both databases undo DDL by rollback."""
    if (revision := found(connection)) is not None and revision > WANTED:
        raise errors.SchemaNewer(found=revision, wanted=WANTED)
    from alembic import command  # noqa: PLC0415  # slow to import, and only an upgrade needs it
    from alembic.config import Config  # noqa: PLC0415

    settings = Config()
    settings.set_main_option("script_location", str(config.shipped("migrations")).replace("%", "%%"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, WANTED)
