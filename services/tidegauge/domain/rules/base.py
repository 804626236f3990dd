"""The rule interface: parameters with their sources, signals with their reasons."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tidegauge.domain.alerts import Audience, Family
from tidegauge.domain.arrays import Bools, Codes, Floats
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Glance, PanelView, Unit

if TYPE_CHECKING:
    from tidegauge.domain.rules.second_family import Speaker


class Reason(StrEnum):
    """Why a rule fired, stayed silent, could not speak, or was held down."""

    MET = "met"
    NOT_MET = "conditions_not_met"
    NOT_ENOUGH_HISTORY = "not_enough_history"
    NO_TRADE = "no_trade"
    ZERO_BASE = "new_over_zero_base"
    NO_REFERENCE_PRICE = "no_reference_price"
    REFERENCE_UNDECLARED = "reference_mostly_undeclared"
    THRESHOLD_NOT_CONVERTIBLE = "threshold_not_convertible"
    NEVER_ALERTS = "origin_never_alerts"  # ZZ, QR, the reporter itself, intra-area
    # notes beside a signal
    WORLD_PRICE_MOVE = "world_price_move"
    NO_BENCHMARK = "no_benchmark"
    C1_NOT_TESTABLE = "c1_not_testable"
    PRODUCTION_UNKNOWN = "domestic_production_unknown"
    PROVISIONAL = "provisional"
    # appended later: the codes of the reasons above are stored and must not move
    FIGURE_UNKNOWN = "figure_unknown"  # quantity or unit value cannot be computed, and it would decide
    SWITCHED_OFF = "rule_switched_off"  # by the operators' rules file, for this product group
    NOT_EVALUATED = "not_evaluated"  # a dear test behind a cheap one that is not met
    NOT_APPLICABLE = "not_applicable"  # e.g. the share of all origins
    EXPORTS_UNKNOWN = "exports_unknown"  # of the reporter
    WORLD_EXPORTS_UNKNOWN = "world_exports_unknown"
    # what may hold an alert back, or stands beside it
    SUPPLY_SHOCK = "supply_shock"  # less came at a far higher price: no surge and no dumping
    MISSING_MONTH = "missing_month"
    IMPUTED_QUANTITY = "imputed_quantity"
    UNIT_CHANGE = "unit_change"
    LATE_VINTAGE = "late_vintage"
    CONFIDENTIAL_CELL = "confidential_cell"
    SCOPE_SPEAKS = "its_scope_speaks"  # the product lies in a scope, of which the rule speaks instead
    # prices, dumping, subsidies and single lines
    NO_NORMAL_VALUE = "no_normal_value"
    FREIGHT_WEDGE_UNKNOWN = "freight_wedge_unknown"  # a c.i.f. value, and no statement of what freight takes
    TRANSACTIONS_UNKNOWN = "transactions_unknown"  # single sales and their prices
    NOT_THE_FIRST = "not_the_first_available"  # an earlier step of the ladder speaks
    NO_PROGRAMME = "no_programme_known"
    BENEFIT_UNKNOWN = "benefit_unknown"  # of a programme that is known
    NO_DOMESTIC_PRICE = "no_domestic_price"
    COST_UNKNOWN = "cost_unknown"
    NO_TRIGGER_PRICE = "no_trigger_price"
    NO_LINES = "no_lines"  # statistics hold no single lines
    TOO_FEW_LINES = "too_few_lines"
    MELT_NOT_STATED = "melt_and_pour_not_stated"
    DUTY_EXCLUDED = "duty_excluded"  # unknown, and left out of the landed cost
    FREIGHT_EXCLUDED = "freight_excluded"
    ALLOWANCES_EXCLUDED = "allowances_excluded"  # from the border to the factory: none is stated
    VALUE_NOT_CIF = "value_not_cif"  # a trigger price is held to c.i.f. values
    VOLUME_TRIGGER_IN_FORCE = "volume_trigger_in_force"  # the price trigger may not be used beside it
    CODE_BREAK = "code_break"  # the window holds a month in which the product code changed its meaning
    NO_CONTROL = "no_control"  # no origin without a measure to compare with
    CVD_ELSEWHERE = "countervailing_duty_elsewhere"  # so that subsidy is a second family of concern
    CAPACITY_UNKNOWN = "sellers_capacity_unknown"
    SECOND_FAMILY = "second_family"  # another rule, of another family, speaks of the same subject and month
    NO_TRIGGER = "no_trigger_in_force"
    TRIGGER_NOT_COMPUTABLE = "trigger_level_not_computable"  # its formula or its unit
    NO_COMPLETE_WEEK = "no_complete_week"  # of the month, yet


REASONS = tuple(Reason)
REASON_CODE = {reason: code for code, reason in enumerate(REASONS)}
SPEAKS = (Reason.MET, Reason.NOT_MET)  # every other reason neither fires nor clears an episode


@dataclass(frozen=True, slots=True)
class Money:
    """A money threshold; the currency "feed" takes the number as it is."""

    value: float
    currency: str


Setting = float | bool | str | Money  # the value of a parameter


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of a rule; no citation means "operator's choice"."""

    name: str
    default: Setting
    unit: str  # "fraction" (shares, growth), "currency" (Money), "probability" ...
    description: str
    citation: Citation | None = None
    least: float = -math.inf  # what a rules file may set, inclusive
    most: float = math.inf


Parameters = Mapping[str, Setting]  # a full set, by parameter name


class Window(StrEnum):
    """The months that a figure speaks of, relative to the month m under evaluation."""

    YTD = "ytd"  # January..m
    YTD_CHANGE = "ytd_change"  # January..m against the same months of the year before
    L12 = "l12"  # the 12 months ending at m
    P12 = "p12"  # the 12 months before those
    L12_CHANGE = "l12_change"  # L12 against P12
    MONTH = "month"
    CALENDAR_SHIFT = "calendar_shift"  # January of the second year before .. m
    FIVE_YEARS = "five_years"  # the 60 months ending at m
    FIVE_YEAR_CHANGE = "five_year_change"  # L12 against the first 12 of the 60 months
    THREE_YEARS = "three_years"  # the 36 months ending at m
    RECENT_CHANGE = "recent_change"  # the 6 months ending at m against the same months a year before
    QUARTER = "quarter"  # the 3 months ending at m
    QUARTER_CHANGE = "quarter_change"  # those against the same months a year before
    QUARTER_ON_YEAR = "quarter_on_year"  # those against the 12 months before them
    # relative to the week that a row speaks of (its figure `week`)
    WEEK = "week"
    EIGHT_WEEKS = "eight_weeks"  # the 8 weeks ending with it
    EIGHT_WEEKS_ON_YEAR = "eight_weeks_on_year"  # those against the 52 weeks before them
    WEEKS_OF_A_YEAR = "weeks_of_a_year"  # the 52 weeks ending with it


@dataclass(frozen=True, slots=True)
class Figure:
    """One column of the signals, and how it is shown as evidence."""

    name: str
    label: str
    label_ja: str
    unit: str  # "%": a fraction, times 100; "{currency}": the feed's; "yes/no", "month", "week", "text": text
    window: Window
    comparison: Comparison = Comparison.SHOWN
    parameter: str = ""  # the parameter that is its threshold
    key: bool = False  # a move of >= 10 % in a key figure sends `updated`
    unknown: tuple[Reason, ...] = (
        Reason.FIGURE_UNKNOWN,
    )  # why it is NaN: the first one noted, else the last


@dataclass(frozen=True, slots=True)
class Signals:
    """What a rule says about each row of a view at its month."""

    fired: Bools  # [n]
    reason: Codes  # [n] REASON_CODE; MET exactly where fired
    severity: Codes  # [n] index into alerts.SEVERITIES, read where fired
    figures: dict[str, Floats]  # [n] each; NaN where not computable; booleans as 1/0/NaN
    notes: dict[Reason, Bools] = field(default_factory=dict)  # [n] each
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)  # [n] texts of figures
    beside: dict[int, tuple["Speaker", ...]] = field(default_factory=dict)  # by row that is critical


@dataclass(frozen=True, slots=True)
class Annotator:
    """How a rule speaks beside the signals of others: it notes `reason`, and may hold them back with it."""

    reason: Reason
    families: frozenset[Family]  # whose signals it looks at
    found: Callable[[PanelView, Parameters], Bools]  # [n]
    holds_back: str = "holds_back"  # the yes/no parameter that decides


@dataclass(frozen=True, slots=True)
class Rule:
    """One published method."""

    id: str
    revision: int  # grows when the code's meaning changes; part of rule_version
    title: str
    title_ja: str
    family: Family
    units: tuple[Unit, ...]
    parameters: tuple[Parameter, ...]
    figures: tuple[Figure, ...]
    window_months: int  # months that it rests on, the one under evaluation included
    fire_after: int
    clear_after: int
    formula: str
    legal_basis: str
    limits: tuple[str, ...]
    may_fire: Callable[[Glance, Parameters], Bools]  # [n] cheap, and true of every row that would fire
    evaluate: Callable[[PanelView, Parameters], Signals]
    explanation: str  # template over the figures, English
    explanation_ja: str
    reasons: tuple[Reason, ...]  # that it can give, beside those of every rule (`reasons.COMMON`)
    default_on: bool = True
    months_kept: int = 0  # of what it rests on, the newest included; 0: as many as the panel keeps
    weekly: bool = False  # of an open month it speaks when a week of declarations closes, and only then
    columns: int = 0  # of the view, where the months before are read by history; 0: window_months
    annotates: Annotator | None = None  # None: it raises alerts alone
    needs: str = ""  # the method of RowBooks without whose records no row can fire
    audience: Audience | None = None  # set: who may see its alerts, whatever stands behind them
    reads: tuple[Read, ...] = ()  # of the books beside the panel: alerts cite what was found

    @property
    def view_columns(self) -> int:
        """Columns that `evaluate` needs in the view."""
        return self.columns or self.window_months

    def defaults(self) -> dict[str, Setting]:
        """The full parameter set as published or chosen."""
        return {parameter.name: parameter.default for parameter in self.parameters}
