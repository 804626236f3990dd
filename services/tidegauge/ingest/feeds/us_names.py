"""Country names as United States trade-remedy lists and notices write them, as alpha-2 codes.

Names are those of `domain.country_names`, plus the forms that the Department of Commerce, the International
Trade Commission and the WTO's lists use. A text may name several countries.
"""

import re
from collections.abc import Mapping
from typing import Final

from tidegauge.domain.country_names import COUNTRY_NAMES

_FORMS: Final[Mapping[str, str]] = {
    "belguim": "BE",  # as published
    "bolivarian republic of venezuela": "VE",
    "burma": "MM",
    "chinese taipei": "TW",
    "columbia": "CO",  # as published
    "czech republic": "CZ",
    "holland": "NL",
    "hong kong": "HK",
    "korea": "KR",
    "korea, republic of": "KR",
    "kyrgyz republic": "KG",
    "macedonia": "MK",
    "moldova, republic of": "MD",
    "people's republic of china": "CN",
    "prc": "CN",
    "republic of south africa": "ZA",
    "republic of turkey": "TR",
    "republic of türkiye": "TR",
    "russian federation": "RU",
    "saudi arabia, kingdom of": "SA",
    "socialist republic of vietnam": "VN",
    "sultanate of oman": "OM",
    "trinidad & tobago": "TT",
    "turkey": "TR",
    "turkiye": "TR",
    "u.k.": "GB",
    "u.s.s.r.": "SU",
    "uae": "AE",
    "united states of america": "US",
    "venezuela, bolivarian republic of": "VE",
    "viet nam": "VN",
    "yugoslavia, socialist federal republic of": "YU",
}
_PSEUDO: Final = ("EU", "QR", "ZZ")
COUNTRY_WORDS: Final = {
    name.lower(): code for code, name in COUNTRY_NAMES.items() if code not in _PSEUDO
} | dict(_FORMS)
# Longest first, so that "South Korea" is not read as "Korea" and "Korea, Republic of" not cut at its comma.
_NAMED: Final = re.compile(
    r"(?<!\w)("
    + "|".join(re.escape(name) for name in sorted(COUNTRY_WORDS, key=len, reverse=True))
    + r")(?!\w)"
)


def countries_in(text: str) -> tuple[str, ...]:
    """The alpha-2 codes of the countries that a text names, in their order, each once."""
    plain = text.lower().replace("\u2019", "'")
    return tuple(dict.fromkeys(COUNTRY_WORDS[found] for found in _NAMED.findall(plain)))


def targets(text: str) -> tuple[str | None, ...]:
    """The countries of a field that holds nothing else; a name that is not known stays as it is.

    The record's check then refuses it by its name. An empty field is one target that is not known.
    """
    found = countries_in(text)
    left = _NAMED.sub("", text.lower().replace("\u2019", "'")).strip(" ,;")
    if left:
        return (text,)
    return found or (None,)
