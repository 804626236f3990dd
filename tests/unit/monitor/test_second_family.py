"""Severity across rules through the monitor: critical on closed months, with its reason."""

from tests.contributions import block, mark, records
from tests.unit.domain.books.records import measure
from tests.unit.monitor.histories import EURO, History, alerts, log_of, months, rules

from tidegauge.domain.periods import closed_at, month_number
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.service import Monitor
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.memory import MemoryStateStore

BOTH = Ruleset.default().only(("share-gain", "third-country-measure"))
DUTY = records("measure", measure(products=["310221"], initiated="2020-03-10", definitive=None))


def history(*before, ruleset=BOTH):
    """China sends three times as much from April 2020 on, a tenth cheaper; Belarus goes on as before."""
    made = History(rules(ruleset), *before)
    for month in months("2017-01", "2021-02"):
        turned = month > "2020-03"
        rows = made.cell(month, "CN", 300_000 if turned else 100_000)
        rows = [one | {"value_e4": one["value_e4"] * (9 if turned else 10) // 10} for one in rows]
        others = [one | {"value_e4": one["value_e4"] * 11 // 10} for one in made.cell(month, "BY", 1_000_000)]
        made.as_of = closed_at(month_number(month))
        made.entries.append(block([*rows, *others], feeds=(EURO,)))
        made.entries.append(mark(month, EURO, as_of=made.as_of))
    made.end()
    return made.entries


def told(entries):
    mine = [alert for alert in alerts(entries) if alert.origin == "CN"]
    return [(a.rule, a.period, a.severity, "second_family" in a.reasons) for a in mine]


def test_two_families_on_closed_months_are_critical_and_say_so():
    found = told(history(DUTY))
    critical = {rule for rule, _, severity, said in found if severity == "critical" and said}
    assert critical == {"share-gain", "third-country-measure"}
    assert all(said is (severity == "critical") for _, _, severity, said in found)


def test_one_family_is_not():
    assert {severity for _, _, severity, _ in told(history())} <= {"info", "watch", "warning"}
    alone = history(DUTY, ruleset=Ruleset.default().only(("third-country-measure",)))
    assert "critical" not in {severity for _, _, severity, _ in told(alone)}


def test_restarts_change_nothing():
    log = log_of(history(DUTY)).log()
    through, stopped = MemoryEvents(), MemoryEvents()
    list(Monitor(log, MemoryStateStore(through), 0).drain())
    store = MemoryStateStore(stopped)
    while next(Monitor(log, store, 0).drain(), None) is not None:
        pass
    assert stopped.read(Topic.ALERTS, -1, 10_000) == through.read(Topic.ALERTS, -1, 10_000)
