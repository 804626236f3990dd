"""What the API and the pages share: the database, the clock, the actions, and the list of the desk."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from tidegauge.domain.ruleset import Ruleset
from tidegauge.domain.situations import Place
from tidegauge.intake.actions import DeskActions
from tidegauge.intake.lineup import Placed, Today, lineup, placed, quiet_ids
from tidegauge.runtime.clock import Clock, rfc3339
from tidegauge.runtime.ingest_desk import IngestDesk

MOST_LISTED = 100  # situations on one page; the filter narrows what is longer


@dataclass(frozen=True, slots=True)
class Listed:
    """Situations as the desk lists them, and what is below the line."""

    rows: list[Placed]
    total: int  # before the list was cut
    below: dict[Place, int]


@dataclass(frozen=True, slots=True)
class DeskContext:
    """One desk."""

    engine: Engine
    clock: Clock
    actions: DeskActions
    limit: int  # situations above the line in one day
    product_names: Mapping[str, str]
    ruleset: Ruleset  # in force here: for the catalogue, and for the thresholds of tests
    ingest: IngestDesk | None = None  # where ingest runs in the same process

    def today(self) -> Today:
        """Today's line."""
        return Today(rfc3339(self.clock.now()), self.limit)

    def listed(self, session: Session, where: Place | None = None) -> Listed:
        """The situations above the line, or those that stand below it for a reason."""
        today = self.today()
        line, below = lineup(session, today)
        above = dict(line.above)
        if where is None:
            ids = list(above)
        elif where is Place.QUIET:
            ids = quiet_ids(session)
        else:
            ids = list(line.below.get(where, ())) or [each for each, place in above.items() if place is where]
        total = below.get(Place.QUIET, 0) if where is Place.QUIET else len(ids)
        places = above if where is None else dict.fromkeys(ids, where)
        return Listed(placed(session, ids[:MOST_LISTED], today, places), total, below)
