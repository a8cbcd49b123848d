"""Alembic's door: run the revisions on the connection, and in the transaction, that ``engine.store.schema`` gives."""

from alembic import context

from engine.store import models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=models.metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
