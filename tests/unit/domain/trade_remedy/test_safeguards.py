import numpy as np
import pytest

from tidegauge.domain.trade_remedy.safeguards import excluded, small_together


def verdict(*shares, developing=True):
    share = np.array(shares)
    side = np.broadcast_to(developing, share.shape)
    return excluded(share, side, np.zeros(len(share), dtype=np.int64)).tolist()


def test_three_percent_is_still_excluded_and_more_is_not():
    assert verdict(0.03, 0.0301, 0.5) == [True, False, False]


def test_nine_percent_together_is_still_excluded_and_more_is_not():
    assert verdict(0.0225, 0.0225, 0.0225, 0.0225, 0.5) == [True] * 4 + [False]
    assert verdict(0.0226, 0.0226, 0.0226, 0.0226, 0.5) == [False] * 5


def test_a_share_of_exactly_three_percent_does_not_count_towards_the_nine():
    # the treaty counts Members with less than 3 per cent for the collective share
    assert verdict(0.03, 0.03, 0.03, 0.03) == [True] * 4
    assert small_together(np.array([0.03, 0.02]), np.ones(2, bool), np.zeros(2, np.int64)) == pytest.approx(
        0.02
    )


def test_only_developing_members_are_excluded_and_counted():
    assert verdict(0.02, 0.02, developing=np.array([True, False])) == [True, False]
    assert verdict(*[0.029] * 4, developing=np.array([True, True, True, False])) == [True, True, True, False]


def test_products_are_kept_apart():
    share, product = np.array([0.029] * 4), np.array([7, 7, 7, 8])
    assert excluded(share, np.ones(4, bool), product).tolist() == [True] * 4
