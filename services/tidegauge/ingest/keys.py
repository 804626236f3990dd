"""Text columns as whole numbers: 64-bit keys with a check, product and country numbers."""

from typing import Any

import numpy as np
import polars as pl
from xxhash import xxh3_128_digest

from tidegauge.domain.arrays import Ints
from tidegauge.domain.codes import country_number, product_number

_SEPARATOR = "\x1f"


def keys(frame: pl.DataFrame, columns: list[str]) -> tuple[Ints, Ints]:
    """[n] a 64-bit key of some text columns and a second, independent 64 bits to tell collisions by."""
    joined = frame.select(
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in columns], separator=_SEPARATOR)
    ).to_series()
    both = np.frombuffer(b"".join(map(xxh3_128_digest, joined.cast(pl.Binary).to_list())), ">i8").astype(
        np.int64
    )
    return both[0::2], both[1::2]


def numbered(series: pl.Series, mapping: Any) -> Ints:
    """[n] whole numbers of codes, computed once a distinct code; 0 where null."""
    distinct = series.drop_nulls().unique()
    numbers = [mapping(code) for code in distinct.to_list()]
    return series.replace_strict(distinct, numbers, default=0, return_dtype=pl.Int64).fill_null(0).to_numpy()


def products(series: pl.Series) -> Ints:
    """[n] product numbers, 0 where null."""
    return numbered(series, product_number)


def countries(series: pl.Series) -> Ints:
    """[n] country numbers, 0 where null."""
    return numbered(series, country_number)


def whole(series: pl.Series) -> Ints:
    """[n] whole numbers, 0 where null."""
    return series.cast(pl.Int64).fill_null(0).to_numpy()


def present(series: pl.Series) -> Ints:
    """[n] 1 where a value is there."""
    return series.is_not_null().cast(pl.Int64).to_numpy()
