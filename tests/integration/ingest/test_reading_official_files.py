"""The example and the connectors hold exactly what the official files hold."""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import polars as pl
import pytest

from tidegauge.ingest.reading import FeedOptions, read_file

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "brazil-fertilizers"
DATA = ROOT.parent / "shared" / "data"
COMEXSTAT = DATA / "brazil_fertilizer_comexstat" / "imp_fert_cat.csv.gz"
WORKBOOK = DATA / "worldbank_pinksheet" / "CMO-Historical-Data-Monthly.xlsx"

needs_comexstat = pytest.mark.skipif(
    not COMEXSTAT.exists(), reason=f"the original figures are not at {COMEXSTAT}"
)
needs_workbook = pytest.mark.skipif(
    not WORKBOOK.exists(), reason=f"the World Bank's workbook is not at {WORKBOOK}"
)


def rows(path, **options):
    batches = list(read_file(path, options=FeedOptions(**options)))
    assert not [str(reject) for batch in batches for reject in batch.rejects]
    assert not {name for batch in batches for name in batch.unknown_columns}
    return pl.concat([batch.rows for batch in batches])


def straight_sums():
    """Mass in grams and value in 1/10,000 by (month, product), added up row by row."""
    sums = defaultdict(lambda: [0, 0])
    with gzip.open(COMEXSTAT, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cell = sums[int(row["CO_ANO"]) * 12 + int(row["CO_MES"]) - 1, row["CO_NCM"]]
            cell[0] += int(row["KG_LIQUIDO"]) * 1000
            cell[1] += int(row["VL_FOB"]) * 10_000
    return dict(sums)


def sums_of(frame):
    grouped = frame.group_by("month", "product").agg(pl.col("net_mass_g", "value_e4").sum())
    return {(month, product): [mass, value] for month, product, mass, value in grouped.iter_rows()}


def cells_of(frame):
    keys = ["month", "product", "origin"]
    return frame.group_by(keys).agg(pl.col("net_mass_g", "value_e4").sum()).sort(keys)


@needs_comexstat
def test_the_example_adds_up_to_the_original():
    assert sums_of(rows(EXAMPLE / "flows.csv")) == straight_sums()


@needs_comexstat
def test_the_connector_gives_the_cells_of_the_example():
    batches = list(read_file(COMEXSTAT, options=FeedOptions(other_origin="QR")))
    assert not any(batch.rejects for batch in batches)
    frame = pl.concat([batch.rows for batch in batches])
    assert frame.height == 66_817
    assert sums_of(frame) == straight_sums()
    assert cells_of(frame).equals(cells_of(rows(EXAMPLE / "flows.csv")))


@needs_workbook
def test_the_connector_gives_the_prices_of_the_example():
    example = rows(EXAMPLE / "benchmarks.csv")
    series = {"Urea": ["310210", "310221"], "DAP": ["310530", "310540"], "TSP": ["3103"]}
    series |= {"Potassium chloride": ["310420"], "Phosphate rock": ["2510"]}
    batches = read_file(WORKBOOK, options=FeedOptions(series=series))
    columns = ["source", "product", "month", "price", "unit", "currency"]
    span = pl.col("month").is_between(example["month"].min(), example["month"].max())
    read = pl.concat([batch.rows for batch in batches]).filter(span).select(columns).sort(columns)
    assert read.equals(example.select(columns).sort(columns))


def test_the_example_is_what_its_readme_says():
    flows = rows(EXAMPLE / "flows.csv")
    assert flows.height == 13_714
    assert (flows["month"].min(), flows["month"].max()) == (1997 * 12, 2024 * 12 + 6)
    assert flows.select("month", "product", "origin").is_unique().all()
    assert flows["product"].n_unique() == rows(EXAMPLE / "names.csv").height == 7
    assert flows["origin"].n_unique() == 16
    fx = rows(EXAMPLE / "fx.csv")
    assert fx["month"].min() == 1999 * 12
    assert fx.filter(pl.col("currency") == "RUB")["month"].max() == 2022 * 12 + 1
    assert (EXAMPLE / "flows.csv").stat().st_size <= 1_000_000
