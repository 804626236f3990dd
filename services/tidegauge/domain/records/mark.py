"""`mark`: time passes; rules run only here."""

from typing import Final

from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable

T = FieldType
REASONS = ("batch", "file_period", "week_close", "month_close")

MARK: Final = RecordTable(
    kind=RecordKind.MARK,
    title="Time passes; rules run only here",
    key=("as_of", "reason"),
    fields=(
        Field("as_of", T.INSTANT, "The instant as of which the rules look", required=True),
        Field("reason", T.CHOICE, "Why the mark was written", required=True, choices=REASONS),
        Field("closes", T.PERIOD, "Month that closes; none where a week does"),
    ),
)
