"""A refused row: where it stood, why it was refused, and its raw text for mending."""

from dataclasses import dataclass, field

from tidegauge.domain.records import Reason

RAW_LIMIT = 2_000  # characters of raw text that a reject keeps


@dataclass(frozen=True, slots=True)
class Reject:
    """One row in quarantine.

    `line` is the physical line, counted from 1 with the header (the row number in a Parquet file, the sheet
    row in a workbook). `column` is the field's name, empty where the whole line is at fault. `record` is the
    row in canonical fields as JSON, where it could be split into fields. It and `raw` may hold identities:
    they are kept for mending, and never printed or logged.
    """

    file: str
    line: int
    column: str
    reason: Reason
    raw: str = field(repr=False)
    record: str = field(default="", repr=False)

    def __str__(self) -> str:
        """The sentence shown to an operator, without the raw text."""
        place = f"{self.file}:{self.line}"
        return f"{place}: {self.column}: {self.reason}" if self.column else f"{place}: {self.reason}"
