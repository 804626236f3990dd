"""What Comext's country and product codes mean here: countries, aggregates, codes that hide what they are."""

from collections.abc import Callable
from typing import Final

import polars as pl

# The Geonomenclature's own codes; XU is the United Kingdom without Northern Ireland, which stays XI.
_RENAMED: Final = {"EL": "GR", "UK": "GB", "XU": "GB"}
# QP to QZ: high seas, stores and provisions (QR here is that, not "pooled"), not specified, withheld.
_UNNAMED: Final = "^Q[P-Z]$"
_TOTALS: Final = (
    "^(WORLD|TOTAL|EFTA|OPEC|ASEAN|NAFTA|MERCOSUR|CIS|EU|(EXT|INT|EXTRA|INTRA|ACP|EEA)[A-Z0-9_]*"
    "|E[AU][0-9][A-Z0-9_]*|E[AU]_[A-Z0-9_]+)$"
)
_UNION: Final = "^(EU|EU[0-9][0-9A-Z_]*|EU_V)$"
_HIDDEN: Final = "^[0-9]{2}[0-9A-Z]{6}$"  # a letter among eight: the chapter's trade whose code is withheld
WORLD: Final = ("WORLD", "TOTAL")
UNION: Final = "EU"


def countries(codes: pl.Series) -> pl.Series:
    """Partners or reporters as alpha-2; what is neither known nor unnamed stays, and is refused."""
    distinct = codes.drop_nulls().unique()
    unnamed = distinct.filter(distinct.str.contains(_UNNAMED)).to_list()
    unions = distinct.filter(distinct.str.contains(_UNION)).to_list()
    renamed = _RENAMED | dict.fromkeys(unnamed, "ZZ") | dict.fromkeys(unions, UNION)
    wanted = {old: new for old, new in renamed.items() if old in set(distinct.to_list())}
    return codes.replace(wanted) if wanted else codes


def is_total(partners: pl.Series) -> pl.Series:
    """Which partners (bool[n]) are groups of countries: controls, never records."""
    return _where(partners, lambda code: code.str.contains(_TOTALS))


def is_union(reporters: pl.Series) -> pl.Series:
    """Which reporters (bool[n]) are the Union as a whole."""
    return _where(reporters, lambda code: code.str.contains(_UNION))


def is_group(reporters: pl.Series) -> pl.Series:
    """Which reporters (bool[n]) are a group other than the Union, such as the euro area."""
    return _where(reporters, lambda code: code.str.contains(_TOTALS) & ~code.str.contains(_UNION))


def is_hidden(products: pl.Series) -> pl.Series:
    """Which products (bool[n]) are codes with letters, under which confidential trade is kept."""
    return _where(products, lambda code: code.str.contains(_HIDDEN) & code.str.contains("[A-Z]"))


def is_all_products(products: pl.Series) -> pl.Series:
    """Which products (bool[n]) are the total of all."""
    return _where(products, lambda code: code == "TOTAL")


def _where(codes: pl.Series, test: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The rows (bool[n]) whose code passes; each distinct code is tested once, and few ever pass."""
    distinct = codes.drop_nulls().unique()
    passed = distinct.filter(test(distinct)).to_list()
    if not passed:
        return pl.repeat(value=False, n=len(codes), dtype=pl.Boolean, eager=True)
    return codes.is_in(passed).fill_null(value=False)
