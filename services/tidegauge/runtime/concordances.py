"""The concordance table that comes with the package: how product codes changed from edition to edition.

Sources: Eurostat, yearly changes of the Combined Nomenclature 1988 to 2025 (reuse with attribution); editions
of the Harmonized System 2012, 2017 and 2022 by the concordance of the project ustrade (MIT). How it is made:
examples/concordances. It has no legal status.
"""

import csv
import gzip
import hashlib
import io
from functools import cache
from importlib.resources import files

from tidegauge.domain.concordance import CN, HS, CodeBreaks, Relation
from tidegauge.domain.restating import Restating

_FILE = "concordances.csv.gz"
_DIGITS = 8  # of the hash in the identity


@cache
def code_breaks() -> CodeBreaks:
    """The breaks of the package's table."""
    identity, relations = _table()
    return CodeBreaks.of(identity, relations)


@cache
def restating(edition: str) -> Restating:
    """The way back to an edition of the HS, by the package's table."""
    return Restating.to(edition, _table()[1])


@cache
def _table() -> tuple[str, list[Relation]]:
    """What the table goes by, and its relations."""
    content = gzip.decompress(files("tidegauge.runtime").joinpath("data", _FILE).read_bytes())
    rows = list(csv.reader(io.StringIO(content.decode())))[1:]
    relations = [(family, int(year), before, after) for family, year, before, after in rows]
    newest = {family: max(year for one, year, *_ in relations if one == family) for family in (CN, HS)}
    named = "+".join(f"{family}{year}" for family, year in newest.items())
    return f"{named}:{hashlib.sha256(content).hexdigest()[:_DIGITS]}", relations
