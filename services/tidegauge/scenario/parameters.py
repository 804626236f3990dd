"""What a scenario is made from, and where its chance comes from."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from tidegauge.domain.periods import first_day, month_text

REPORTER: Final = "EU"
CURRENCY: Final = "EUR"
NOMENCLATURE: Final = "CN2025"
CHUNK_LINES: Final = 100_000  # made, held and written at once: the memory bound
_MOST: Final = {"lines": 10**9, "products": 20_000, "months": 600, "seed": 2**63 - 1}
_LEAST: Final = {"lines": 1, "products": 2, "months": 1, "seed": 0}
_EPOCH_YEAR: Final = 1970
_LAST_YEAR: Final = 2199


class ScenarioError(ValueError):
    """A scenario that cannot be made as asked; the message is one sentence for the user."""


class Stream(IntEnum):
    """The independent streams of chance under one seed."""

    CATALOGUE = 0
    EVENTS = 1
    WORLD = 2
    MONTH = 3
    CHUNK = 4


@dataclass(frozen=True, slots=True)
class Parameters:
    """The size of a scenario; `lines` counts accepted goods items, versions and repeats come on top."""

    lines: int
    products: int
    origins: int
    months: int
    seed: int
    first_month: int  # month number, as domain.periods has them

    def check(self) -> None:
        """Raises ScenarioError for what cannot be made."""
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if not least <= value <= _MOST[name]:
                raise ScenarioError(f"--{name} must lie between {least:,} and {_MOST[name]:,}, not {value:,}")
        first, last = first_day(self.first_month).year, first_day(self.first_month + self.months).year
        if first < _EPOCH_YEAR or last > _LAST_YEAR:
            raise ScenarioError(f"months must lie between {_EPOCH_YEAR} and {_LAST_YEAR}")

    def month(self, place: int) -> str:
        """`YYYY-MM` of a month of the scenario, counted from 0."""
        return month_text(self.first_month + place)


def generator(seed: int, stream: Stream, *place: int) -> np.random.Generator:
    """The chance of one place in the scenario (a month, a chunk): the same whatever was made before it."""
    sequence = np.random.SeedSequence(seed, spawn_key=(int(stream), *place))
    return np.random.Generator(np.random.PCG64(sequence))
