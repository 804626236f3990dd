"""Trade-remedy measures and proceedings anywhere, by the country whose exports they concern."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeVar

from tidegauge.domain.books.newest import Record, key_of, newer
from tidegauge.domain.books.prefixes import HS_DIGITS, prefixes, speaks_of
from tidegauge.domain.periods import month_number
from tidegauge.domain.records.measure import STAGES

Made = TypeVar("Made")
_KEY: Final = ("measure_id", "authority", "vintage")
_MONTH_LENGTH: Final = len("YYYY-MM")


class Step(NamedTuple):
    """One dated step of a measure: initiation, provisional or definitive measures, expiry."""

    month: int
    stage: str  # the field that holds the day
    record: Record


DATED: Final = ("initiated", "provisional", "definitive", "expires")


@dataclass
class MeasureBook:
    """Measures by (identifier, authority); found by target and HS code."""

    records: dict[tuple[str, str], Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._places: dict[
            tuple[str, str], dict[tuple[str, str], None]
        ] = {}  # not stored: follows from records
        self._made: Any = None
        self._targets: dict[str, dict[str, None]] = {}  # of each code
        for key, record in self.records.items():
            self._place(key, record)

    def take(self, row: Mapping[str, Any]) -> bool:
        """Enter one `measure` record; of one vintage the further stage counts. Whether it is newer."""
        key = (str(row["measure_id"]), str(row["authority"]))
        before = self.records.get(key)
        if not newer(row, before, STAGES):
            return False
        self._made = None
        for place in _places(before or {}):
            self._places[place].pop(key, None)
        self.records[key] = dict(row)
        self._place(key, self.records[key])
        return True

    def remembered(self, make: Callable[[], Made]) -> Made:
        """What `make` made of the records as they are; it makes again only once they have changed."""
        if self._made is None:
            self._made = make()
        made: Made = self._made
        return made

    def places(self) -> Iterator[tuple[str, str]]:
        """Every (target, HS code of at most six digits) that a measure names."""
        return (place for place, keys in self._places.items() if keys)

    def steps(
        self, products: tuple[str, ...], origin: str, here: tuple[str, ...], *, abroad: bool
    ) -> list[Step]:
        """The dated steps of measures against any of some products of an origin, oldest first.

        An empty origin stands for all: measures against any target.
        `abroad` asks for those of all authorities but `here` (compared on six HS digits and never without a
        named target), else for those of `here` (a measure without a target is against all origins).
        """
        found = [
            Step(int(month_number(str(record[stage])[:_MONTH_LENGTH])), stage, record)
            for record in self._records(products, origin, abroad=abroad)
            if (record["authority"] in here) is not abroad
            for stage in DATED
            if record.get(stage)
        ]
        return sorted(found, key=lambda step: (step.month, step.stage, sorted(cited(step.record).items())))

    def _records(self, products: tuple[str, ...], origin: str, *, abroad: bool) -> Iterator[Record]:
        keys: dict[tuple[str, str], None] = {}
        beginnings = dict.fromkeys(one for product in products for one in prefixes(product[:HS_DIGITS]))
        for prefix in beginnings:
            wanted = (origin,) if abroad else (origin, "")
            for target in wanted if origin else self._targets.get(prefix, {}):
                keys |= self._places.get((target, prefix), {})
        for key in keys:
            codes = self.records[key]["products"]
            if any(speaks_of(codes, product, abroad=abroad) for product in products):
                yield self.records[key]

    def _place(self, key: tuple[str, str], record: Record) -> None:
        for place in _places(record):
            self._places.setdefault(place, {})[key] = None
            self._targets.setdefault(place[1], {})[place[0]] = None


def cited(record: Mapping[str, Any]) -> Record:
    """The record key of a measure as evidence names it."""
    return {"record": "measure", **key_of(record, _KEY)}


def _places(record: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(str(record.get("target") or ""), code[:HS_DIGITS]) for code in record.get("products") or ()}
