"""The published price bands of AoA 5.5 and the closed forms of the Japanese Act."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.trade_remedy.special_safeguard import additional_duty, charged


@pytest.mark.parametrize(
    ("below", "duty"),
    [(0, 0), (5, 0), (10, 0), (20, 3), (40, 9), (50, 14),
     (60, 19), (70, 26), (75, 29.5), (90, 43), (100, 52)],
)  # fmt: skip
def test_published_vectors(below, duty):
    found = additional_duty(np.array([100.0]), np.array([100.0 - below]))
    assert found[0] == pytest.approx(duty, abs=1e-9)


def japanese_act(trigger, price):
    """Temporary Tariff Measures Act, Art. 7-4."""
    if price >= 0.9 * trigger:
        return 0.0
    if price >= 0.6 * trigger:
        return (0.9 * trigger - price) * 0.3
    if price >= 0.4 * trigger:
        return (0.6 * trigger - price) * 0.5 + 0.09 * trigger
    if price >= 0.25 * trigger:
        return (0.4 * trigger - price) * 0.7 + 0.19 * trigger
    return (0.25 * trigger - price) * 0.9 + 0.295 * trigger


@given(st.floats(1, 1e6), st.floats(0, 1.5))
def test_the_bands_are_the_closed_forms_of_the_japanese_act(trigger, part):
    price = trigger * part
    found = additional_duty(np.array([trigger]), np.array([price]))[0]
    assert found == pytest.approx(japanese_act(trigger, price), rel=1e-9, abs=1e-9 * trigger)


def test_a_price_above_the_trigger_pays_nothing():
    assert additional_duty(np.array([100.0]), np.array([130.0])).tolist() == [0.0]


def test_quota_imports_and_a_volume_trigger_in_force_are_not_charged():
    duty, yes, no = np.full(4, 3.0), True, False
    quota, volume = np.array([no, yes, no, yes]), np.array([no, no, yes, yes])
    assert charged(duty, quota, volume).tolist() == [3.0, 0.0, 0.0, 0.0]
