"""`price`: an import-price feed or a benchmark."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable, Sign

T = FieldType
KINDS = ("home_market", "third_country", "constructed", "domestic", "benchmark", "index", "trigger")

PRICE: Final = RecordTable(
    kind=RecordKind.PRICE,
    title="An import price, a benchmark, an index or a reference price",
    key=("source", "kind", "product", "market", "origin", "period", "date"),
    one_of=(("period", "date"),),
    fields=(
        common.source(),
        Field("kind", T.CHOICE, "What the price is", required=True, choices=KINDS),
        common.product(),
        common.nomenclature(),
        Field("market", T.COUNTRY, "Market in which the price holds"),
        common.origin(),
        common.period(required=False),
        Field("date", T.DATE, "Day, where the price is a daily one"),
        common.number("price", "Price per unit, or the index", required=True, sign=Sign.POSITIVE),
        Field("currency", T.CURRENCY, "ISO 4217 code; empty for an index"),
        Field("unit", T.TEXT, "kg or the quantity unit; the base of an index", required=True),
        Field("basis", T.TEXT, "Terms of the price, such as FOB, CFR, ex-works"),
        common.vintage(),
    ),
)
