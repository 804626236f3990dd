"""How the components of an SDMX data set stand for the fields of a record: the column map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tidegauge.domain.records import RecordKind


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """One data set read as one kind of record; written as a TOML file with the same names.

    `columns`: {field of the record: component of the data set}. `constants`: {field: its value in every
    row}. `values`: {field: {code of the data set: our value}}; a code that is not named stays. `select`:
    {component: codes to take}, all others are left out. `observation`: the field that OBS_VALUE fills.
    """

    record: RecordKind
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    select: Mapping[str, Sequence[str]] = field(default_factory=dict)
    observation: str = "value"
