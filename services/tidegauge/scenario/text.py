"""Rows of the generator as the text of canonical declarations, a column at a time."""

from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import AnyArray, Ints
from tidegauge.domain.ledger.pages import Rows
from tidegauge.scenario.lines import ABSENT, ACCEPT, DAY_S, OFFICES, PROCEDURES, importers
from tidegauge.scenario.parameters import CURRENCY, NOMENCLATURE, REPORTER
from tidegauge.scenario.world import World

_ACTIONS: Final = pl.Series(["accept", "amend", "cancel"])
PIECES: Final = "p/st"  # the Combined Nomenclature's supplementary unit
_ID_DIGITS: Final = 10**12
_IMPORTER_SEED: Final = 7


class Words:
    """The names of a world's codes, looked up column by column."""

    def __init__(self, world: World) -> None:
        self._world, known = world, world.catalogue
        self._products, self._origins = pl.Series(known.products), pl.Series(known.origins)
        self._duties = pl.Series(known.duty_percent.tolist(), dtype=pl.Float64)
        self._offices = pl.Series([f"{REPORTER}{number:06d}" for number in range(1, OFFICES + 1)])

    @cached_property
    def _importers(self) -> pl.Series:
        """Opaque: numbers do not tell who imports most."""
        numbers = np.random.Generator(np.random.PCG64(_IMPORTER_SEED)).permutation(importers(self._world))
        return pl.Series([f"I{number:07d}" for number in numbers.tolist()])

    @cached_property
    def _clock(self) -> pl.Series:
        """The times of a day, by second."""
        second = np.arange(DAY_S)
        parts = [(second // size % 60).tolist() for size in (3600, 60, 1)]
        clock = zip(*parts, strict=True)
        return pl.Series([f"T{hour:02d}:{minute:02d}:{each:02d}Z" for hour, minute, each in clock])

    def frame(self, rows: Rows) -> pl.DataFrame:
        """Versions as canonical columns; null is an empty field."""
        accepts = rows["action"] == ACCEPT
        procedures = [pl.Series([names[place] for names in PROCEDURES]) for place in (0, 1)]
        product, procedure = rows["product"], rows["procedure"]
        number = pl.Series(rows["declaration"] + _ID_DIGITS).cast(pl.String).str.slice(1)
        return pl.DataFrame(
            {
                "reporter": _where(np.ones(len(rows), bool), REPORTER),
                "declaration_id": REPORTER + number,
                "item": rows["item"],
                "version": rows["version"],
                "action": _taken(_ACTIONS, rows["action"]),
                "accepted_at": self._instants(rows["accepted_s"]),
                "office": _taken(self._offices, rows["office"]),
                "procedure": _taken(procedures[0], procedure),
                "previous_procedure": _taken(procedures[1], procedure),
                "product": _taken(self._products, product),
                "nomenclature": _where(product != ABSENT, NOMENCLATURE),
                "origin": _taken(self._origins, rows["origin"]),
                "dispatch": _taken(self._origins, rows["dispatch"]),
                "duty_rate": _taken(self._duties, np.where(accepts, product, ABSENT)),
                "importer": _taken(self._importers, rows["importer"]),
                "exporter": _numbered("X", rows["exporter"]),
                "gross_mass_kg": _scaled(rows["gross_g"], 1000),
                "net_mass_kg": _scaled(rows["mass_g"], 1000),
                "quantity": _scaled(rows["pieces"], 1),
                "quantity_unit": _where(rows["pieces"] != ABSENT, PIECES),
                "value": _scaled(rows["cents"], 100),
                "currency": _where(rows["cents"] != ABSENT, CURRENCY),
                "value_basis": _where(rows["cents"] != ABSENT, "CIF"),
                "valuation_method": _where(accepts, "1"),
                "clear": _where(rows["clears_mass"] == 1, "net_mass_kg"),
            }
        )

    def cells(self, period: str, products: Ints, origins: Ints, sums: Ints) -> pl.DataFrame:
        """The truth about one month: product, origin, period, net_mass_kg, value, lines."""
        return pl.DataFrame(
            {
                "product": _taken(self._products, products),
                "origin": _taken(self._origins, origins),
                "period": pl.Series([period]).new_from_index(0, len(products)),
                "net_mass_kg": _scaled(sums[:, 0], 1000),
                "value": _scaled(sums[:, 1], 100),
                "lines": sums[:, 2],
            }
        )

    def _instants(self, seconds: Ints) -> pl.Series:
        """RFC 3339 in UTC; few distinct days and times, so both are looked up."""
        present = seconds != ABSENT
        day = seconds // DAY_S
        known = np.unique(day[present])
        dates = pl.Series(known.astype("datetime64[D]").astype(str).tolist(), dtype=pl.String)
        days = _taken(dates, np.where(present, np.searchsorted(known, day), ABSENT))
        return days + _taken(self._clock, np.where(present, seconds % DAY_S, ABSENT))


def _taken(names: pl.Series, places: AnyArray) -> pl.Series:
    """[n] the name at each place, null where ABSENT."""
    where = pl.Series(places.astype(np.int64))
    return names.gather(where.set(where == ABSENT, None))


def _where(holds: AnyArray, text: str) -> pl.Series:
    """[n] a text where something holds, else null."""
    return _taken(pl.Series([text]), np.where(holds, 0, ABSENT))


def _numbered(letter: str, numbers: AnyArray) -> pl.Series:
    whole = pl.Series(numbers.astype(np.int64))
    return letter + whole.set(whole == ABSENT, None).cast(pl.String)


def _scaled(amounts: AnyArray, digits: int) -> pl.Series:
    """[n] whole numbers in a larger unit; a float's shortest text is exact at these sizes."""
    scaled = amounts if digits == 1 else amounts / digits
    return pl.Series(scaled).set(pl.Series(amounts == ABSENT), None)
