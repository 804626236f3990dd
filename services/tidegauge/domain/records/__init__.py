"""Canonical records: one table of fields for each kind, from which everything else follows."""

from collections.abc import Mapping
from typing import Final

from tidegauge.domain.records.declaration import DECLARATION
from tidegauge.domain.records.fields import Field, FieldType, RecordKind, RecordTable, Sign
from tidegauge.domain.records.flow import FLOW
from tidegauge.domain.records.fx import FX
from tidegauge.domain.records.industry import INDUSTRY
from tidegauge.domain.records.mark import MARK
from tidegauge.domain.records.measure import MEASURE
from tidegauge.domain.records.name import NAME
from tidegauge.domain.records.price import PRICE
from tidegauge.domain.records.reasons import LEFT_OUT, Note, Reason
from tidegauge.domain.records.ruleset import RULESET
from tidegauge.domain.records.scope import SCOPE
from tidegauge.domain.records.subsidy import SUBSIDY
from tidegauge.domain.records.tariff import TARIFF
from tidegauge.domain.records.trigger import TRIGGER

__all__ = ["LEFT_OUT", "RECORDS", "Field", "FieldType", "Note", "Reason", "RecordKind", "RecordTable", "Sign"]

RECORDS: Final[Mapping[RecordKind, RecordTable]] = {
    table.kind: table
    for table in (
        DECLARATION, FLOW, PRICE, INDUSTRY, MEASURE, SUBSIDY, SCOPE, TARIFF, TRIGGER, FX, RULESET, MARK, NAME,
    )
}  # fmt: skip
