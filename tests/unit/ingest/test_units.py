"""Quantities in one unit a dimension."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.units import BASE_UNIT, in_base
from tidegauge.ingest.units import in_base_units


def quantities(*rows):
    amounts, units = zip(*rows, strict=True)
    return pl.DataFrame(
        {
            "quantity_milli": pl.Series(amounts, dtype=pl.Int64),
            "quantity_unit": pl.Series(units, dtype=pl.String),
        }
    )


@pytest.mark.parametrize(
    ("unit", "milli", "base", "expected"),
    [
        ("DZN", 2_500, "C62", 30_000),
        ("p/st", 7_000, "C62", 7_000),
        ("1000 p/st", 7_001, "C62", 7_001_000),
        ("TNE", 1_500, "KGM", 1_500_000),
        ("LBR", 1_000, "KGM", 454),  # 453.59237 g
        ("GRM", 500, "KGM", 0),  # half a gram: half to even
        ("GRM", 1_500, "KGM", 2),
        ("BBL", 1_000, "LTR", 158_987),
        ("MTQ", 3, "LTR", 3_000),
        ("PR", 4_000, "NPR", 4_000),
        ("1000 kWh", 1_000, "KWH", 1_000_000),
        ("ce/el", 9, "ce/el", 9),
        ("TNE", 10**17, "TNE", 10**17),  # would not fit
        ("KGM", None, "KGM", None),
        (None, None, None, None),
    ],
)
def test_one_unit_a_dimension(unit, milli, base, expected):
    made = in_base_units(quantities((milli, unit), (1, "DZN")))
    assert made.row(0) == (expected, base)


def test_what_is_in_base_units_is_left_alone():
    frame = quantities((5, "KGM"), (6, None), (7, "own"))
    assert in_base_units(frame) is frame


@given(st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from(["C62", "DZN", "CEN", "MIL", "GRO"]))))
def test_totals_of_whole_factors_are_exact(rows):
    made = in_base_units(quantities(*rows, (0, "DZN")))
    exact = sum(amount * int(BASE_UNIT[unit][1]) for amount, unit in rows)
    assert int(made["quantity_milli"].sum()) == exact
    assert set(made["quantity_unit"]) <= {"C62"}


def test_bases_stand_for_themselves():
    assert {in_base(base) for base, _ in BASE_UNIT.values()} == {
        (base, 1.0) for base, _ in BASE_UNIT.values()
    }
