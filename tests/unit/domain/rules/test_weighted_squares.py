import numpy as np
import pytest

from tidegauge.domain.rules.weighted_squares import BLOCK, Designs, Layout, residuals, solve

MONTHS = 30


def designs(count=3):
    time = np.arange(MONTHS) / MONTHS
    step = [(np.arange(MONTHS) >= 20 + index) * 1.0 for index in range(count)]
    return Designs.of(np.stack([np.stack([time**0, time, one], axis=1) for one in step]))


def fit(models, design, y, weights):
    layout = Layout.of(np.asarray(design), len(models.columns))
    blocks = layout.blocks(y)
    coefficients, variance = solve(models, layout.design, blocks, layout.blocks(weights))
    left = residuals(models, layout.design, blocks, coefficients)
    return layout.rows(coefficients), layout.rows(variance), layout.rows(left)


@pytest.mark.parametrize(
    "design", [[0, 0, 1, 2, 2, 2], [1], [2] * 40, [0] * BLOCK + [1] * BLOCK + [2] * BLOCK]
)
def test_agrees_with_the_general_routine(design):
    random, models = np.random.default_rng(1), designs()
    y, weights = random.normal(size=(len(design), MONTHS)), random.random((len(design), MONTHS))
    coefficients, variance, left = fit(models, design, y, weights)
    for row, which in enumerate(design):
        x, root = models.columns[which], np.sqrt(weights[row])[:, None]
        expected = np.linalg.lstsq(x * root, y[row] * root[:, 0])[0]
        np.testing.assert_allclose(coefficients[row], expected, atol=1e-10)
        np.testing.assert_allclose(left[row], y[row] - x @ expected, atol=1e-10)
        inverse = np.linalg.inv((x * root).T @ (x * root))
        assert variance[row] == pytest.approx(inverse[2, 2])


def test_a_column_that_the_weights_leave_out_gets_nothing():
    y, weights = np.ones((1, MONTHS)), np.ones((1, MONTHS))
    weights[:, 20:] = 0.0
    coefficients, variance, _ = fit(designs(), [0], y, weights)
    np.testing.assert_allclose(coefficients, [[1.0, 0.0, 0.0]], atol=1e-12)
    assert variance.tolist() == [np.inf]


def test_a_row_is_the_same_to_the_last_bit_in_any_place():
    random, models = np.random.default_rng(2), designs(1)
    y = random.normal(size=(2 * BLOCK + 5, MONTHS))
    weights = (random.random(y.shape) < 0.75).astype(float)
    together = fit(models, [0] * len(y), y, weights)
    for row in range(len(y)):
        alone = fit(models, [0], y[row : row + 1], weights[row : row + 1])
        for one, all_rows in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one[0], all_rows[row])


def test_no_rows_give_nothing():
    coefficients, variance, left = fit(
        designs(), np.zeros(0, dtype=int), np.zeros((0, MONTHS)), np.zeros((0, MONTHS))
    )
    assert (coefficients.shape, variance.shape, left.shape) == ((0, 3), (0,), (0, MONTHS))
