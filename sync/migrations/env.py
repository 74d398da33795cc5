"""How Alembic reaches the database: over the connection that the store has already opened."""

from __future__ import annotations

from alembic import context

from sync.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True,
    transaction_per_migration=False,
)  # fmt: skip
context.run_migrations()
