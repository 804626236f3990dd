"""The vocabulary of record tables: field types, fields, and the table of one record kind.

The tables are the only place where the columns of a record are written down: validation, the typed frames
and the JSON Schemas follow them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from tidegauge.domain.amounts import Digits


class RecordKind(StrEnum):
    """The kinds of canonical record."""

    DECLARATION = "declaration"
    FLOW = "flow"
    PRICE = "price"
    INDUSTRY = "industry"
    MEASURE = "measure"
    SUBSIDY = "subsidy"
    SCOPE = "scope"
    TARIFF = "tariff"
    TRIGGER = "trigger"
    FX = "fx"
    RULESET = "ruleset"
    MARK = "mark"
    NAME = "name"


class FieldType(StrEnum):
    """What the text of a field must be."""

    TEXT = "text"
    PRODUCT = "product"  # 2 to 10 digits
    CODE = "code"  # a product code or a code of another classification, such as C20.15
    PRODUCTS = "products"  # product codes, separated by blanks or semicolons
    COUNTRY = "country"  # ISO 3166-1 alpha-2 or a known pseudo code
    COUNTRIES = "countries"
    CURRENCY = "currency"  # three capital letters
    PERIOD = "period"  # YYYY-MM
    DATE = "date"  # YYYY-MM-DD
    INSTANT = "instant"  # RFC 3339, or a date, which stands for its midnight in UTC
    MONEY = "money"
    MASS = "mass_kg"
    QUANTITY = "quantity"
    DECIMAL = "decimal"
    INTEGER = "integer"
    CHOICE = "choice"


class Sign(StrEnum):
    """Which numbers a field may hold."""

    ANY = "any"
    NON_NEGATIVE = "non_negative"
    POSITIVE = "positive"


FIXED_DIGITS: Final[Mapping[FieldType, int]] = {
    FieldType.MONEY: Digits.MONEY,
    FieldType.MASS: Digits.MASS,
    FieldType.QUANTITY: Digits.QUANTITY,
}
NUMBERS: Final = frozenset({*FIXED_DIGITS, FieldType.DECIMAL, FieldType.INTEGER})
MOMENTS: Final = frozenset({FieldType.PERIOD, FieldType.DATE, FieldType.INSTANT})
LISTS: Final = frozenset({FieldType.PRODUCTS, FieldType.COUNTRIES})


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a record.

    `needs` names a field that must be present where this one is (money needs its currency).
    `required_if` is (field, value): required in rows where that field has that value.
    `one_family`: its product codes must lie in one chapter family, as one partition holds them.
    """

    name: str
    type: FieldType
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()
    confidential: bool = False
    sign: Sign = Sign.NON_NEGATIVE
    needs: str = ""
    required_if: tuple[str, str] | None = None
    one_family: bool = False

    @property
    def column(self) -> str:
        """The name of the typed column: the unit of its whole numbers is in it."""
        match self.type:
            case FieldType.MASS:
                return self.name.removesuffix("_kg") + "_g"
            case FieldType.QUANTITY:
                return self.name + "_milli"
            case FieldType.MONEY:
                return self.name + "_e4"
            case FieldType.PERIOD:
                return self.name.replace("period", "month")
            case _:
                return self.name


@dataclass(frozen=True)
class RecordTable:
    """All that is fixed about one kind of record.

    `key` names the fields whose values identify a record; `one_of` groups of which a row needs at least one.
    """

    kind: RecordKind
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """The fields by name, in the table's order."""
        return {field.name: field for field in self.fields}

    @cached_property
    def required(self) -> frozenset[str]:
        """Names of the fields that every row must have."""
        return frozenset(field.name for field in self.fields if field.required)

    @cached_property
    def confidential(self) -> frozenset[str]:
        """Names of the fields that never leave."""
        return frozenset(field.name for field in self.fields if field.confidential)
