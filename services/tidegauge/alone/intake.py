"""`tidegauge intake`: alerts become situations and cases; serves the desk and its API."""

from tidegauge.alone.loop import Service
from tidegauge.alone.parts import Parts
from tidegauge.domain.ruleset import Ruleset
from tidegauge.instruments import count_decisions
from tidegauge.intake.service import build_intake
from tidegauge.runtime.health import operations_router


def intake_service(parts: Parts, ruleset: Ruleset) -> Service:
    """Intake over its parts, its tables migrated; the pages print the thresholds of `ruleset`."""
    built = build_intake(
        parts.engine,
        parts.reader,
        parts.settings,
        parts.clock,
        parts.token.token,
        report=lambda report: count_decisions(parts.metrics, report),
        ruleset=ruleset,
    )
    built.app.include_router(operations_router(parts.health, parts.metrics))
    return Service(
        "intake", built.app, parts.health, built.consumer.step, taken=built.changed, close=built.close
    )
