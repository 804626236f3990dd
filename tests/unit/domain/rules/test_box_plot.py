"""Fences out of steps of log unit value, against the lines themselves."""

import numpy as np
import pytest

from tidegauge.domain.panel.unit_values import BINS, prices_at, steps_of_prices
from tidegauge.domain.rules.box_plot import fences, flagged, quantile


def counts(prices):
    return np.bincount(steps_of_prices(np.asarray(prices, float)), minlength=BINS)[None]


def exact(prices, k=1.5):
    log = np.log(prices)
    lower, upper = np.quantile(log, [0.25, 0.75])
    spread = k * (upper - lower)
    return (log < lower - spread).mean(), (log > upper + spread).mean()


def test_quantiles_lie_within_a_step_of_the_lines():
    prices = np.random.default_rng(1).lognormal(1.0, 0.5, 5_000)
    for share in (0.25, 0.5, 0.75):
        found = prices_at(quantile(counts(prices), share))[0]
        assert found == pytest.approx(np.quantile(prices, share), rel=0.012)


def test_no_lines_have_no_fences():
    nothing = np.zeros((1, BINS), np.int64)
    assert np.isnan(fences(nothing, 1.5, 100.0).low[0])
    assert [int(part[0]) for part in flagged(nothing, fences(nothing, 1.5, 100.0))] == [0, 0]


def test_a_hundredfold_of_the_median_is_outside_however_wide_the_box():
    prices = [*np.geomspace(0.02, 50.0, 101), 1.0 / 150.0, 150.0]
    of = fences(counts(prices), 1.5, 100.0)
    assert prices_at(of.low)[0] == pytest.approx(0.01, rel=0.03)
    assert [int(part[0]) for part in flagged(counts(prices), of)] == [1, 1]


@pytest.mark.parametrize("name", ["inttrade1", "inttrade3", "sprockets", "fishery"])
def test_published_declarations_are_flagged_as_by_their_own_values(shared_data, name):
    text = (shared_data / "jrc_customs_series" / f"{name}.txt").read_text()
    rows = np.array([line.replace(",", " ").split()[:2] for line in text.splitlines() if line.strip()], float)
    rows = rows[(rows > 0).all(axis=1)]
    prices = rows[:, 1] / rows[:, 0]
    below, above = (
        part[0] / len(prices) for part in flagged(counts(prices), fences(counts(prices), 1.5, 100.0))
    )
    assert (below, above) == pytest.approx(exact(prices), abs=0.006)


@pytest.mark.parametrize(("name", "share"), [("inttrade3", 0.08), ("fishery", 0.09)])
def test_a_box_plot_flags_eight_or_nine_per_cent_of_some_codes_by_itself(shared_data, name, share):
    text = (shared_data / "jrc_customs_series" / f"{name}.txt").read_text()
    rows = np.array([line.replace(",", " ").split()[:2] for line in text.splitlines() if line.strip()], float)
    rows = rows[(rows > 0).all(axis=1)]
    prices = rows[:, 1] / rows[:, 0]
    parts = flagged(counts(prices), fences(counts(prices), 1.5, 100.0))
    assert sum(int(part[0]) for part in parts) / len(prices) == pytest.approx(share, abs=0.005)
