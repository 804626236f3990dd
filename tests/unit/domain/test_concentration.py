import numpy as np
import pytest

from tidegauge.domain.concentration import herfindahl


@pytest.mark.parametrize(
    ("amounts", "index"),
    [
        ([100], 1.0),
        ([50, 50], 0.5),
        ([25, 25, 25, 25], 0.25),
        ([60, 30, 10], 0.46),  # 0.36 + 0.09 + 0.01
        ([60, 20, 20], 0.44),
        ([0, 5], 1.0),
    ],
)
def test_known_cases(amounts, index):
    row, supplier = np.zeros(len(amounts), np.int64), np.ones(len(amounts), bool)
    assert herfindahl(row, np.array(amounts, float), supplier, 1)[0] == pytest.approx(index)


def test_what_has_no_supplier_counts_in_the_total_alone():
    supplier = np.array([True, False])
    assert herfindahl(np.zeros(2, np.int64), np.array([50.0, 50.0]), supplier, 1)[0] == pytest.approx(0.25)


def test_rows_are_kept_apart_and_those_without_supply_are_unknown():
    row = np.array([0, 0, 2])
    found = herfindahl(row, np.array([1.0, 1.0, 3.0]), np.ones(3, bool), 4)
    assert found[[0, 2]].tolist() == [0.5, 1.0]
    assert np.isnan(found[[1, 3]]).all()
    assert herfindahl(row[:0], np.empty(0), np.empty(0, bool), 0).shape == (0,)
