"""Turn text columns into typed columns, a whole column at a time.

What is refused here becomes null; `domain.records.values.read_value` then says why, and is the reference that
these expressions are tested against.
"""

from collections.abc import Mapping
from datetime import MAXYEAR
from typing import Any, Final

import polars as pl

from tidegauge.domain.records import Field, FieldType, Sign
from tidegauge.domain.records.fields import FIXED_DIGITS, LISTS, NUMBERS
from tidegauge.domain.records.values import RefusedError, read_value
from tidegauge.ingest.distinct import constant, encoded
from tidegauge.ingest.fixed_point import fixed_point

# Few distinct texts in a column: each is read once by the reference, and the column by look-up.
LOOKED_UP: Final = frozenset(
    {FieldType.COUNTRY, FieldType.CURRENCY, FieldType.CHOICE, FieldType.PERIOD, FieldType.DATE, *LISTS}
)
_INSTANT: Final = r"^[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-5][0-9])$"
_WHOLE_SECONDS: Final = "%Y-%m-%dT%H:%M:%SZ"  # the commonest form, read in half the time
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
    return read_column(field, text)[0]


def read_column(field: Field, text: pl.Series) -> tuple[pl.Series, int]:
    """The typed column, and how many amounts had digits beyond the fixed precision.

    A column of whole numbers, or of floats for a field of floats, is taken as read.
    """
    if text.null_count() == len(text):
        return pl.Series(text.name, [None], typed_dtype(field)).new_from_index(0, len(text)), 0
    if field.type in FIXED_DIGITS and text.dtype == pl.Int64():
        return _signed(field, text * pl.Series([10 ** FIXED_DIGITS[field.type]])), 0
    if field.type in FIXED_DIGITS:
        units, rounded = fixed_point(text.cast(pl.String), FIXED_DIGITS[field.type])
        return _signed(field, units), rounded
    if isinstance(text.dtype, pl.Enum):
        known, places = encoded(text)
        return _plain_column(field, known).gather(places), 0
    return _plain_column(field, text), 0


def _plain_column(field: Field, text: pl.Series) -> pl.Series:
    if field.type in LOOKED_UP:
        return _looked_up(field, text)
    if field.type in NUMBERS:
        return _signed(field, _plain_number(field, text))
    if field.type is FieldType.PRODUCT:
        return _kept_where(text, _is_product(text))
    if field.type is FieldType.INSTANT:
        return _instant(text)
    return text


def _is_product(text: pl.Series) -> pl.Series:
    """2 to 10 digits: a whole number that starts with neither sign."""
    number = text.cast(pl.UInt64, strict=False)
    return number.is_not_null() & text.str.len_bytes().is_between(2, 10) & (text >= "0")


def _looked_up(field: Field, text: pl.Series) -> pl.Series:
    dtype = typed_dtype(field)
    if constant(text):
        return pl.Series(text.name, [_value(field, text[0])], dtype).new_from_index(0, len(text))
    known, places = encoded(text)
    values = pl.Series(text.name, [_value(field, value) for value in known.to_list()], dtype)
    if dtype == pl.String() and not values.null_count():
        return text
    return values.gather(places)


def _value(field: Field, text: str) -> Any:
    try:
        return read_value(field, text)
    except RefusedError:
        return None


def _plain_number(field: Field, text: pl.Series) -> pl.Series:
    if field.type is FieldType.INTEGER:
        return text.cast(pl.Int64, strict=False)
    number = text.cast(pl.Float64, strict=False)  # no copy where it is one
    return _kept_where(number, number.is_finite())


def _signed(field: Field, number: pl.Series) -> pl.Series:
    if field.sign is Sign.ANY:
        return number
    return _kept_where(number, number > 0 if field.sign is Sign.POSITIVE else number >= 0)


def _instant(text: pl.Series) -> pl.Series:
    full = _kept_where(text, text.str.contains(_INSTANT))
    moment = full.str.to_datetime(_WHOLE_SECONDS, time_unit="us", strict=False).dt.replace_time_zone("UTC")
    if moment.null_count() != full.null_count():
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
