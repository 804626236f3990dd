"""Contributions as blocks: vintages by name, partitions by chapter family."""

import numpy as np
import pytest
from tests.contributions import BRAZIL, row

from tidegauge.domain.codes import product_number
from tidegauge.domain.ledger.contributions import COLUMNS, blocks, by_partition, partition_of, signed


def columns(*rows):
    return {name: np.array([one[name] for one in rows], dtype) for name, dtype in COLUMNS}


def test_signed_takes_back_before_it_adds_in_order_of_the_cause():
    made = signed(columns(row(1, kg=1), row(7, kg=2)), columns(row(7, kg=3), row(4, kg=5)))
    shown = [made[name].tolist() for name in ("raw_offset", "sign", "mass_g")]
    assert list(zip(*shown, strict=True)) == [
        (1, -1, 1000), (4, 1, 5000), (7, -1, 2000), (7, 1, 3000),
    ]  # fmt: skip
    assert {name: column.dtype for name, column in made.items()} == {n: np.dtype(d) for n, d in COLUMNS}


def test_cells_carry_their_vintages_by_name_and_lines_none():
    rows = [row(0), row(1), row(2, week=2600)]
    for one, version in zip(rows, (18_300, 18_290, 5), strict=True):
        one["version"] = version
    block = blocks(columns(*rows), [BRAZIL], ["p/st"], 3, 1)[0]
    names = [block.header["vintages"][place] for place in block.columns["vintage"].tolist()]
    assert names == ["2020-02-08", "2020-01-29", ""]
    assert block.header["raw_partition"] == 3
    assert block.header["feeds"] == [["BR", "comexstat", "USD", "FOB", "NCM"]]
    assert block.header["units"] == ["p/st"]


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_every_row_goes_to_the_partition_of_its_family(partitions):
    products = np.array([product_number(code) for code in ("7208", "7318", "3102", "84", "850440", "3102")])
    placed = {
        int(place): number
        for number, rows in by_partition(products, partitions).items()
        for place in np.arange(len(products))[rows]
    }
    assert sorted(placed) == list(range(6))
    assert placed[0] == placed[1]
    assert placed[3] == placed[4]
    assert placed[2] == placed[5]
    assert set(placed.values()) <= set(range(partitions))


def test_partitions_are_the_same_on_every_machine():
    assert partition_of("123456789", 2**32) == 0xCBF43926  # the check value of CRC-32


def test_no_rows_no_blocks():
    assert blocks(columns(), [BRAZIL], [], 0, 1) == {}
    assert blocks(columns(), [BRAZIL], [], 0, 4) == {}
