import math

import numpy as np
import pytest

from tidegauge.domain.rules.student import normal_two_sided, regularised_beta, t_two_sided


@pytest.mark.parametrize(
    ("t", "freedom", "expected"),
    [
        (12.706204736, 1.0, 0.05),
        (63.656741162, 1.0, 0.01),
        (2.570581836, 5.0, 0.05),
        (2.0452296421, 29.0, 0.05),
        (3.6594050194, 29.0, 0.001),
        (0.0, 10.0, 1.0),
    ],
)
def test_tail_agrees_with_the_printed_tables(t, freedom, expected):
    assert t_two_sided(np.array([t]), np.array([freedom]))[0] == pytest.approx(expected, rel=1e-8)
    assert t_two_sided(np.array([-t]), np.array([freedom]))[0] == pytest.approx(expected, rel=1e-8)


def test_tail_stays_exact_far_out():
    # one degree of freedom is the Cauchy law: P = 1 - 2 atan(t) / pi, for large t close to 2 / (pi t)
    assert t_two_sided(np.array([1e9]), np.array([1.0]))[0] == pytest.approx(2 / (np.pi * 1e9), rel=1e-8)


def test_incomplete_beta_agrees_with_closed_forms():
    x = np.array([0.5, 0.2, 0.9, 0.0, 1.0])
    a, b = np.array([2.0, 2.0, 5.0, 3.0, 3.0]), np.array([2.0, 3.0, 1.0, 2.0, 2.0])
    np.testing.assert_allclose(regularised_beta(x, a, b), [0.5, 0.1808, 0.9**5, 0.0, 1.0], rtol=1e-12)


@pytest.mark.parametrize("z", [0.0, 0.1, 1.0, 1.6448536269514722, 1.959963984540054, 3.0, 8.0, 30.0])
def test_the_normal_tail_agrees_with_the_library_function(z):
    expected = math.erfc(z / math.sqrt(2.0))
    found = normal_two_sided(np.array([z, -z]))
    assert found.tolist() == pytest.approx([expected, expected], rel=2e-7)
