"""Puts intake together: one FastAPI application, one consumer, and the notice that keeps pages live."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine

from tidegauge.domain.ruleset import Ruleset
from tidegauge.intake import problems
from tidegauge.intake.actions import DeskActions
from tidegauge.intake.api import PREFIX, build_api
from tidegauge.intake.consumer import IntakeConsumer, StepReport, ignore
from tidegauge.intake.context import DeskContext
from tidegauge.intake.guard import Guard, Sessions
from tidegauge.intake.live import Changes
from tidegauge.intake.migrate import migrate
from tidegauge.intake.pages.templating import error_page
from tidegauge.intake.pages.views import build_pages
from tidegauge.runtime.clock import Clock
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import EventReader
from tidegauge.runtime.ingest_desk import IngestDesk
from tidegauge.runtime.settings import Settings

_STATIC = Path(__file__).parent / "pages" / "static"
_ANY_ADDRESS = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, never bound


@dataclass(frozen=True, slots=True)
class IntakeService:
    """Intake, ready to be driven: call `consumer.step()` in a thread, then `changed()` if it took any."""

    app: FastAPI
    consumer: IntakeConsumer
    changes: Changes

    def changed(self) -> None:
        """Tell every open page that the desk is different now; safe from any thread."""
        self.changes.changed()

    def close(self) -> None:
        """End the pages' event streams, so that the HTTP server can stop; safe from any thread."""
        self.changes.close()


def build_intake(  # noqa: PLR0913 - the composition root hands over each part by name
    engine: Engine,
    reader: EventReader,
    settings: Settings,
    clock: Clock,
    token: str,
    *,
    publish: Callable[[], None] | None = None,
    report: Callable[[StepReport], None] | None = None,
    ruleset: Ruleset | None = None,
    long_bodies: Mapping[str, int] | None = None,
    ingest: IngestDesk | None = None,
) -> IntakeService:
    """Intake on a database, migrated first; `token` is the operator's.

    `publish` is called after each change that an operator made; `report` with what each step took in. The
    pages print the thresholds of `ruleset` (None: the published defaults). `long_bodies`: beginnings of paths
    whose requests may be longer than others, with the most bytes. `ingest`: what the page of the feeds shows.
    """
    migrate(engine)
    changes = Changes()

    def acted() -> None:
        changes.changed()
        if publish is not None:
            publish()

    consumer = IntakeConsumer(engine, reader, clock, report=report or ignore)
    desk = DeskContext(
        engine,
        clock,
        DeskActions(engine, clock, acted),
        settings.desk_daily_limit,
        product_names(settings.product_names),
        ruleset or Ruleset.default(),
        ingest,
    )
    sessions = Sessions(token, clock)
    app = create_app(desk, changes, sessions)
    app.add_middleware(Guard, sessions=sessions, hosts=allowed_hosts(settings), long_bodies=long_bodies or {})
    return IntakeService(app, consumer, changes)


def create_app(desk: DeskContext, changes: Changes, sessions: Sessions) -> FastAPI:
    """The desk's application: API, pages, static files; whoever serves it puts the guard before it."""
    app = FastAPI(
        title="Tidegauge intake",
        summary="Alerts, situations, cases and figures of the trade-monitoring desk.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # both would load scripts from elsewhere
        redoc_url=None,
    )
    problems.install(app, error_page)
    app.include_router(build_api(desk))
    app.include_router(build_pages(desk, changes, sessions))
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app


def allowed_hosts(settings: Settings) -> set[str]:
    """The host names that the desk answers to, besides the loopback names."""
    named = {name.strip() for name in settings.desk_hosts.split(",")} - {""}
    return named | ({settings.host} - _ANY_ADDRESS)


def product_names(path: Path | None) -> Mapping[str, str]:
    """Names by product code from a CSV of `name` records (product, name_en); none without a file.

    Raises UserError for a file without these columns.
    """
    if path is None:
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"product", "name_en"} <= set(reader.fieldnames or ()):
            raise UserError(f"{path}: product names need the columns product and name_en")
        return {row["product"]: row["name_en"] for row in reader if row["product"] and row["name_en"]}
