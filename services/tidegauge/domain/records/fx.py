"""`fx`: a monthly exchange rate."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable, Sign

T = FieldType

FX: Final = RecordTable(
    kind=RecordKind.FX,
    title="A monthly exchange rate",
    key=("currency", "base", "period", "source"),
    fields=(
        Field("currency", T.CURRENCY, "Currency that is counted", required=True),
        Field("base", T.CURRENCY, "Currency of which one unit is priced", required=True),
        common.period(),
        common.number("rate", "Units of currency for one unit of base", required=True, sign=Sign.POSITIVE),
        common.source(),
        common.vintage(),
    ),
)
