"""Read one value of a record from its text: the reference that vectorised reading is held against.

Readers of single messages use it as it is; file readers use it to say why a value was refused.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from tidegauge.domain.amounts import AmountRangeError, NotANumberError, decimal_number, to_fixed
from tidegauge.domain.codes import chapter_family, is_country, is_product
from tidegauge.domain.countries import COUNTRIES
from tidegauge.domain.periods import month_number
from tidegauge.domain.records.fields import FIXED_DIGITS, LISTS, MOMENTS, NUMBERS, Field, FieldType, Sign
from tidegauge.domain.records.reasons import Reason

Parsed = TypeVar("Parsed")
Value = str | int | float | date | datetime | list[str]

INT64_LIMIT = 2**63
LIST_SEPARATORS = r"[;| ]+"
_SPLIT = re.compile(LIST_SEPARATORS)
_CURRENCY = re.compile(r"[A-Z]{3}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-5][0-9]))?"
)


class RefusedError(ValueError):
    """A value that cannot be read; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def read_value(field: Field, text: str) -> Value:
    """The typed value of a non-empty text; raises RefusedError with its reason."""
    if field.type in NUMBERS:
        return _number(field, text)
    if field.type in LISTS:
        read = _product if field.type is FieldType.PRODUCTS else _country
        return _of_one_family(field, [read(part) for part in _SPLIT.split(text)])
    if field.type in MOMENTS:
        return _moment(field, text)
    return _code(field, text)


def _code(field: Field, text: str) -> str:
    match field.type:
        case FieldType.PRODUCT:
            return _product(text)
        case FieldType.COUNTRY:
            return _country(text)
        case FieldType.CHOICE:
            return _matching(text in field.choices, text, Reason.UNKNOWN_CHOICE)
        case FieldType.CURRENCY:
            return _matching(_CURRENCY.fullmatch(text) is not None, text, Reason.NOT_A_CURRENCY)
        case _:
            return text


def _of_one_family(field: Field, codes: list[str]) -> list[str]:
    if field.one_family and len(set(map(chapter_family, codes))) > 1:
        raise RefusedError(Reason.SEVERAL_CHAPTER_FAMILIES)
    return codes


def _matching(ok: bool, text: str, reason: Reason) -> str:  # noqa: FBT001 - a private one-liner
    if not ok:
        raise RefusedError(reason)
    return text


def _product(text: str) -> str:
    return _matching(is_product(text), text, Reason.NOT_A_PRODUCT_CODE)


def _country(text: str) -> str:
    _matching(is_country(text), text, Reason.NOT_A_COUNTRY)
    return _matching(text in COUNTRIES, text, Reason.UNKNOWN_COUNTRY)


def _number(field: Field, text: str) -> int | float:
    try:
        exact = decimal_number(text)
        value = _typed_number(field, text, exact)
    except NotANumberError:
        raise RefusedError(Reason.NOT_A_NUMBER) from None
    except AmountRangeError:
        raise RefusedError(Reason.OUT_OF_RANGE) from None
    if field.sign is not Sign.ANY and value < 0:
        raise RefusedError(Reason.NEGATIVE)
    if field.sign is Sign.POSITIVE and value == 0:
        raise RefusedError(Reason.NOT_POSITIVE)
    return value


def _typed_number(field: Field, text: str, exact: Decimal) -> int | float:
    if field.type in FIXED_DIGITS:
        return to_fixed(text, FIXED_DIGITS[field.type]).value
    if field.type is FieldType.INTEGER:
        return _integer(text)
    value = float(exact)
    if math.isinf(value):
        raise AmountRangeError(f"'{text}' is too large")
    return value


def _integer(text: str) -> int:
    if re.fullmatch(r"[+-]?[0-9]+", text) is None:
        raise RefusedError(Reason.NOT_A_WHOLE_NUMBER)
    value = int(text)
    if not -INT64_LIMIT <= value < INT64_LIMIT:
        raise AmountRangeError(f"'{text}' has too many digits")
    return value


def _moment(field: Field, text: str) -> int | date | datetime:
    if field.type is FieldType.PERIOD:
        return _parsed(lambda: month_number(text), Reason.NOT_A_PERIOD)
    if field.type is FieldType.DATE:
        _matching(_DATE.fullmatch(text) is not None, text, Reason.NOT_A_DATE)
        return _parsed(lambda: date.fromisoformat(text), Reason.NOT_A_DATE)
    _matching(_INSTANT.fullmatch(text) is not None, text, Reason.NOT_AN_INSTANT)
    return _parsed(lambda: _instant(text), Reason.NOT_AN_INSTANT)


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parsed(parse: Callable[[], Parsed], reason: Reason) -> Parsed:
    try:
        return parse()
    except (ValueError, OverflowError):
        raise RefusedError(reason) from None
