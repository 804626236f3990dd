"""The signals table: every row that a rule looked at, with its reason and figures."""

import polars as pl
from tests.unit.monitor.histories import SURGE, months, surging, told

from tidegauge.domain.rules.registry import RULES
from tidegauge.monitor import signals


def frames():
    found = []

    def observe(output):
        found.extend(signals.frame(evaluation) for evaluation in output.evaluations)

    told(surging().entries, observe=observe, keep_evaluations=True)
    return found


def test_one_row_for_every_series_and_month():
    table = pl.concat(frames())
    assert table.columns[:7] == ["rule", "reporter", "product", "origin", "period", "fired", "reason"]
    assert set(table.columns[7:]) == {figure.name for figure in RULES["share-gain"].figures}
    assert len(table) == 2 * len(months())
    assert table["product"].unique().to_list() == ["31022100"]
    assert table["rule"].unique().to_list() == ["share-gain"]


def test_reasons_speak_for_every_row():
    table = pl.concat(frames())
    early = table.filter(pl.col("period") < "2019-12")
    assert early["reason"].unique().to_list() == ["not_enough_history"]
    fired = table.filter("fired")
    assert fired["reason"].unique().to_list() == ["met"]
    assert fired["origin"].unique().to_list() == ["CN"]
    assert fired["period"].min() == SURGE[0]
    assert set(table.filter(~pl.col("fired"))["reason"]) == {"not_enough_history", "conditions_not_met"}


def test_unknown_figures_are_empty():
    early = frames()[0]
    assert early["share_gain"].null_count() == len(early)


def test_csv_and_parquet_hold_the_same(tmp_path):
    found = frames()
    names = [tmp_path / "signals.csv", tmp_path / "signals.parquet"]
    assert [signals.write(found, name) for name in names] == [2 * len(months())] * 2
    as_parquet = pl.read_parquet(names[1])
    as_csv = pl.read_csv(names[0], schema_overrides=as_parquet.schema)
    assert as_csv.equals(as_parquet)
