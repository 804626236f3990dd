"""Alembic's entry: runs the steps on the connection that `migrate` hands over, inside its transaction."""

from alembic import context

from tidegauge.notify.database import VERSION_TABLE
from tidegauge.notify.tables import NotifyTable

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=NotifyTable.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
