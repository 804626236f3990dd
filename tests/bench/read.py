"""Rows a second of the readers: typed, validated rows out of CSV, beside a bare `pl.read_csv`."""

import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
from tests.bench.report import Cases
from tests.bench.worlds import FIRST, world

from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.periods import month_text
from tidegauge.ingest.reading import read_file


def cases(*, quick: bool) -> Cases:
    """One size."""
    rows = 20_000 if quick else 1_000_000
    return [(f"flow, CSV, {rows:,} rows", measure, (rows,))]


def measure(rows: int) -> dict[str, float]:
    """The second of two readings each: the file is in the page cache."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flows.csv"
        _table(rows).write_csv(path)
        peer, ours = 0.0, 0.0
        for _ in range(2):
            began = time.perf_counter()
            pl.read_csv(path)
            peer = time.perf_counter() - began
            began = time.perf_counter()
            kept = sum(len(batch.rows) for batch in read_file(path))
            ours = time.perf_counter() - began
    return {
        "rows/s": rows / ours,
        "Polars rows/s": rows / peer,
        "ours / Polars": peer / ours,
        "typed rows": kept,
    }


def _table(rows: int) -> pl.DataFrame:
    """Monthly figures in the columns of `flow`."""
    of = world(rows // 12 + 1)
    which, month = np.divmod(np.arange(rows), 12)
    random = np.random.default_rng(3)
    mass = np.round(of.mass_kg[which] * random.lognormal(0, 0.3, rows), 3)
    products = {number: product_code(number) for number in set(of.product.tolist())}
    origins = {number: country_code(number) for number in set(of.origin.tolist())}
    return pl.DataFrame(
        {
            "reporter": "BR",
            "source": "official",
            "period": [month_text(FIRST + one) for one in month.tolist()],
            "product": [products[one] for one in of.product[which].tolist()],
            "nomenclature": "NCM",
            "flow": "import",
            "origin": [origins[one] for one in of.origin[which].tolist()],
            "net_mass_kg": mass,
            "value": np.round(mass * of.price[which], 2),
            "currency": "EUR",
            "value_basis": "CIF",
        }
    )
