"""Text columns as whole numbers: 64-bit keys with a check, product and country numbers."""

from typing import Any

import numpy as np
import polars as pl
from xxhash import xxh3_128_digest

from tidegauge.domain.arrays import Ints
from tidegauge.domain.codes import country_number, product_number
from tidegauge.ingest.distinct import constant, encoded

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
    rows = len(series)
    if series.null_count() == rows:
        return np.zeros(rows, np.int64)
    if constant(series):
        return np.full(rows, mapping(series[0]), np.int64)
    known, places = encoded(series)
    numbers = np.array([*map(mapping, known.to_list()), 0], np.int64)
    found: Ints = numbers[filled(places, len(known))]
    return found


def products(series: pl.Series) -> Ints:
    """[n] product numbers, 0 where null."""
    return numbered(series, product_number)


def countries(series: pl.Series) -> Ints:
    """[n] country numbers, 0 where null."""
    return numbered(series, country_number)


def whole(series: pl.Series) -> Ints:
    """[n] whole numbers, 0 where null."""
    numbers: Ints = filled(series, 0).astype(np.int64)
    return numbers


def filled(series: pl.Series, instead: int) -> Ints:
    """[n] numbers with another one where null; every call of Polars costs, which tells in a small batch."""
    nulls = series.null_count()
    if nulls == len(series):
        return np.full(nulls, instead)
    return (series.fill_null(instead) if nulls else series).to_numpy()


def present(series: pl.Series) -> Ints:
    """[n] 1 where a value is there."""
    nulls = series.null_count()
    if nulls in {0, len(series)}:
        return np.full(len(series), int(not nulls), np.int64)
    return series.is_not_null().to_numpy().astype(np.int64)
