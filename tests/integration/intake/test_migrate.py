"""The migrations give the tables that the code describes, and only once."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from tidegauge.intake.migrate import VERSION_TABLE, migrate
from tidegauge.intake.tables import METADATA
from tidegauge.runtime.database import open_engine


def test_an_empty_database_gets_every_table(engine):
    assert set(METADATA.tables) | {VERSION_TABLE} == set(inspect(engine).get_table_names())


def test_the_tables_are_those_of_the_code(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []


def test_a_second_run_changes_nothing_and_leaves_foreign_tables_alone(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'a folder with 100% spaces.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE somebody_elses (id INTEGER)"))
    migrate(engine)
    before = sorted(inspect(engine).get_table_names())
    migrate(engine)
    assert sorted(inspect(engine).get_table_names()) == before
    assert "somebody_elses" in before
    engine.dispose()
