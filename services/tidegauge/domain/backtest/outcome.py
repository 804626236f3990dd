"""What a history of alerts comes to, rule by rule: load, cases found, lead times, stability."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from tidegauge.domain.alerts import Status
from tidegauge.domain.backtest.cases import Case, Key, Span, covered
from tidegauge.domain.backtest.told import Told
from tidegauge.domain.periods import first_day

DAYS_A_MONTH = 365.25 / 12
_THOUSAND = 1000.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether and when a rule spoke of a case; lead times in months, negative after the fact."""

    case: Case
    rule: str
    told: Told | None
    before_initiation: float | None
    before_order: float | None


@dataclass(frozen=True, slots=True)
class Load:
    """How much a rule says."""

    alerts: int
    series_alerts: int
    a_year_per_1000_series: float
    unlabelled_a_year_per_1000_series: float  # on series that no covered case speaks of
    by_year: dict[int, float]  # year -> alerts a year per 1,000 series


@dataclass(frozen=True, slots=True)
class Stability:
    """What revisions did to what had been told."""

    withdrawn: int
    reversed_: int  # alerts that were withdrawn or came back at least once
    updates_an_alert: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule over the whole history."""

    rule: str
    load: Load
    stability: Stability
    findings: tuple[Finding, ...]  # of the covered cases, in order

    @property
    def found(self) -> list[Finding]:
        """The cases that it spoke of."""
        return [one for one in self.findings if one.told is not None]

    def median_lead(self, attribute: str) -> float | None:
        """The median of `before_initiation` or `before_order` over the cases found."""
        leads = [getattr(one, attribute) for one in self.found]
        known = [lead for lead in leads if lead is not None]
        return median(known) if known else None


def judge(
    rules: Iterable[str], told: Sequence[Told], spans: dict[Key, Span], cases: Sequence[Case]
) -> list[Outcome]:
    """The outcome of each rule, in the order given."""
    reached = [(case, covered(case, spans)) for case in cases]
    reached = [(case, keys) for case, keys in reached if keys]
    labelled = {key for _, keys in reached for key in keys}
    outcomes = []
    for rule in rules:
        mine = [one for one in told if one.rule == rule]
        findings = tuple(_finding(rule, case, keys, mine) for case, keys in reached)
        outcomes.append(Outcome(rule, _load(mine, spans, labelled), _stability(mine), findings))
    return outcomes


def _finding(rule: str, case: Case, keys: Sequence[Key], told: Sequence[Told]) -> Finding:
    """The earliest alert that stood in the months of a case; a lead never reaches back beyond them."""
    start = first_day(case.first_month).isoformat()
    end = first_day(case.last_month + 1).isoformat()
    standing = [
        one for one in told if one.key in keys and one.opened < end and not (one.ended and one.ended <= start)
    ]
    if not standing:
        return Finding(case, rule, None, None, None)
    first = min(standing, key=lambda one: (one.opened, one.alert_id))
    since = date.fromisoformat(max(first.opened, start))
    order = None if case.ordered is None else (case.ordered - since).days / DAYS_A_MONTH
    return Finding(case, rule, first, (case.initiated - since).days / DAYS_A_MONTH, order)


def _load(told: Sequence[Told], spans: dict[Key, Span], labelled: set[Key]) -> Load:
    series = [one for one in told if one.is_series]
    years = sum(span.years for span in spans.values())
    unlabelled_years = sum(span.years for key, span in spans.items() if key not in labelled)
    unlabelled = sum(one.key not in labelled for one in series)
    return Load(
        alerts=len(told),
        series_alerts=len(series),
        a_year_per_1000_series=_per_1000(len(series), years),
        unlabelled_a_year_per_1000_series=_per_1000(unlabelled, unlabelled_years),
        by_year=_by_year(series, spans),
    )


def _by_year(series: Sequence[Told], spans: dict[Key, Span]) -> dict[int, float]:
    """Year -> alerts opened, per 1,000 series-years of that year."""
    if not spans:
        return {}
    first = min(span.first for span in spans.values()) // 12
    last = max(span.last for span in spans.values()) // 12
    opened = [int(one.opened[:4]) for one in series]
    found = {}
    for year in range(first, last + 1):
        months = sum(
            max(0, min(span.last, year * 12 + 11) - max(span.first, year * 12) + 1) for span in spans.values()
        )
        found[year] = _per_1000(opened.count(year), months / 12)
    return found


def _stability(told: Sequence[Told]) -> Stability:
    return Stability(
        withdrawn=sum(one.status is Status.WITHDRAWN for one in told),
        reversed_=sum(one.reversals > 0 for one in told),
        updates_an_alert=sum(one.updates for one in told) / len(told) if told else 0.0,
    )


def _per_1000(count: int, years: float) -> float:
    return _THOUSAND * count / years if years else 0.0
