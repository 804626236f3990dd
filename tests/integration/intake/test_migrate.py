"""The migrations give the tables that the code describes, and only once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from tidegauge.intake.migrate import VERSION_TABLE, migrate
from tidegauge.intake.tables import METADATA
from tidegauge.runtime.database import open_engine, reachable
from tidegauge.runtime.errors import UserError


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


def test_starters_at_the_same_time_wait_for_one_another(postgres):
    url = postgres.database()
    engines = [open_engine(url) for _ in range(3)]
    with ThreadPoolExecutor(len(engines)) as threads:
        list(threads.map(migrate, engines))
    assert set(METADATA.tables) <= set(inspect(engines[0]).get_table_names())
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://u:secret@127.0.0.1:1/x", "cannot reach the database postgresql"),
        ("mysql://u:secret@host/x", "cannot use mysql as database"),
        ("not a url secret", "the database URL cannot be read"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence_without_its_password(url, sentence):
    with pytest.raises(UserError, match=sentence) as caught:
        reachable(open_engine(url))
    assert "secret" not in str(caught.value)
