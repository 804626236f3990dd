"""The tables: what the migrations make is what the code expects, and it is private."""

import stat

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from tidegauge.notify import database
from tidegauge.notify.database import VERSION_TABLE, migrate
from tidegauge.notify.tables import NotifyTable
from tidegauge.runtime.database import open_engine


@pytest.fixture
def engine(tmp_path):
    made = open_engine(f"sqlite:///{tmp_path}/desk.db")
    yield made
    made.dispose()


def test_the_migrations_make_what_the_code_expects(engine):
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, NotifyTable.metadata) == []


def test_the_tables_can_be_written_for_postgresql():
    for table in NotifyTable.metadata.sorted_tables:
        assert "CREATE TABLE notify_" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_the_file_with_the_secrets_is_its_owner_s_alone(engine, tmp_path):
    with engine.begin() as connection:  # somebody else was here first, with the usual mask
        connection.exec_driver_sql("CREATE TABLE other (x)")
        (tmp_path / "desk.db").chmod(0o644)
        migrate_elsewhere = open_engine(f"sqlite:///{tmp_path}/desk.db")
        database.keep_private(migrate_elsewhere)
        migrate_elsewhere.dispose()
    migrate(engine)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_migration_cut_short_leaves_nothing_behind(engine, monkeypatch):
    def cut_short(*_):
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", cut_short)
        with pytest.raises(InterruptedError):
            migrate(engine)
    assert inspect(engine).get_table_names() == []
    migrate(engine)
    assert "notify_message" in inspect(engine).get_table_names()
