"""Country tables that come with the package: an office's own numbers -> alpha-2."""

from functools import cache
from importlib.resources import files

import polars as pl


@cache
def country_table(name: str) -> dict[str, str]:
    """The table `<name>_countries.csv` beside this file: {code as the office writes it: alpha-2}."""
    content = files("tidegauge.ingest.feeds").joinpath(f"{name}_countries.csv").read_bytes()
    table = pl.read_csv(content, infer_schema=False)
    return dict(table.select("code", "alpha2").iter_rows())
