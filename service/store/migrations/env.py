"""What alembic runs: the migrations, on the connection that `service.store.migrate` hands in."""

from alembic import context

from service.store.tables import (
    access,
    brought,
    coverage,
    labelling,
    learning,
    pool,
    simulations,
    uploads,
)
from service.store.tables.base import Base

TABLES = (access, pool, labelling, learning, brought, coverage, uploads, simulations)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
