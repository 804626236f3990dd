"""Signed contributions: what is taken back, what is added, as the columns of a block."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from tidegauge.domain.arrays import AnyArray, Ints
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import chapter_family, product_code
from tidegauge.domain.panel.view import Feed

COLUMNS = (
    ("feed", np.int16), ("product", np.int64), ("origin", np.int16), ("month", np.int32), ("week", np.int32),
    ("sign", np.int8), ("mass_g", np.int64), ("has_mass", np.int8), ("quantity_milli", np.int64),
    ("unit", np.int16), ("value_e4", np.int64), ("has_value", np.int8), ("firm", np.int64),
    ("line_key", np.int64), ("version", np.int64), ("vintage", np.int16), ("raw_offset", np.int64),
)  # fmt: skip
LINE_COLUMNS = (("gross_g", np.int64), ("melt", np.int16), ("quota", np.int8))  # of declarations alone
Columns = dict[str, AnyArray]


def signed(before: Columns, after: Columns) -> Columns:
    """Old contents with sign -1 and new ones with +1, in order of the raw offset that caused them."""
    taken = {**before, "sign": np.full(len(before["product"]), -1, np.int8)}
    added = {**after, "sign": np.full(len(after["product"]), 1, np.int8)}
    held = [*COLUMNS, *(one for one in LINE_COLUMNS if one[0] in after)]
    both = {name: np.concatenate([taken[name], added[name]]).astype(dtype) for name, dtype in held}
    order = np.lexsort((both["sign"], both["raw_offset"]))
    return {name: column[order] for name, column in both.items()}


def blocks(
    columns: Columns, feeds: Sequence[Feed], units: Sequence[str], raw_partition: int, partitions: int
) -> dict[int, Block]:
    """One CONTRIBUTIONS block for each partition that the rows go to; versions of cells become vintages."""
    days, vintage = np.unique(np.where(columns["week"] < 0, columns["version"], 0), return_inverse=True)
    columns = {**columns, "vintage": vintage.astype(np.int16)}
    header = {
        "feeds": [feed.plain() for feed in feeds],
        "units": list(units),
        "vintages": [str(np.datetime64(day, "D")) if day else "" for day in days.tolist()],
        "raw_partition": raw_partition,
    }
    return {
        partition: Block(BlockKind.CONTRIBUTIONS, header, {name: one[rows] for name, one in columns.items()})
        for partition, rows in by_partition(columns["product"], partitions).items()
    }


def by_partition(products: Ints, partitions: int) -> dict[int, Ints | slice]:
    """The rows that go to each partition, in order."""
    if partitions == 1:
        return {0: slice(None)} if len(products) else {}
    distinct, which = np.unique(products, return_inverse=True)
    numbers = [partition_of(chapter_family(product_code(number)), partitions) for number in distinct.tolist()]
    of_row = np.array(numbers, np.int64)[which]
    return {number: np.flatnonzero(of_row == number) for number in sorted(set(numbers))}


def partition_of(family: str, partitions: int) -> int:
    """The partition of a chapter family: CRC-32 modulo their number, the same on every machine."""
    return crc32(family.encode()) % partitions
