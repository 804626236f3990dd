"""Which currency an origin invoices and earns in at home, where a central-bank reference rate exists.

Source: ISO 4217 list one; the currencies are those with a euro reference rate of the European Central Bank.
"""

from typing import Final

_EURO = "AD AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM VA XK EU"
_OWN = {
    "AU": "AUD", "BR": "BRL", "CA": "CAD", "CH": "CHF", "CN": "CNY", "CZ": "CZK", "DK": "DKK", "GB": "GBP",
    "HK": "HKD", "HU": "HUF", "ID": "IDR", "IL": "ILS", "IN": "INR", "IS": "ISK", "JP": "JPY", "KR": "KRW",
    "LI": "CHF", "MX": "MXN", "MY": "MYR", "NO": "NOK", "NZ": "NZD", "PH": "PHP", "PL": "PLN", "RO": "RON",
    "RU": "RUB", "SE": "SEK", "SG": "SGD", "TH": "THB", "TR": "TRY", "US": "USD", "ZA": "ZAR", "MA": "MAD",
}  # fmt: skip

HOME_CURRENCY: Final = dict.fromkeys(_EURO.split(), "EUR") | _OWN
