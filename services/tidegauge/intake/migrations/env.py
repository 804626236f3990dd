"""How Alembic reaches the desk's database: over the connection that `migrate` hands it."""

from alembic import context

from tidegauge.intake.migrate import VERSION_TABLE
from tidegauge.intake.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
