"""Which ledgers a worker goes on from."""

from dataclasses import replace
from pathlib import Path

import pytest

from tidegauge.runtime.errors import UserError
from tidegauge.workers.ledgers import Standing, require_whole

WHOLE = Standing("t-0", Path("t-0.db"), following=10, told=10, first=0, end=12)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"told": 8},  # committed and sent, and not told any more
        {"following": 12},
        {"first": 10},
        {"following": 0, "told": 0, "first": 5},  # a new ledger begins where the topic begins
        {"following": 0, "told": 0, "end": 0},
    ],
)
def test_a_ledger_that_fits_is_gone_on_from(changed):
    require_whole(replace(WHOLE, **changed))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"following": 0}, "before message 0, and records holds what came up to message 10: lines would"),
        ({"following": 9}, "before message 9, and records holds"),
        ({"following": 0, "first": 5}, "counted anew"),
        (
            {"following": 13},
            "before message 13, and the topic before message 12: it is the ledger of another",
        ),
        ({"first": 11}, "messages 10 to 10 are no longer in the topic"),
    ],
)
def test_another_is_refused_with_its_place_and_reason(changed, why):
    with pytest.raises(UserError, match=why) as told:
        require_whole(replace(WHOLE, **changed))
    assert str(told.value).startswith("t-0: ")
