"""What an operator may set about ingest."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tidegauge.ingest.limits import InvalidLimit


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """How ingest reads and writes; every setting has a default."""

    partitions: int = 1
    batch_rows: int = 4096
    mark_every_rows: int = 250_000  # about a second of busy input
    amendment_window_months: int = 36
    close_days: int = 3  # a month of declarations closes so long after its end
    limit: InvalidLimit | None = None  # where a feed is paused; None: nowhere
    reporting_currency: str = ""  # of new feeds; empty: the one that a feed states first
    editions: Mapping[str, str] = field(default_factory=dict)  # source -> HS edition that it is restated in
    cif_where_stated: bool = False  # FOB statistics with freight and insurance become CIF
