"""Official histories as the rules see them: a view a month and reporter, read by the product's connectors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from tidegauge.commands.files import feed_options, opened
from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.panel.view import PanelView, Unit
from tidegauge.domain.rules.evaluate import take
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.step import Output
from tidegauge.replay import Replay
from tidegauge.stream import in_order

ROOT = Path(__file__).resolve().parents[3]
BRAZIL, UNION = "Brazil, fertilizers", "EU members, plastics from China"
_RATES = ROOT / "examples" / "brazil-fertilizers"
_RULE = "early-surge"  # asks for the most months of the rules compared


@dataclass(frozen=True, slots=True)
class Strand:
    """One reporter's history: months in order, the rows that may alert, each known by its subject."""

    views: dict[int, PanelView]
    subjects: dict[int, Ints]  # [n] of the same months

    def rows(self, month: int, subjects: Ints) -> Ints:
        """[k] the rows of subjects in a month; every one must be there."""
        order = np.argsort(self.subjects[month])
        found: Ints = order[np.searchsorted(self.subjects[month], subjects, sorter=order)]
        return found


def brazil(data: Path, unit: Unit = Unit.SERIES, columns: int = 0) -> list[Strand]:
    """Imports of seven fertilizers from 1997 to July 2024, with world prices and rates.

    `columns`: months of each view, where more are needed than the rules ask for.
    """
    official = data / "brazil_fertilizer_comexstat" / "imp_fert_cat.csv.gz"
    files = [_RATES / "benchmarks.csv", _RATES / "fx.csv", official]
    wider = replace(RULES[_RULE], window_months=max(columns, RULES[_RULE].window_months))
    with patch.dict(RULES, {_RULE: wider}):
        return _strands(files, "2024-08-15", unit)


def union(data: Path) -> list[Strand]:
    """Imports of ten products from China into each EU member, 2023 to 2025; the reference is intra-EU."""
    files = sorted((data / "eu_comext_cn8" / "bilateral").glob("*.csv.gz"))
    return _strands([_RATES / "fx.csv", *files], "2026-03-01", Unit.SERIES)


def _strands(files: Sequence[Path], vintage: str, unit: Unit) -> list[Strand]:
    found: dict[str, Strand] = {}

    def observe(output: Output) -> None:
        for evaluation in output.evaluations:
            view = evaluation.view
            if view.unit is unit and view.alertable.any():
                reporter = view.feeds[int(view.feed[0])].reporter
                strand = found.setdefault(reporter, Strand({}, {}))
                strand.views[view.month] = _kept(view, view.alertable)
                strand.subjects[view.month] = evaluation.subjects[view.alertable]

    run = Replay(Ruleset.default().only((_RULE,)), observe=observe)
    for _ in run.read(in_order(opened(files, options=feed_options(None, vintage)))):
        pass
    for _ in run.run():
        pass
    return [found[reporter] for reporter in sorted(found)]


def _kept(view: PanelView, rows: Bools) -> PanelView:
    """Some rows; C1 is not fitted, as no rule fires by it."""
    return replace(
        take(view, np.flatnonzero(rows)),
        quantity_history=lambda some, first: np.zeros((len(some), view.month - first + 1)),
    )
