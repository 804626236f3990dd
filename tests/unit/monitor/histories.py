"""A small import history and a monitor over it: what is told of it, entry by entry."""

from tests.contributions import block, mark, records, row

from tidegauge.domain.alerts import Status
from tidegauge.domain.blocks import BlockKind
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import closed_at, month_number, month_text
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.service import Monitor
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.log import IngestCommit
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore
from tidegauge.runtime.wire import decode_alert, encode_block

EURO = Feed("BR", "comexstat", "EUR", "FOB", "NCM")
RULES = Ruleset.default().only(("share-gain",))
FIRST, LAST = "2018-01", "2021-06"
QUIET = 100_000  # kg a month
_PRICES = {"BY": 3}  # of a kg; 2 of all others: one price for all looks like computed quantities


def rules(ruleset=RULES, live_from=0):
    return records("ruleset", {**ruleset.to_record(), "live_from": live_from})


def months(first=FIRST, last=LAST):
    return [month_text(number) for number in range(month_number(first), month_number(last) + 1)]


class History:
    """Log entries, and the raw offsets and cells behind them."""

    def __init__(self, *entries):
        self.entries, self.cells, self.offset, self.as_of = list(entries), {}, 0, ""

    def cell(self, month, origin, kg, *, product="31022100"):
        """The rows that set a cell: the old content back, the new one in."""
        key, made = (product, origin, month), []
        old = self.cells.get(key)
        for sign, mass in ((-1, old), (1, kg)):
            if mass is not None and old != kg:
                made.append(row(self.offset, product=product, origin=origin, month=month, sign=sign,
                                kg=mass, value=mass * _PRICES.get(origin, 2)))  # fmt: skip
        self.offset += 1
        self.cells[key] = kg
        return made

    def period(self, month, as_of=None, **kg):
        """A month in a file: cells by origin, then its mark, never before the last one."""
        rows = [made for origin, mass in kg.items() for made in self.cell(month, origin, mass)]
        self.as_of = max(self.as_of, as_of or closed_at(month_number(month)))
        self.entries += [block(rows, feeds=(EURO,))] if rows else []
        self.entries.append(mark(month, EURO, as_of=self.as_of))

    def end(self):
        """The mark at the end of a file."""
        self.entries.append(mark(None, None, reason="batch", as_of=self.as_of))

    def run(self, surge=(), heavy=4 * QUIET, **span):
        """Months in which CN ships `heavy` where there is a surge, QUIET elsewhere; BY always QUIET."""
        for month in months(**span):
            self.period(month, CN=heavy if month in surge else QUIET, BY=QUIET)
        return self


SURGE = months("2020-03", "2020-08")


def surging():
    """A history with one surge from CN."""
    return History(rules()).run(SURGE)


def log_of(entries):
    store = MemoryIngestStore()
    for entry in entries:
        store.commit(IngestCommit(entries=[(0, encode_block(entry))]))
    return store


def told(entries, **options):
    """The alert events of some log entries, as bytes."""
    events = MemoryEvents()
    monitor = Monitor(log_of(entries).log(), MemoryStateStore(events), 0, **options)
    for _ in monitor.drain():
        pass
    return [event.payload for event in events.read(Topic.ALERTS, -1, 10_000)]


def hold_to_restarts(entries):
    """A monitor that ends after every commit says the same as one that runs through."""
    log = log_of(entries).log()
    through, stopped = MemoryEvents(), MemoryEvents()
    list(Monitor(log, MemoryStateStore(through), 0).drain())
    store = MemoryStateStore(stopped)
    while next(Monitor(log, store, 0).drain(), None) is not None:
        pass
    assert stopped.read(Topic.ALERTS, -1, 10_000) == through.read(Topic.ALERTS, -1, 10_000)


def alerts(entries):
    return [decode_alert(payload) for payload in told(entries)]


def said(entries, origin="CN"):
    """(status, period, start) of the events about one origin."""
    return [(a.status, a.period, a.episode_start) for a in alerts(entries) if a.origin == origin]


def is_contributions(entry):
    return entry.kind is BlockKind.CONTRIBUTIONS


def statuses(found):
    return [Status(alert.status).value for alert in found]
