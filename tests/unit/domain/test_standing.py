import pytest

from tidegauge.domain.standing import Standing, standing


@pytest.mark.parametrize(
    ("supporting", "opposing", "total", "outcome"),
    [
        (25, 0, 100, Standing.MET),  # at least a quarter
        (24.999, 0, 100, Standing.TOO_FEW),
        (30, 30, 100, Standing.OPPOSED),  # half is not more than half
        (30, 29.999, 100, Standing.MET),
        (60, 40, 100, Standing.MET),
        (24, 23, 100, Standing.TOO_FEW),
        (0, 0, 100, Standing.OPPOSED),
        (25, 0, None, Standing.UNKNOWN),
        (25, 0, 0, Standing.UNKNOWN),
    ],
)
def test_more_than_half_of_those_heard_and_at_least_a_quarter_of_all(supporting, opposing, total, outcome):
    assert standing(supporting, opposing, total).outcome is outcome


def test_the_parts_are_shown():
    found = standing(30, 10, 80)
    assert (found.of_those_heard, found.of_all) == (0.75, 0.375)
    assert standing(0, 0, 80).of_those_heard is None
    assert standing(1, 0, None).of_all is None
