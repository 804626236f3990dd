"""What a connector of a wide or scattered format gives, made by Polars alone out of the file it has read."""

from collections.abc import Callable

import polars as pl
from tests.bench.feed_files import MONTHS


def japan(read: pl.DataFrame) -> pl.DataFrame:
    """One row a code, country and month."""
    parts = [
        read.unpivot([f"{part}-{month}" for month in MONTHS], index=read.columns[:6], value_name=part)
        for part in ("Quantity1", "Quantity2", "Value")
    ]
    return _side_by_side(parts)


def sts(read: pl.DataFrame) -> pl.DataFrame:
    """One row an industry, country and month."""
    parts = [
        read.unpivot([name for name in read.columns if name.endswith(part)], index=read.columns[:6])
        for part in ("_value", "_flag")
    ]
    return _side_by_side([part.rename({"value": f"cell{at}"}) for at, part in enumerate(parts)])


def rates(read: pl.DataFrame) -> pl.DataFrame:
    """The average of a currency and month."""
    month = pl.col("Date").str.head(7).alias("month")
    return read.group_by(month).agg(pl.exclude("Date").mean()).unpivot(index="month")


def comext_long(read: pl.DataFrame) -> pl.DataFrame:
    """One row a cell, with mass and value."""
    cell = ["reporter", "partner", "product", "flow", "TIME_PERIOD"]
    return read.pivot("indicators", index=cell, values="OBS_VALUE", aggregate_function="sum")


LONG: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "comext, long": comext_long,
    "japan-customs": japan,
    "sts": sts,
    "ecb-fx": rates,
}


def _side_by_side(parts: list[pl.DataFrame]) -> pl.DataFrame:
    first, *others = parts
    return first.hstack([other.to_series(-1) for other in others])
