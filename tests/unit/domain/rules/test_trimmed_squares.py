import itertools

import numpy as np
import pytest

from tidegauge.domain.rules.trimmed_squares import Models, trimmed_fit

MONTHS, KEPT = 10, 7


def models():
    steps = [(np.arange(MONTHS) >= position) * 1.0 for position in (4, 5, 6)]
    return Models.of(np.stack([np.stack([np.ones(MONTHS), step], axis=1) for step in steps]))


def sum_of_squares(x, y):
    return ((y - x @ np.linalg.lstsq(x, y)[0]) ** 2).sum()


def test_comes_to_the_best_of_all_subsets_almost_always():
    made = models()
    y = np.random.default_rng(3).normal(size=(40, MONTHS)) ** 3
    fits = trimmed_fit(made, y, KEPT)
    subsets = [list(each) for each in itertools.combinations(range(MONTHS), KEPT)]
    best = np.array(
        [[min(sum_of_squares(x[s], row[s]) for s in subsets) for row in y] for x in made.designs.columns]
    )
    assert (fits.objective > best * (1 - 1e-9)).all()
    assert (fits.objective < best * 1.001).mean() > 0.9


def test_the_fit_is_least_squares_on_the_months_that_it_fits_best():
    made = models()
    y = np.random.default_rng(4).normal(size=(20, MONTHS))
    fits = trimmed_fit(made, y, KEPT)
    for x, coefficients, objective in zip(
        made.designs.columns, fits.coefficients, fits.objective, strict=True
    ):
        for row, found, least in zip(y, coefficients, objective, strict=True):
            kept = np.argsort(np.abs(row - x @ found))[:KEPT]
            np.testing.assert_allclose(np.linalg.lstsq(x[kept], row[kept])[0], found, atol=1e-9)
            assert sum_of_squares(x[kept], row[kept]) == pytest.approx(least)


def test_gross_outliers_move_nothing():
    made = models()
    y = np.repeat([[1.0, 3.0]], [5, 5], axis=1)
    y[0, [1, 7, 8]] += [50.0, -80.0, 1000.0]
    fits = trimmed_fit(made, y, KEPT)
    np.testing.assert_allclose(fits.coefficients[1, 0], [1.0, 2.0], atol=1e-9)
    assert fits.objective[1, 0] == pytest.approx(0.0, abs=1e-15)
