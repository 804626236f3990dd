"""Comext's own files: no partner is counted twice, and nothing is lost without being counted."""

from collections import Counter

import polars as pl
import pytest

from tidegauge.ingest.reading import read_file, recognise

AGGREGATES = ("WORLD",)
CELL = ["month", "product", "flow"]


@pytest.fixture(scope="module")
def paths(shared_data):
    return sorted((shared_data / "eu_comext_cn8" / "bilateral").glob("CN_*.csv.gz"))


@pytest.fixture(scope="module")
def original(paths):
    """Every observation of the files, with its number exact."""
    columns = {"reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD", "OBS_VALUE"}
    frame = pl.concat([pl.read_csv(path, infer_schema=False).select(sorted(columns)) for path in paths])
    month = (
        pl.col("TIME_PERIOD").str.head(4).cast(pl.Int32) * 12
        + pl.col("TIME_PERIOD").str.tail(2).cast(pl.Int32)
        - 1
    )
    return frame.with_columns(
        month=month.cast(pl.Int32),
        flow=pl.col("flow").replace_strict({"1": "import", "2": "export"}),
        amount=pl.col("OBS_VALUE").cast(pl.Decimal(38, 4)),
    )


@pytest.fixture(scope="module")
def batches(paths):
    return [batch for path in paths for batch in read_file(path)]


@pytest.fixture(scope="module")
def panel(batches):
    return pl.concat([batch.rows for batch in batches])


def straight(original, indicator, factor):
    """[month, product, flow] sums over the single partners, in whole units."""
    rows = original.filter(pl.col("indicators") == indicator, ~pl.col("partner").is_in(AGGREGATES))
    amount = (pl.col("amount").sum() * factor).cast(pl.Int64)
    return rows.group_by(CELL).agg(amount.alias("amount")).sort(CELL)


def test_it_is_recognised_by_its_columns(paths):
    found = recognise(paths[0])
    assert (found.connector, found.kind.value) == ("comext", "flow")
    assert found.reason == "has the columns of Comext's DS-045409"


def test_value_and_mass_equal_the_straight_sum_of_the_bilateral_rows(original, panel):
    sums = panel.group_by(CELL).agg(pl.col("value_e4", "net_mass_g").sum()).sort(CELL)
    values = straight(original, "VALUE_IN_EUROS", 10_000)
    assert sums.select(*CELL, amount="value_e4").equals(values)
    # A mass of 0 beside a value is a missing mass: it adds nothing either way.
    masses = straight(original, "QUANTITY_IN_100KG", 100_000)
    assert sums.select(*CELL, amount="net_mass_g").equals(masses)


def test_every_line_is_accounted_for(original, batches, panel):
    notes = sum((batch.notes for batch in batches), Counter())
    world = original.filter(pl.col("partner") == "WORLD").height
    assert not [reject for batch in batches for reject in batch.rejects]
    assert notes["aggregate"] == world == 35_968
    assert notes["joined"] == panel.height == 168_284
    assert panel.height + notes["joined"] + notes["aggregate"] == original.height
    assert notes["unbalanced"] == 0


def test_the_total_and_its_parts_together_would_be_1_77_times_the_truth(original, panel):
    imports = original.filter(pl.col("flow") == "import", pl.col("indicators") == "VALUE_IN_EUROS")
    truth = imports.filter(pl.col("partner") == "WORLD")["amount"].sum()
    assert round(float(imports["amount"].sum() / truth), 2) == 1.77
    read = panel.filter(pl.col("flow") == "import")["value_e4"].sum() / 10_000
    assert read + float(truth) == float(imports["amount"].sum())


def test_no_aggregate_is_an_origin_and_the_vintage_is_that_of_the_file(panel):
    assert panel["origin"].n_unique() == 28
    assert panel["origin"].str.len_chars().unique().to_list() == [2]
    assert "EU" not in panel["origin"].unique().to_list()
    assert str(panel["vintage"].unique().to_list()) == "[datetime.date(2026, 2, 13)]"
    assert set(panel["nomenclature"].unique()) == {"CN2023", "CN2024", "CN2025"}
    assert panel.select("reporter", "month", "product", "origin", "flow").is_unique().all()


def test_small_batches_give_the_same_cells(paths):
    from tidegauge.ingest.reading import FeedOptions  # noqa: PLC0415

    order = ["reporter", "month", "product", "origin", "flow"]
    whole = pl.concat([batch.rows for batch in read_file(paths[0])]).sort(order)
    small = [*read_file(paths[0], options=FeedOptions(batch_bytes=50_000))]
    assert len(small) > 40
    assert pl.concat([batch.rows for batch in small]).sort(order).equals(whole)
