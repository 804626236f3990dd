import numpy as np
import pytest

from tidegauge.domain.trade_remedy.volume_trigger import base_level, exceeded, trigger_level


def level(imports, consumption, last=0.0, before=0.0):
    arrays = (np.array([float(one)]) for one in (imports, consumption, last, before))
    return trigger_level(*arrays)[0]


@pytest.mark.parametrize(
    ("imports", "base"),
    [(0.0, 1.25), (10.0, 1.25), (10.01, 1.10), (30.0, 1.10), (30.01, 1.05), (100.0, 1.05), (250.0, 1.05)],
)
def test_the_bands_of_market_access_opportunities_include_their_upper_ends(imports, base):
    assert base_level(np.array([imports]), np.array([100.0]))[0] == base


@pytest.mark.parametrize(
    ("imports", "consumption", "last", "before", "expected"),
    [
        (8, 100, 100, 100, 10.0),  # 125 %
        (20, 100, 100, 100, 22.0),  # 110 %
        (40, 100, 100, 100, 42.0),  # 105 %
        (20, 100, 103, 100, 25.0),  # 110 % and three more consumed
        (20, 100, 99, 100, 21.0),  # 110 % and one less consumed: exactly the floor
        (20, 100, 95, 100, 21.0),  # consumption fell: never below 105 %
        (40, 100, 90, 100, 42.0),
    ],
)
def test_the_level_with_its_floor(imports, consumption, last, before, expected):
    assert level(imports, consumption, last, before) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("unknown", [(np.nan, 1, 1), (0, 1, 1), (100, np.nan, 1), (100, 1, np.nan)])
def test_unknown_consumption_gives_125_percent(unknown):
    assert level(40, *unknown) == 50.0


def test_the_trigger_is_exceeded_not_reached():
    # Japan and the United States, beef, fiscal year 2020: 242,000 t
    assert exceeded(np.array([242_000.0, 242_000.001, np.nan]), np.array([242_000.0] * 3)).tolist() == [
        False, True, False,
    ]  # fmt: skip
