"""The firms sketch tells one, two and three or more firms apart, after any cancellations."""

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.domain.panel.firms import CHANNELS, ENOUGH, PRIME, distinct_firms, power_sums

FIRMS = st.sampled_from([0, 1, 2, 5, 2**31 - 1, 2**40 + 17, 2**62 + 12345, 2**63 - 9])
LINES = st.lists(st.tuples(FIRMS, st.integers(0, 30)), max_size=30)


def counted(rows):
    """What the sums over rows of (firm, sign) say."""
    firm = np.array([one for one, _ in rows], np.int64)
    sign = np.array([sign for _, sign in rows], np.int8)
    known = firm != 0
    sums = power_sums(firm[known], sign[known])
    return int(distinct_firms([sums[name].sum(keepdims=True) for name in CHANNELS])[0])


@settings(max_examples=300)
@given(LINES, st.randoms())
def test_equals_the_true_count_after_adding_and_cancelling(lines, shuffler):
    """Every line is accepted; some are taken back again, in any order. Lines of unknown firms count none."""
    rows = [(firm, 1) for firm, _ in lines]
    cancelled = [(firm, -1) for firm, dice in lines if dice % 3 == 0]
    shuffler.shuffle(rows := rows + cancelled)
    net = Counter()
    for firm, sign in rows:
        net[firm] += sign
    firms = {firm for firm, left in net.items() if left and firm}
    assert counted(rows) == min(len(firms), ENOUGH)


@settings(max_examples=100)
@given(st.sets(st.integers(1, PRIME - 1), min_size=1, max_size=6), st.integers(1, 50))
def test_many_lines_of_few_firms(firms, lines):
    assert counted([(firm, 1) for firm in firms] * lines) == min(len(firms), ENOUGH)


def test_lines_without_a_known_importer_are_nobody():
    """Two firms beside unnamed lines are still two: the cell must not leave the authority."""
    assert counted([(0, 1)] * 9) == 0
    assert counted([(7, 1), (9, 1), (0, 1)]) == 2


def test_months_add_up_to_windows():
    january = power_sums(np.array([11, 12]), np.array([1, 1]))
    february = power_sums(np.array([12, 13]), np.array([1, 1]))
    window = [january[name].sum(keepdims=True) + february[name].sum(keepdims=True) for name in CHANNELS]
    assert distinct_firms(window).tolist() == [3]
    assert distinct_firms([february[name].sum(keepdims=True) for name in CHANNELS]).tolist() == [2]
