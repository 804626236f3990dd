"""`ruleset`: the rules in force, with areas, chapter families and concordances."""

from typing import Final

from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType

RULESET: Final = RecordTable(
    kind=RecordKind.RULESET,
    title="The rules in force",
    key=("hash",),
    fields=(
        Field("hash", T.TEXT, "SHA-256 of the content, in hex", required=True),
        Field("content", T.TEXT, "Rules, areas, chapter families and concordances, as JSON", required=True),
    ),
)
