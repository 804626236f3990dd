"""Which products an industry makes: NACE Rev. 2 codes beside HS prefixes.

Read off the titles of both lists, heading by heading or chapter by chapter; the official chain (NACE class =
first four digits of CPA, CPA to CN by Eurostat's yearly tables) is finer. Where an industry makes part of a
heading only, the heading is left out. Operator's choice: no threshold rests on it alone.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tidegauge.domain.books.prefixes import prefixes

_MADE: Final = {  # a range names every heading in it
    "051": "2701", "061": "2709", "07": "26", "081": "2505 2515-2517", "10": "02 04 16 17 19 20",
    "11": "22", "12": "24", "13": "50-60 63", "14": "61 62", "15": "41 42 64", "16": "44-46",
    "17": "47 48", "171": "47 4801 4802 4804 4805 4810", "181": "49", "19": "2704 2706-2708 2710 2713",
    "20": "28 29 31-38", "2011": "2804", "2012": "3204 3206", "2014": "29", "2015": "31 2814",
    "2016": "3901-3914", "2017": "4002", "2020": "3808", "2030": "3208-3210 3212 3215",
    "204": "3303-3305 3307 3401 3402", "2051": "36", "2052": "3506", "2053": "3301",
    "206": "5402-5405 5501-5504", "21": "30", "211": "2936 2937 2941", "212": "30", "22": "39 40",
    "221": "40", "2211": "4011-4013", "222": "3916-3926", "23": "68-70", "231": "70", "232": "6901-6903",
    "233": "6904 6905 6907 6908", "234": "6909-6914", "2351": "2523", "2352": "2522", "24": "72-76 78-81",
    "241": "7201-7203 7206-7214 7216 7218-7222 7224-7228", "242": "7303-7307", "2434": "7217 7223 7229",
    "2442": "7601 7604-7608", "2443": "78-80", "2444": "74", "2445": "75 81", "25": "73 82 83",
    "2511": "7308", "2594": "7318", "2593": "7312-7314 7317 7320", "2611": "8541 8542", "2620": "8471",
    "263": "8517", "264": "8518 8519 8521 8527 8528", "265": "9024-9028 9030-9032",
    "267": "9005 9006 9011", "2652": "9101 9102", "27": "85", "2711": "8501 8502 8504", "272": "8506 8507",
    "273": "8544", "274": "8539 9405", "275": "8509 8510 8516", "28": "84", "2815": "8482 8483",
    "2822": "8425-8428", "283": "8432 8433", "284": "8456-8462", "29": "8702-8704 8706-8708",
    "291": "8702-8704 8706", "293": "8708", "301": "89", "302": "86", "303": "88", "3091": "8711",
    "3092": "8712", "31": "9401 9403 9404", "321": "71", "322": "92", "323": "9506", "324": "95",
    "325": "9018 9021",
}  # fmt: skip


def industry_code(text: str) -> str:
    """A NACE code as digits alone: `C20.15` and `2015` are the same industry."""
    digits = text.lstrip("ABCDEFGHIJKLMNOPQRSTU").replace(".", "")
    return digits if digits.isdigit() else text


@lru_cache(maxsize=65_536)
def industries_of(product: str) -> tuple[str, ...]:
    """The industries that make a product, the closest first: by the longest HS prefix, then the code."""
    return tuple(dict.fromkeys(_candidates(product)))


def products_of(industry: str) -> tuple[str, ...]:
    """The HS headings or chapters that an industry makes."""
    return tuple(_headings(_MADE.get(industry, "")))


def _candidates(product: str) -> Iterator[str]:
    for prefix in prefixes(product):
        yield from _INDUSTRIES.get(prefix, ())


def _by_prefix() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, products in _MADE.items():
        for prefix in _headings(products):
            found.setdefault(prefix, []).append(code)
    return {prefix: tuple(sorted(codes, key=lambda one: (-len(one), one))) for prefix, codes in found.items()}


def _headings(products: str) -> Iterator[str]:
    for part in products.split():
        first, _, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{number:0{len(first)}d}"


_INDUSTRIES: Final = _by_prefix()
