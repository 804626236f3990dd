"""Early surge by weeks: the same test, at every week of declarations that is complete."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.amounts import kilograms
from tidegauge.domain.panel.panel import WEEK_MONTHS
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR, WEEKS_A_YEAR, weeks_ending_in
from tidegauge.domain.rules.base import REASON_CODE, Figure, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import above, amount, at_least, number
from tidegauge.domain.rules.parts import place, silent, some, take
from tidegauge.domain.rules.price_evidence import PRICE_REASONS
from tidegauge.domain.rules.surge_score import (
    USUAL_OWN,
    USUAL_QUANTITY,
    USUAL_TO_BENCHMARK,
    USUAL_TO_REFERENCE,
    SurgeTest,
    figures,
    scored,
    settings,
)
from tidegauge.domain.rules.surge_words import explanation, explanation_ja
from tidegauge.domain.rules.surprise import HALF_LIFE_WEEKS, WEEKLY, least_of_one, recent
from tidegauge.domain.rules.weekly_view import until, weekly
from tidegauge.domain.rules.windows import growth

TEST: Final = SurgeTest(
    Window.EIGHT_WEEKS_ON_YEAR,
    Window.WEEKS_OF_A_YEAR,
    ("Import value in 52 weeks", "直近52週の輸入額"),
    WEEKLY,
)
FIGURES: Final = figures(
    TEST, Figure("week", "The week", "当該週", "week", Window.WEEK, unknown=(Reason.NO_COMPLETE_WEEK,))
)
_BEHIND: Final = WEEKLY.recent + WEEKS_A_YEAR - 1  # weeks that the rise of one rests on, beside it
_MONTHS: Final = 24  # that the weeks behind a test can touch
_FIRES: Final = 1_000.0  # more than any score
_ROUNDING: Final = 1e-6  # the gate lets through what the test may not


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """The complete week of the month that fires, of several the one with the highest score.

    Only weeks in which the quantity rose enough can fire; of a row without any the newest one is shown.
    """
    closed = view.weeks.closed_to()
    first, last = weeks_ending_in(view.month)
    whole = silent(view, FIGURES, Reason.NO_LINES)
    whole.reason[closed >= 0] = REASON_CODE[Reason.NO_COMPLETE_WEEK]
    whole.reason[~view.alertable] = REASON_CODE[Reason.NEVER_ALERTS]
    rows = np.flatnonzero(closed >= first)
    if not rows.size:
        return whole
    weeks = weekly(take(view, rows), last, WEEKLY.months + last - first)
    rose = _rose(weeks.quantity[:, -_BEHIND - 1 - (last - first) :], closed[rows] - first, parameters)
    rose[np.arange(len(rows)), np.minimum(closed[rows], last) - first] |= ~rose.any(axis=1)
    best = np.full(len(rows), -np.inf)
    for week in range(first, last + 1):
        tested = np.flatnonzero(rose[:, week - first])
        if not tested.size:
            continue
        said = _of_week(until(take(weeks, tested), week, WEEKLY.months), parameters)
        rank = _rank(said)
        better = np.flatnonzero(rank >= best[tested])
        best[tested[better]] = rank[better]
        place(whole, rows[tested[better]], some(said, better))
    return whole


def _of_week(weeks: PanelView, parameters: Parameters) -> Signals:
    """What the week that a view of weeks ends with says; without trade of its own it says nothing new."""
    traded = above(weeks.quantity[:, -1], 0.0)
    said = scored(weeks, parameters, TEST, (traded,))
    said.figures["week"] = np.full(len(weeks), float(weeks.month))
    return said


def _rank(said: Signals) -> Floats:
    """[n] which of several weeks is shown: one that fires, then the highest score, then the latest."""
    score = said.figures["score"]
    return np.where(np.isfinite(score), score, -_FIRES) + np.where(said.fired, _FIRES, 0.0)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] declarations worth enough whose quantity rose in a complete week: the gate before prices."""
    found = np.zeros(len(glance), dtype=np.bool_)
    first, last = weeks_ending_in(glance.month)
    closed = glance.weeks.closed_to()
    # 52 weeks that end in a month lie within it and the 12 before
    value = np.add.reduce(glance.value[:, -MONTHS_A_YEAR - 1 :], axis=1)
    worth = at_least(value, amount(glance, parameters, "min_value")).met
    rows = np.flatnonzero(worth & (closed >= first))
    if rows.size:
        mass = kilograms(glance.weeks.take(rows).mass_g(first - _BEHIND, last))
        found[rows] = _rose(mass, closed[rows] - first, parameters).any(axis=1)
    return found


def _rose(mass: Floats, newest: Ints, parameters: Parameters) -> Bools:
    """[n, weeks] complete weeks (places up to `newest` [n]) with trade that the volume does not rule out.

    `mass` [n, 59 + weeks]. The fall of the price adds 3 to the score at most: the rest must come from the
    volume, whose usual size is least where its past was quiet.
    """
    now = recent(mass, WEEKLY)[:, WEEKS_A_YEAR:]
    sums = np.concatenate([np.zeros((len(mass), 1)), np.cumsum(mass, axis=1)], axis=1)
    year = (sums[:, WEEKS_A_YEAR:] - sums[:, :-WEEKS_A_YEAR])[:, : now.shape[1]]
    quietest = USUAL_QUANTITY * np.sqrt(
        WEEKLY.pool_weight / (WEEKLY.pool_weight + WEEKLY.past / WEEKLY.recent)
    )
    by_score = np.expm1(quietest * max(least_of_one(number(parameters, "min_score")), 0.0))
    needed = max(number(parameters, "min_quantity_growth"), float(by_score)) - _ROUNDING
    rose: Bools = (growth(now, year / WEEKS_A_YEAR) >= needed) & (mass[:, _BEHIND:] > 0.0)
    return rose & (np.arange(now.shape[1]) <= newest[:, None])


RULE: Final = Rule(
    id="early-surge-weekly",
    revision=1,
    title="Early surge by weeks: volume up and price down beyond the noise of the series",
    title_ja="早期警戒・週次(系列の通常変動を超える数量増と価格下落)",
    family=Family.SURGE,
    units=(Unit.SERIES, Unit.PRODUCT),
    parameters=settings(2.5, "52 weeks"),
    figures=FIGURES,
    window_months=_MONTHS,
    months_kept=WEEK_MONTHS,
    fire_after=1,
    clear_after=2,
    weekly=True,
    formula=(
        "fires: quantity, price, score and value, in one complete week w of m that has trade of its own\n"
        "week       ISO week, of the month of its Sunday; complete once lines are accepted so many days "
        "after it as a month waits for its close, or once its month has closed\n"
        f"now        w-7..w, each week weighing half as much as the one {HALF_LIFE_WEEKS:g} weeks after it\n"
        "before     the 52 weeks w-59..w-8\n"
        "quantity   Q(now) / Q(a mean week before) - 1 >= min_quantity_growth\n"
        "price      p(now) / p(before) - 1 <= max_price_change\n"
        "p          P relative to the reference partners (intra-area, else other origins); without them, or "
        "where more than half of them is not declared, relative to the world price; without one, P itself\n"
        "deviation  log of now over before, of the quantity and of p\n"
        "usual size root of (6 s^2 + n r^2) / (6 + n); r root mean square of the 26 deviations w-33..w-8, "
        f"n an eighth of how many are known, s {USUAL_QUANTITY} (quantity), {USUAL_TO_REFERENCE}, "
        f"{USUAL_TO_BENCHMARK}, {USUAL_OWN} (p to reference, to world price, itself)\n"
        "score      (min(3, deviation / usual size) of the quantity + min(3, the same of the fall of p)) "
        "/ square root of 2 >= min_score\n"
        "value      V(52 weeks) >= min_value"
    ),
    legal_basis=(
        "Operator's choice: an early warning of our own, the test of early-surge by weeks, calibrated on "
        "invented declarations (docs/early-surge.md); no publication asks for it, and it finds nothing about "
        "injury or dumping"
    ),
    limits=(
        "It speaks of declarations alone; statistics have no weeks.",
        "It compares with the series' own recent past: after about a year a higher level is the usual one.",
        "Few lines a week make a noisy week: a series of one ship a month speaks as late as by months.",
        (
            "The threshold was calibrated on invented declarations: half an alarm month a year on a series, "
            "as early-surge has there. At fewer alarms months find more within half a year."
        ),
        "A season that swings more than its own last year is taken for a surprise.",
        "Weeks reach back about three years: months more than a year old cannot be tested again.",
        "Prices and rates of the world are monthly: a week has those of the month that it ends in.",
        "Lines that come late change a week that was complete, and may withdraw what was told of it.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=explanation("weeks", "the year that ends with the week"),
    explanation_ja=explanation_ja("週", "当該週までの一年間"),
    reasons=(
        *PRICE_REASONS,
        Reason.NO_TRADE,
        Reason.THRESHOLD_NOT_CONVERTIBLE,
        Reason.NO_LINES,
        Reason.NO_COMPLETE_WEEK,
    ),
)
