"""Countries not written as alpha-2: numbers, alpha-3 codes, English names, pseudo-partners."""

from typing import Final

import polars as pl

from tidegauge.domain.countries import ALPHA3_TO_ALPHA2, NUMERIC_TO_ALPHA2
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.un_countries import UN_COUNTRIES
from tidegauge.ingest.feeds.us_names import COUNTRY_WORDS

_MORE_FORMS: Final = {
    "bolivia (plurinational state of)": "BO",
    "brunei darussalam": "BN",
    "cabo verde": "CV",
    "central african republic": "CF",
    "china, people's republic of": "CN",
    "congo, democratic republic of the": "CD",
    "cote d'ivoire": "CI",
    "democratic republic of the congo": "CD",
    "great britain": "GB",
    "iran (islamic republic of)": "IR",
    "iran, islamic republic of": "IR",
    "ivory coast": "CI",
    "lao people's democratic republic": "LA",
    "macau": "MO",
    "republic of korea": "KR",
    "republic of moldova": "MD",
    "swaziland": "SZ",
    "syrian arab republic": "SY",
    "taiwan, province of china": "TW",
    "tanzania, united republic of": "TZ",
    "the netherlands": "NL",
    "timor-leste": "TL",
    "united kingdom of great britain and northern ireland": "GB",
    "united republic of tanzania": "TZ",
    "venezuela (bolivarian republic of)": "VE",
}
_NO_COUNTRY: Final = (
    "areas, nes", "areas not elsewhere specified", "bunkers", "confidential", "free zones", "not declared",
    "not specified", "countries and territories not specified", "special categories", "stores and provisions",
    "unknown", "unknown country", "unspecified",
)  # fmt: skip
_POOLED: Final = ("other countries", "other origins", "others", "rest of world")
_CODES: Final = (
    COUNTRY_WORDS
    | _MORE_FORMS
    | dict.fromkeys(_NO_COUNTRY, "ZZ")
    | dict.fromkeys(_POOLED, "QR")
    | {code.lower(): alpha2 for code, alpha2 in ALPHA3_TO_ALPHA2.items()}
)
# 492 is Monaco here, as in ISO 3166-1; in UN Comtrade it is an area of Europe.
_NUMBERS: Final = UN_COUNTRIES | NUMERIC_TO_ALPHA2
_DIGITS = 3
_ALPHA2 = 2


def alpha2(text: str) -> str:
    """The alpha-2 code of a country written otherwise; what is none, and two letters, stay as they are.

    Totals such as World are no partner: they stay too, and the record's check refuses them.
    """
    if len(text) == _ALPHA2 and not text.isdecimal():
        return text
    if text.isdecimal() and len(text) <= _DIGITS:
        return _NUMBERS.get(text.zfill(_DIGITS), text)
    return _CODES.get(text.lower().replace("\u2019", "'"), text)


def in_alpha2(column: pl.Series) -> pl.Series:
    """A text column with its countries as alpha-2 codes."""
    return Distinct(column).mapped(
        lambda known: pl.Series(known.name, map(alpha2, known.to_list()), pl.String)
    )
