"""A data folder to feed, mend and look into, for the tests of ingest's ways in."""

from contextlib import contextmanager

import numpy as np

from tidegauge.domain.ruleset import Ruleset
from tidegauge.entrance import open_entrance
from tidegauge.feeder import Feeder, Hooks
from tidegauge.ingest.inbox import Inbox
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import open_source
from tidegauge.runtime.quarantine import Wanted
from tidegauge.runtime.settings import Settings
from tidegauge.stream import Stream

FLOW = (
    "reporter,period,product,nomenclature,origin,flow,net_mass_kg,value,currency,value_basis,source,vintage"
)
LINE = ["reporter,declaration_id,item,version,action,accepted_at,product,origin,net_mass_kg,value,currency"]
BY_THREE = IngestSettings(batch_rows=3)
QUICK = Ruleset.default().only(("share-gain",))


def cell(origin, mass, value="500", product="31022100", vintage="2024-02-10"):
    return f"BR,2024-01,{product},NCM,{origin},import,{mass},{value},USD,FOB,test,{vintage}"


class Quiet:
    """A screen that nobody looks at."""

    def __getattr__(self, _name):
        return lambda *_args: None


class Folder:
    """A data folder: feed files, mend, look at the sums."""

    def __init__(self, path, settings=BY_THREE):
        self.path = path
        self.settings = Settings(data_dir=path)
        self._ingest = settings
        self.feed()

    def feed(self, *sources):
        return self.work(lambda feeder: [feeder.take(source) for source in sources])

    def work(self, work):
        with self.stream() as stream:
            feeder = Feeder(stream, Inbox(self.path), Quiet(), Hooks(lambda _alerts: None))
            feeder.catch_up()
            work(feeder)
            return sums(stream.monitor.step.panel)

    @contextmanager
    def stream(self):
        with Stream(self.path, self._ingest) as stream:
            stream.set_rules(QUICK, 0)
            yield stream

    def settle(self):
        return self.work(lambda feeder: feeder.take_waiting())

    @property
    def entrance(self):
        return open_entrance(self.settings)

    def states(self):
        return [(one.id, one.state.value, one.reason) for one in self.entrance.quarantine.find(Wanted())]


def sums(panel):
    """Mass in grams of every series and month that has any, by (product, origin, month)."""
    table, found = panel.series, {}
    for one in range(len(table)):
        window = panel.rings["months"].window(np.array([one]), 2024 * 12 - 1, 2024 * 12 + 3, "mass_g")
        for place, amount in enumerate(window[0].tolist()):
            if amount:
                found[int(table.product.data[one]), int(table.origin.data[one]), place] = amount
    return found


def written(path, *lines):
    path.write_text("\n".join(lines) + "\n")
    return open_source(path)
