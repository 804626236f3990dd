"""`subsidy`: what is known of a subsidy programme."""

from typing import Final

from tidegauge.domain.records import common
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType
# SCM Agreement Art. 1.1(a)(1)(i) to (iv), and Art. 1.1(a)(2).
KINDS = (
    "direct_transfer", "revenue_forgone", "goods_or_services", "entrustment", "income_or_price_support",
)  # fmt: skip
# SCM Agreement Art. 14(a) to (d).
METHODS = ("equity", "loan", "loan_guarantee", "provision_or_purchase")

SUBSIDY: Final = RecordTable(
    kind=RecordKind.SUBSIDY,
    title="What is known of a subsidy programme",
    key=("programme_id", "source"),
    fields=(
        Field("programme_id", T.TEXT, "Identifier of the programme", required=True),
        Field("granting", T.COUNTRY, "Country that grants it", required=True),
        Field("programme", T.TEXT, "Name of the programme"),
        Field("kind", T.CHOICE, "Financial contribution, SCM Art. 1.1(a)", choices=KINDS),
        Field("specificity", T.TEXT, "Why it is specific, SCM Art. 2"),
        Field("prohibited", T.CHOICE, "Prohibited, SCM Art. 3", choices=("no", "export", "local_content")),
        Field("public_body_basis", T.TEXT, "Why the granting body counts as public"),
        common.products(),
        common.nomenclature(),
        Field("recipient", T.TEXT, "Recipient, as published"),
        common.number("benefit_ad_valorem", "Benefit, per cent ad valorem"),
        Field("method", T.CHOICE, "How the benefit is measured, SCM Art. 14", choices=METHODS),
        Field("benchmark_scope", T.TEXT, "In-country or out-of-country benchmark"),
        Field("period_from", T.PERIOD, "First month"),
        Field("period_to", T.PERIOD, "Last month"),
        Field("found_by", T.TEXT, "Authority whose finding it is, or notified, petition, analyst"),
        Field("confidence", T.TEXT, "How sure the finder is"),
        common.source(),
        common.url(),
    ),
)
