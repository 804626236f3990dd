"""Whole official files through ledger and panel: the sums of the file to the unit, and no row unexplained."""

import csv
import gzip
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tidegauge.domain.codes import product_code
from tidegauge.domain.panel.panel import Panel
from tidegauge.ingest.position import LEFT_OUT_COUNTS
from tidegauge.ingest.reading import FeedOptions
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.source import open_source
from tidegauge.runtime.memory import MemoryIngestStore
from tidegauge.runtime.wire import decode_block

EXAMPLE = Path(__file__).parents[3] / "examples" / "brazil-fertilizers"
TAKEN = ("accepted", "superseded", "duplicates", "quarantined")
GRAMS, E4 = 1000, 10_000


class Desk:
    """What some files came to: counts, and the panel over everything they contributed."""

    def __init__(self, *sources):
        self.store, self.counts = MemoryIngestStore(), Counter()
        ingestor = Ingestor(self.store)
        for path, options in sources:
            source = open_source(path, options=options)
            list(ingestor.take(source))
            self.counts.update(ingestor.progress(source).counts)

    def unexplained(self):
        """Rows read that are counted nowhere, or twice."""
        return self.counts["read"] - sum(self.counts[name] for name in (*TAKEN, *LEFT_OUT_COUNTS))

    def panel(self):
        panel = Panel()
        for payload in self.store.entries[0]:
            block = decode_block(payload)
            if block.columns:
                panel.apply(block)
        return panel


def totals(panel, first, last):
    """(source, month, product) -> [mass in g, value in 1/10,000], of months with anything in them."""
    table, rings = panel.series, panel.rings
    series = np.arange(len(table))
    amounts = [rings["months"].window(series, first, last, name) for name in ("mass_g", "value_e4")]
    sums = defaultdict(lambda: [0, 0])
    for one, place in zip(*np.nonzero(np.logical_or(*amounts)), strict=True):
        feed = panel.feeds[int(table.feed.used()[one])].feed
        cell = sums[feed.source, first + int(place), product_code(int(table.product.used()[one]))]
        for at, amount in enumerate(amounts):
            cell[at] += int(amount[one, place])
    return dict(sums)


def month(year, number):
    return int(year) * 12 + int(number) - 1


def exact(text, unit):
    return int((Decimal(text or "0") * unit).to_integral_value())  # half to even


def straight_comexstat(path, first):
    sums = defaultdict(lambda: [0, 0])
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = month(row["CO_ANO"], row["CO_MES"])
            if at >= first:
                cell = sums["comexstat", at, row["CO_NCM"]]
                cell[0] += exact(row["KG_LIQUIDO"], GRAMS)
                cell[1] += exact(row["VL_FOB"], E4)
    return {key: cell for key, cell in sums.items() if any(cell)}


@pytest.fixture(scope="module")
def comexstat(shared_data):
    return shared_data / "brazil_fertilizer_comexstat" / "imp_fert_cat.csv.gz"


def test_comexstat(comexstat):
    desk = Desk((comexstat, FeedOptions(other_origin="QR")))
    assert desk.unexplained() == 0
    assert desk.counts["read"] == 66_817
    first, last = month(2018, 1), month(2024, 7)  # as far as the panel's ring of seven years reaches
    assert totals(desk.panel(), first, last) == straight_comexstat(comexstat, first)


def test_two_sources_for_one_month_stay_apart(comexstat):
    desk = Desk((comexstat, FeedOptions(other_origin="QR")), (EXAMPLE / "flows.csv", FeedOptions()))
    other = pl.read_csv(EXAMPLE / "flows.csv", n_rows=1)["source"][0]
    assert desk.unexplained() == 0
    first, last = month(2018, 1), month(2024, 7)
    straight = straight_comexstat(comexstat, first)
    found = totals(desk.panel(), first, last)
    if other == "comexstat":  # the same source twice: the same figures again, and nothing is added
        assert found == straight
        return
    assert {key: cell for key, cell in found.items() if key[0] == "comexstat"} == straight
    assert {("comexstat", *key[1:]): cell for key, cell in found.items() if key[0] == other} == straight


def test_comext_has_no_total_beside_its_parts(shared_data):
    paths = sorted((shared_data / "eu_comext_cn8" / "bilateral").glob("CN_*.csv.gz"))
    desk = Desk(*((path, FeedOptions()) for path in paths))
    assert desk.unexplained() == 0
    straight, lines, aggregates, exports = defaultdict(lambda: [0, 0]), 0, 0, set()
    places = {"QUANTITY_IN_100KG": (0, 100 * GRAMS), "VALUE_IN_EUROS": (1, E4)}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                lines += 1
                if row["partner"] == "WORLD":
                    aggregates += 1
                elif row["flow"] == "1":
                    at, unit = places[row["indicators"]]
                    key = ("comext", month(*row["TIME_PERIOD"].split("-")), row["product"])
                    straight[key][at] += exact(row["OBS_VALUE"], unit)
                else:
                    exports.add((path.name, row["reporter"], row["partner"], row["flow"], row["TIME_PERIOD"]))
    assert (desk.counts["read"], desk.counts["aggregate"]) == (lines, aggregates)
    assert desk.counts["not_imports"] == len(exports)
    found = totals(desk.panel(), month(2023, 1), month(2025, 12))
    assert found == {key: cell for key, cell in straight.items() if any(cell)}


def test_the_example():
    desk = Desk((EXAMPLE / "flows.csv", FeedOptions()))
    assert desk.unexplained() == 0
    straight = defaultdict(lambda: [0, 0])
    first = month(2018, 1)
    with (EXAMPLE / "flows.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = month(*row["period"].split("-"))
            if at >= first:
                cell = straight[row["source"], at, row["product"]]
                cell[0] += exact(row["net_mass_kg"], GRAMS)
                cell[1] += exact(row["value"], E4)
    assert totals(desk.panel(), first, month(2024, 7)) == dict(straight)


def test_korean_declarations(shared_data):
    paths = [
        shared_data / "synthetic_declarations_kcs" / f"df_syn_{part}_eng.csv.gz"
        for part in ("train", "valid", "test")
    ]
    desk = Desk(*((path, FeedOptions()) for path in paths))
    assert desk.unexplained() == 0
    assert desk.counts["read"] == 54_000
    straight = defaultdict(lambda: [0, 0])
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                cell = straight["declarations", month(*row["Date"].split("-")[:2]), row["HS6 Code"]]
                cell[0] += exact(row["Net Mass"], GRAMS)
                cell[1] += exact(row["Item Price"], E4)
    months = [key[1] for key in straight]
    found = totals(desk.panel(), min(months), max(months))
    assert found == {key: cell for key, cell in straight.items() if any(cell)}


@pytest.mark.parametrize(
    ("folder", "pattern", "kind"),
    [
        ("eu_comext_cn8/sts", "*.csv", "industry"),
        ("worldbank_pinksheet", "*.xlsx", "price"),
        ("us_ad_measures", "*.csv.gz", "measure"),
    ],
)
def test_reference_files_lose_no_row(shared_data, folder, pattern, kind):
    paths = sorted((shared_data / folder).glob(pattern))
    assert paths
    desk = Desk(*((path, FeedOptions()) for path in paths))
    assert desk.unexplained() == 0
    blocks = [decode_block(payload) for payload in desk.store.entries[0]]
    rows = [row for block in blocks if block.header.get("record") == kind for row in block.header["rows"]]
    assert len(rows) == desk.counts["accepted"] > 0


def test_published_indices_add_up_by_month(shared_data):
    paths = sorted((shared_data / "eu_comext_cn8" / "sts").glob("*.csv"))
    desk, straight = Desk(*((path, FeedOptions()) for path in paths)), defaultdict(Decimal)
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["geo\\TIME_PERIOD"].startswith("EA"):
                    continue  # the euro area stands beside its members
                for name, text in row.items():
                    if name.endswith("_value") and text not in {"", ":"}:
                        straight[row["nace_r2"], name[:7]] += Decimal(text)
    found = defaultdict(Decimal)
    for payload in desk.store.entries[0]:
        block = decode_block(payload)
        for row in block.header["rows"] if block.header.get("record") == "industry" else []:
            found[row["product"], row["period"]] += Decimal(str(row["value"]))
    assert found == straight
