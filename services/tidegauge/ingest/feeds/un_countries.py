"""The UN's country numbers (M49, and those of UN Comtrade) as alpha-2 codes.

They are those of ISO 3166-1 where it has one; areas that name no country are ZZ.
"""

from typing import Final

from tidegauge.domain.countries import NUMERIC_TO_ALPHA2

UN_COUNTRIES: Final = {
    **NUMERIC_TO_ALPHA2,
    "251": "FR", "381": "IT", "380": "IT", "490": "TW", "579": "NO", "699": "IN", "757": "CH", "842": "US",
    "841": "US", "97": "EU", "097": "EU", "736": "SD", "530": "AN", "532": "AN", "891": "CS", "890": "YU",
    "810": "SU", "278": "DD", "280": "DE", "849": "UM", "412": "XK",
} | dict.fromkeys(
    ("129", "221", "290", "471", "472", "473", "492", "527", "536", "568", "577", "636", "637", "697", "837",
     "838", "839", "879", "899"),
    "ZZ",
)  # fmt: skip
