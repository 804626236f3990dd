"""The connectors that exist, and which of them a file belongs to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tidegauge.ingest.feeds.base import Connector, Container, FeedError, FeedOptions, Sample
from tidegauge.ingest.feeds.canonical import Canonical
from tidegauge.ingest.feeds.census import Census
from tidegauge.ingest.feeds.comexstat import ComexStat
from tidegauge.ingest.feeds.comext import Comext
from tidegauge.ingest.feeds.comtrade import Comtrade
from tidegauge.ingest.feeds.csv_table import read_header
from tidegauge.ingest.feeds.declarations_csv import DeclarationsCsv
from tidegauge.ingest.feeds.ecb_fx import EcbFx
from tidegauge.ingest.feeds.federal_register import FederalRegister
from tidegauge.ingest.feeds.files import container_of
from tidegauge.ingest.feeds.japan_customs import JapanCustoms
from tidegauge.ingest.feeds.json_document import document_columns
from tidegauge.ingest.feeds.json_table import read_json_columns
from tidegauge.ingest.feeds.parquet_table import read_parquet_columns
from tidegauge.ingest.feeds.pinksheet import PinkSheet
from tidegauge.ingest.feeds.sdmx_csv import SdmxCsv
from tidegauge.ingest.feeds.sts import Sts
from tidegauge.ingest.feeds.us_ad_measures import UsAdMeasures
from tidegauge.ingest.feeds.wco_dm import WcoDm

AUTO: Final = "auto"
_ALL: Final[tuple[Connector, ...]] = (
    ComexStat(),
    Comext(),
    Sts(),
    Comtrade(),
    Census(),
    JapanCustoms(),
    SdmxCsv(),
    PinkSheet(),
    EcbFx(),
    WcoDm(),
    DeclarationsCsv(),
    UsAdMeasures(),
    FederalRegister(),
    Canonical(),
)
CONNECTORS: Final[Mapping[str, Connector]] = {connector.name: connector for connector in _ALL}


def sample(path: Path, options: FeedOptions) -> Sample:
    """A file's container and column names; raises FeedError."""
    container = container_of(path)
    match container:
        case Container.CSV:
            columns = read_header(path, options.encoding).columns
        case Container.JSON_LINES:
            columns = read_json_columns(path)
        case Container.JSON:
            columns = document_columns(path)
        case Container.PARQUET:
            columns = read_parquet_columns(path)
        case Container.WORKBOOK | Container.XML | Container.ARCHIVE | Container.FOLDER:
            columns = ()
    return Sample(path, container, columns)


def connector_for(seen: Sample, name: str, options: FeedOptions) -> Connector:
    """The connector called `name`, or for `auto` the first that recognises the file; raises FeedError."""
    if name != AUTO:
        if name not in CONNECTORS:
            raise FeedError(f"unknown format '{name}'; known: {AUTO}, {', '.join(sorted(CONNECTORS))}")
        return CONNECTORS[name]
    if options.kind is not None:
        return CONNECTORS["canonical"]
    for connector in CONNECTORS.values():
        if connector.recognises(seen) is not None:
            return connector
    return CONNECTORS["canonical"]  # says which columns are missing
