"""Turn text columns into typed columns, a whole column at a time.

What is refused here becomes null; `domain.records.values.read_value` then says why, and is the reference that
these expressions are tested against.
"""

from collections.abc import Mapping
from datetime import MAXYEAR
from typing import Any, Final

import polars as pl

from tidegauge.domain.amounts import FIXED_LIMIT
from tidegauge.domain.records import Field, FieldType, Sign
from tidegauge.domain.records.fields import FIXED_DIGITS, LISTS, NUMBERS
from tidegauge.domain.records.values import RefusedError, read_value

# Few distinct texts in a column: each is read once by the reference, and the column by look-up.
LOOKED_UP: Final = frozenset(
    {FieldType.COUNTRY, FieldType.CURRENCY, FieldType.CHOICE, FieldType.PERIOD, FieldType.DATE, *LISTS}
)
_DIGITS_HELD: Final = 18  # below FIXED_LIMIT
_INSTANT: Final = r"^[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-5][0-9])$"
_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

_DTYPES: Final[Mapping[FieldType, pl.DataType]] = {
    FieldType.PERIOD: pl.Int32(),
    FieldType.DATE: pl.Date(),
    FieldType.INSTANT: pl.Datetime("us", "UTC"),
    FieldType.MONEY: pl.Int64(),
    FieldType.MASS: pl.Int64(),
    FieldType.QUANTITY: pl.Int64(),
    FieldType.INTEGER: pl.Int64(),
    FieldType.DECIMAL: pl.Float64(),
    FieldType.PRODUCTS: pl.List(pl.String()),
    FieldType.COUNTRIES: pl.List(pl.String()),
}


def typed_dtype(field: Field) -> pl.DataType:
    """The Polars type of a field's typed column; codes and texts stay String."""
    return _DTYPES.get(field.type, pl.String())


def typed_column(field: Field, text: pl.Series) -> pl.Series:
    """The typed column of a text column: null where the text is null or refused."""
    if field.type in LOOKED_UP:
        return _looked_up(field, text)
    if field.type in FIXED_DIGITS:
        return _signed(field, _fixed(text, FIXED_DIGITS[field.type]))
    if field.type in NUMBERS:
        return _signed(field, _plain_number(field, text))
    if field.type is FieldType.PRODUCT:
        return _kept_where(text, text.str.contains("^[0-9]{2,10}$"))
    if field.type is FieldType.INSTANT:
        return _instant(text)
    return text


def rounded_count(field: Field, text: pl.Series) -> int:
    """How many amounts of a column had digits beyond the fixed precision."""
    digits = FIXED_DIGITS[field.type]
    point = text.str.find(".", literal=True)
    longer = text.str.len_bytes() > point + (digits + 1)
    if text.str.contains("e", literal=True).any() or text.str.contains("E", literal=True).any():
        longer |= text.str.contains("[eE]")
    suspects = text.filter(longer.fill_null(value=False))
    if not len(suspects):
        return 0
    exact = suspects.cast(pl.Decimal(38, 16), strict=False)
    kept = suspects.cast(pl.Decimal(38, digits), strict=False).cast(pl.Decimal(38, 16), strict=False)
    return int((exact != kept).sum())


def _looked_up(field: Field, text: pl.Series) -> pl.Series:
    known = _distinct(text)
    values = [_value(field, value) for value in known]
    dtype = typed_dtype(field)
    if dtype == pl.String():
        refused = [text for text, value in zip(known, values, strict=True) if value is None]
        return _kept_where(text, ~text.is_in(refused)) if refused else text
    if not known:
        return pl.Series(text.name, [None] * len(text), dtype)
    if len(known) == 1 and not text.null_count():
        return pl.Series(text.name, values, dtype).new_from_index(0, len(text))
    if isinstance(dtype, pl.List):
        places = text.replace_strict(known, range(len(known)), return_dtype=pl.UInt32)
        return pl.Series(values, dtype=dtype).gather(places).alias(text.name)
    return text.replace_strict(known, pl.Series(values, dtype=dtype), default=None, return_dtype=dtype)


def _distinct(text: pl.Series) -> list[str]:
    """The texts that occur; a column of one text is told by comparing, which is cheaper than hashing."""
    if not len(text) or text.null_count() == len(text):
        return []
    if not text.null_count() and (text == text[0]).all():
        return [text[0]]
    return text.drop_nulls().unique().to_list()


def _value(field: Field, text: str) -> Any:
    try:
        return read_value(field, text)
    except RefusedError:
        return None


def _fixed(text: pl.Series, digits: int) -> pl.Series:
    """Whole numbers at full speed, decimals exactly; Decimal casts round half to even."""
    whole = text.cast(pl.Int64, strict=False)
    if whole.null_count() == text.null_count():
        scale: int = 10**digits
        return _kept_where(whole, whole.abs() < FIXED_LIMIT // scale) * scale
    units: pl.Series = text.cast(pl.Decimal(_DIGITS_HELD, digits), strict=False).to_physical()
    return units.cast(pl.Int64)


def _plain_number(field: Field, text: pl.Series) -> pl.Series:
    if field.type is FieldType.INTEGER:
        return text.cast(pl.Int64, strict=False)
    number = text.cast(pl.Float64, strict=False)
    return _kept_where(number, number.is_finite())


def _signed(field: Field, number: pl.Series) -> pl.Series:
    if field.sign is Sign.ANY:
        return number
    return _kept_where(number, number > 0 if field.sign is Sign.POSITIVE else number >= 0)


def _instant(text: pl.Series) -> pl.Series:
    full = _kept_where(text, text.str.contains(_INSTANT))
    moment = full.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    if moment.null_count() == text.null_count():
        return _of_our_era(moment)
    day = _kept_where(text, text.str.contains(_DATE)).str.to_date("%Y-%m-%d", strict=False)
    midnight = day.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return _of_our_era(pl.select(pl.coalesce(moment, midnight)).to_series().alias(text.name))


def _of_our_era(moment: pl.Series) -> pl.Series:
    """Instants of the years 1 to 9999, which are those that a date can hold in UTC."""
    return _kept_where(moment, moment.dt.year().is_between(1, MAXYEAR).fill_null(value=True))


def _kept_where(values: pl.Series, ok: pl.Series) -> pl.Series:
    """The values where `ok` holds, else null; nothing is copied where it holds throughout."""
    if ok.all():
        return values
    return pl.select(pl.when(ok).then(values)).to_series().alias(values.name)
