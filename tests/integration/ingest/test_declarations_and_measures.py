"""The published declaration and measure files go through whole: nothing lost, totals exact."""

import csv
import gzip
import shutil
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import islice, permutations

import polars as pl
import pytest

from tidegauge.domain.codes import product_code
from tidegauge.ingest.reading import read_file
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.source import open_source
from tidegauge.runtime.memory import MemoryIngestStore
from tidegauge.runtime.wire import decode_block

KOREAN = ("train", "valid", "test")


@pytest.fixture
def korean(shared_data):
    return [shared_data / "synthetic_declarations_kcs" / f"df_syn_{part}_eng.csv.gz" for part in KOREAN]


def totals(store):
    """(month, product) -> [mass in g, value in 1/10,000] of all contributions."""
    sums = defaultdict(lambda: [0, 0])
    for payload in store.entries[0]:
        columns = decode_block(payload).columns
        if columns:
            names = ("month", "product", "sign", "mass_g", "value_e4")
            for month, product, sign, mass, value in zip(
                *(columns[name].tolist() for name in names), strict=True
            ):
                sums[month, product_code(product)][0] += sign * mass
                sums[month, product_code(product)][1] += sign * value
    return dict(sums)


def straight_sums(paths):
    sums = defaultdict(lambda: [0, 0])
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                year, month, _ = row["Date"].split("-")
                cell = sums[int(year) * 12 + int(month) - 1, row["HS6 Code"]]
                for place, (name, unit) in enumerate((("Net Mass", 1000), ("Item Price", 10_000))):
                    cell[place] += int((Decimal(row[name]) * unit).to_integral_value())  # half to even
    return dict(sums)


def test_korean_declarations_end_to_end(korean):
    store = MemoryIngestStore()
    ingestor, counts = Ingestor(store), Counter()
    for path in korean:
        source = open_source(path)
        assert len(list(ingestor.take(source))) > 1
        counts.update(ingestor.progress(source).counts)
    assert counts["read"] == 54_000
    assert counts["read"] == counts["accepted"] + counts["quarantined"] + counts["duplicates"]
    assert len(store.rejects) == counts["quarantined"] == 0
    assert totals(store) == straight_sums(korean)


def test_samples_of_messages_in_any_order(shared_data, tmp_path):
    samples = sorted((shared_data / "wco_dm_samples").glob("*.xml"))
    seen = set()
    for at, order in enumerate(islice(permutations(samples), 0, None, 30_000)):
        folder = tmp_path / str(at)
        folder.mkdir()
        for place, sample in enumerate(order):
            shutil.copyfile(sample, folder / f"{place}.xml")
        store = MemoryIngestStore()
        ingestor, source = Ingestor(store), open_source(folder)
        list(ingestor.take(source))
        counts = ingestor.progress(source).counts
        assert counts["read"] == counts["accepted"] + counts["awaiting_counterpart"]
        assert not store.rejects
        seen.add((tuple(map(str, totals(store).items())), counts["awaiting_counterpart"]))
    ((left, waiting),) = seen
    assert left == ("((24289, '85109000'), [100000, 10000000])",)
    assert waiting == 5  # originals whose acceptance is not among the samples


def measures(path):
    (batch,) = list(read_file(path))
    return batch


def text_rows(path):
    text = gzip.decompress(path.read_bytes()).decode("utf-8-sig", errors="replace")
    return list(csv.DictReader(text.splitlines(keepends=True)))


def test_measures_hold_every_code_of_their_list(shared_data):
    path = shared_data / "us_ad_measures" / "us-imposed-anti-dumpings.csv.gz"
    batch, rows = measures(path), text_rows(path)
    assert batch.read + batch.notes["joined"] == len(rows) + sum(
        row["partner_affected"].replace("Korea, Republic", "Korea").count(", ")
        for row in rows
        if row["partner_affected"].split(",")[0] in {"Canada", "China", "India", "Indonesia", "Mexico"}
        or row["partner_affected"] in {"Chinese Taipei, Korea, Republic of", "Korea, Republic of, Viet Nam",
                                       "Korea, Republic of, Mexico"}
    )  # fmt: skip
    listed = Counter(code for codes in batch.rows["products"].drop_nulls().to_list() for code in codes)
    assert set(listed) == {row["hs"] for row in rows} - {"nan"}
    assert not batch.rejects


@pytest.mark.parametrize(
    ("name", "rejects"),
    [
        ("us-imposed-anti-dumpings_ver2", 0),
        ("edis_orders_itc", 1),
        ("caselist_w_petition_date", 0),
        ("us_adcvd_federal_register_notices", 61),
    ],
)
def test_every_row_of_a_register_is_a_record_or_a_reject(shared_data, name, rejects):
    path = shared_data / "us_ad_measures" / f"{name}.csv.gz"
    batch, rows = measures(path), text_rows(path)
    lines = set(batch.rows["line"].to_list()) | {reject.line for reject in batch.rejects}
    assert len(lines) == len(rows)
    assert len(batch.rejects) == rejects
    assert batch.rows["measure_id"].n_unique() == batch.rows.height
    assert batch.rows.select(pl.col("measure_id").is_null().any()).item() is False
