"""What Comext's country and product codes mean here: countries, aggregates, codes that hide what they are."""

from typing import Final

import polars as pl

from tidegauge.ingest.distinct import Distinct

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


def countries(codes: Distinct) -> pl.Series:
    """Partners or reporters as alpha-2; what is neither known nor unnamed stays, and is refused."""
    return codes.mapped(alpha2)


def alpha2(codes: pl.Series) -> pl.Series:
    """The same of distinct codes."""
    return pl.select(
        pl.when(codes.str.contains(_UNNAMED)).then(pl.lit("ZZ"))
        .when(codes.str.contains(_UNION)).then(pl.lit(UNION))
        .otherwise(codes.replace(_RENAMED))
    ).to_series()  # fmt: skip


def is_total(partners: Distinct) -> pl.Series:
    """Which partners (bool[n]) are groups of countries: controls, never records."""
    return partners.where(lambda code: code.str.contains(_TOTALS))


def is_union(reporters: Distinct) -> pl.Series:
    """Which reporters (bool[n]) are the Union as a whole."""
    return reporters.where(lambda code: code.str.contains(_UNION))


def is_group(reporters: Distinct) -> pl.Series:
    """Which reporters (bool[n]) are a group other than the Union, such as the euro area."""
    return reporters.where(lambda code: code.str.contains(_TOTALS) & ~code.str.contains(_UNION))


def is_hidden(products: Distinct) -> pl.Series:
    """Which products (bool[n]) are codes with letters, under which confidential trade is kept."""
    return products.where(lambda code: code.str.contains(_HIDDEN) & code.str.contains("[A-Z]"))


def is_all_products(products: Distinct) -> pl.Series:
    """Which products (bool[n]) are the total of all."""
    return products.one_of(["TOTAL"])
