"""Values on another basis, where the record itself states what lies between."""

import polars as pl

from tidegauge.domain.amounts import FIXED_LIMIT


def cif_where_stated(frame: pl.DataFrame) -> pl.DataFrame:
    """FOB rows that state freight and insurance, both, with the sum of the three as CIF value."""
    parts = pl.col("value_e4") + pl.col("freight_e4") + pl.col("insurance_e4")  # null where one is missing
    whole = (pl.col("value_basis") == "FOB") & (parts < FIXED_LIMIT)
    return frame.with_columns(
        value_e4=pl.when(whole).then(parts).otherwise("value_e4"),
        value_basis=pl.when(whole).then(pl.lit("CIF")).otherwise("value_basis"),
    )
