"""Several unit values side by side in one code are told from one that scatters."""

import numpy as np
import pytest

from tidegauge.domain.panel.unit_values import BINS, prices_at, steps_of_prices
from tidegauge.domain.rules.price_lines import price_lines


def counts(*prices):
    return np.stack([np.bincount(steps_of_prices(np.asarray(one, float)), minlength=BINS) for one in prices])


def around(price, lines, scatter=0.1, seed=0):
    return price * np.random.default_rng(seed).lognormal(0.0, scatter, lines)


def test_one_price_that_scatters_is_one_line():
    found = price_lines(counts(around(2.0, 400), around(2.0, 400, scatter=0.5)))
    assert found.number.tolist() == [1, 1]
    assert prices_at(found.place[0, 0]) == pytest.approx(2.0, rel=0.03)
    assert np.isnan(found.place[0, 1:]).all()


@pytest.mark.parametrize("shares", [(300, 100), (100, 300)])
def test_two_prices_are_found_with_their_shares(shares):
    low, high = around(1.0, shares[0]), around(2.0, shares[1], seed=1)
    found = price_lines(counts(np.concatenate([low, high])))
    assert found.number[0] == 2
    assert prices_at(found.place[0, :2]) == pytest.approx([1.0, 2.0], rel=0.05)
    assert found.share[0, :2] == pytest.approx([shares[0] / 400, shares[1] / 400], abs=0.03)


def test_three_prices_are_found():
    parts = [around(price, 200, scatter=0.05, seed=price) for price in (1, 2, 5)]
    found = price_lines(counts(np.concatenate(parts)))
    assert found.number[0] == 3
    assert prices_at(found.place[0]) == pytest.approx([1.0, 2.0, 5.0], rel=0.05)


def test_a_code_is_judged_by_itself_alone():
    one, two = around(2.0, 300), np.concatenate([around(1.0, 200), around(3.0, 200)])
    together, alone = price_lines(counts(one, two)), price_lines(counts(two))
    assert together.number.tolist() == [1, 2]
    assert together.place[1, :2] == pytest.approx(alone.place[0, :2], rel=1e-9)


def test_the_same_price_throughout_is_one_line():
    assert price_lines(counts([5.0] * 50)).number.tolist() == [1]


def test_published_declarations_hold_an_undervalued_price_line(shared_data):
    text = (shared_data / "jrc_customs_series" / "inttrade3.txt").read_text()
    rows = np.array([line.split() for line in text.splitlines() if line.strip()], float)
    found = price_lines(counts(rows[:, 1] / rows[:, 0] / 1000.0))  # tonnes
    assert found.number[0] == 2
    assert prices_at(found.place[0, :2]) == pytest.approx([193, 318], rel=0.02)
    assert found.share[0, 0] == pytest.approx(0.15, abs=0.02)
