"""Blocks: many rows of one kind for one partition, as columns of whole numbers."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tidegauge.domain.arrays import AnyArray


class BlockKind(StrEnum):
    """What the rows of a block are."""

    CONTRIBUTIONS = "contributions"  # signed lines and cells, from ingest to the monitor
    RECORDS = "records"  # reference records (price, fx, industry, ruleset ...) as canonical rows
    MARK = "mark"  # time passes: rules run only here
    FIGURES = "figures"  # changed cells, from the monitor to intake
    OUTCOMES = "outcomes"  # what a rule said about followed subjects, from the monitor to intake


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of equal length, and a header that all rows share.

    CONTRIBUTIONS, header `feeds`: list of [reporter, source, currency, value_basis, nomenclature],
    `units`: list of quantity units, `vintages`: list of dates, `raw_partition`: int. Columns: feed, product,
    origin, month, week (-1: none), sign, mass_g, has_mass, quantity_milli, unit (-1: no quantity), value_e4,
    has_value, firm (0: unknown), line_key, version, vintage (index), raw_offset. Lines of declarations have
    also gross_g (0: not stated), melt (country of melt and pour, 0: not stated), quota (1: under a quota).

    FIGURES, header `as_of`, `feeds` as above and, where products are scopes (numbers from SCOPE_BASE on),
    `scopes`: list of their ids. Columns: feed, product, origin, month, mass_g,
    quantity_milli, value_e4, lines, paired_mass_g, paired_value_e4. Values are the cells' new totals.

    OUTCOMES, header `as_of`, `feeds`, `rule`, `rule_version`, `month`, `reasons` (by code), `scopes`.
    Columns: feed, product, origin (0: all), scope (index; "": the product itself),
    reason, severity, fired, closed, and `figure.NAME` for each (NaN: unknown).

    RECORDS, header `record` (its kind) and `rows` (a list of canonical rows); no columns. Beside the public
    kinds there is `conversion`: a rate by which ingest converted amounts (domain.books.conversions).
    MARK, header as_of, reason, closes (number of a month, of a `week_close` of a week, or null), feed
    ([reporter, source] or null).
    """

    kind: BlockKind
    header: dict[str, Any]
    columns: dict[str, AnyArray] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many rows the columns hold."""
        return len(next(iter(self.columns.values()), ()))
