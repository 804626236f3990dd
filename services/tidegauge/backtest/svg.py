"""Charts as inline SVG: nothing is loaded, every text is escaped, the same figures give the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from tidegauge.domain.periods import MONTHS_A_YEAR

WIDTH = 860
_LEFT, _RIGHT, _TOP, _ROW = 190, 30, 14, 22
_TICKS = (1.0, 2.0, 2.5, 5.0, 10.0)
COLOURS = ("#1f6f8b", "#c8553d", "#6a994e", "#7b5ea7", "#b7791f", "#455a64", "#ad1457", "#00796b", "#5d4037")


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of months on one row of a history, half open."""

    row: str
    start: float  # month, may lie between two
    stop: float


def bars(values: Mapping[str, float], unit: str) -> str:
    """Horizontal bars, one a label."""
    most = _nice(max(values.values(), default=0.0))
    parts = []
    for place, (label, value) in enumerate(values.items()):
        y = _TOP + place * _ROW
        width = (WIDTH - _LEFT - 90) * value / most
        parts += [
            _text(_LEFT - 8, y + 14, label, anchor="end"),
            _tag("rect", x=_LEFT, y=y + 3, width=_n(width), height=_ROW - 7, fill=COLOURS[0], rx=2),
            _text(_LEFT + width + 6, y + 14, f"{value:.4g} {unit}"),
        ]
    return _svg(parts, _TOP + len(values) * _ROW + 8)


def palette(labels: Iterable[str]) -> dict[str, str]:
    """A colour for each label."""
    return {label: COLOURS[place % len(COLOURS)] for place, label in enumerate(labels)}


def lines(series: Mapping[str, Mapping[int, float]], unit: str) -> str:
    """Lines over years, one a label, with a legend."""
    years = sorted({year for points in series.values() for year in points})
    height, left = 230, 60
    if not years:
        return _svg([_text(left, 40, "no years")], 60)
    most = _nice(max((v for points in series.values() for v in points.values()), default=0.0))
    step = (WIDTH - left - _RIGHT) / max(len(years) - 1, 1)
    parts = _grid(most, height, left, unit)
    every = max(1, len(years) // 14)
    for place, year in enumerate(years[::every]):
        parts.append(_text(left + place * every * step, height + 18, str(year), anchor="middle"))
    colours = palette(series)
    for place, (label, points) in enumerate(series.items()):
        at = [
            f"{_n(left + years.index(year) * step)},{_n(height - (height - _TOP) * value / most)}"
            for year, value in sorted(points.items())
        ]
        colour = colours[label]
        parts.append(_tag("polyline", points=" ".join(at), fill="none", stroke=colour, stroke_width=2))
        y = height + 40 + place // 3 * 18
        x = left + place % 3 * 270
        parts += [_tag("rect", x=x, y=y - 9, width=14, height=4, fill=colour), _text(x + 20, y - 3, label)]
    return _svg(parts, height + 44 + (len(series) + 2) // 3 * 18)


def dots(rows: Mapping[str, Sequence[float]], months: tuple[int, int], zero: str) -> str:
    """One dot a figure on a row a label; months before an event, the event itself marked."""
    first, last = months
    scale = (WIDTH - _LEFT - _RIGHT) / (last - first)
    bottom = _TOP + len(rows) * _ROW
    parts = []
    for tick in range(first, last + 1, 6):
        x = _LEFT + (last - tick) * scale
        strong = tick == 0
        parts.append(_line(x, _TOP, x, bottom, "#333" if strong else "#ddd"))
        parts.append(_text(x, bottom + 16, zero if strong else str(tick), anchor="middle"))
    for place, (label, figures) in enumerate(rows.items()):
        y = _TOP + place * _ROW + 11
        parts.append(_text(_LEFT - 8, y + 4, f"{label} ({len(figures)})", anchor="end"))
        for figure in figures:
            x = _LEFT + (last - min(max(figure, first), last)) * scale
            parts.append(_tag("circle", cx=_n(x), cy=y, r=5, fill=COLOURS[0], fill_opacity="0.55"))
    return _svg(parts, bottom + 24)


def history(
    amounts: Mapping[int, float],
    told: Sequence[Bar],
    colours: Mapping[str, str],
    events: Mapping[str, float],
) -> str:
    """A series' months as columns, the alerts below it as a row a rule, events as upright lines.

    `colours` of the rows, in their order; rows without a bar in these months are left out.
    """
    first, last = min(amounts), max(amounts)
    told = [bar for bar in told if bar.start < last + 1 and bar.stop > first]
    rows = [row for row in colours if any(bar.row == row for bar in told)]
    scale = (WIDTH - _LEFT - _RIGHT) / (last - first + 1)
    most, height = _nice(max(amounts.values())), 120
    bottom = height + 8 + len(rows) * 16
    parts = []
    for month, amount in sorted(amounts.items()):
        tall = (height - _TOP) * amount / most
        x = _LEFT + (month - first) * scale
        parts.append(
            _tag("rect", x=_n(x), y=_n(height - tall), width=_n(scale * 0.9), height=_n(tall), fill="#9fb8c4")
        )
    parts += [
        _text(_LEFT - 8, _TOP + 8, f"{most:,.0f} t", anchor="end"),
        _text(_LEFT - 8, height, "0", anchor="end"),
    ]
    parts.append(_line(_LEFT, height, WIDTH - _RIGHT, height, "#888"))
    for place, row in enumerate(rows):
        parts.append(_text(_LEFT - 8, height + 20 + place * 16, row, anchor="end"))
    for bar in told:
        start, stop = (min(max(month, first), last + 1) for month in (bar.start, bar.stop))
        y = height + 10 + rows.index(bar.row) * 16
        wide = max((stop - start) * scale, 2.0)
        parts.append(
            _tag(
                "rect",
                x=_n(_LEFT + (start - first) * scale),
                y=y,
                width=_n(wide),
                height=11,
                fill=colours[bar.row],
            )
        )
    for place, (label, when) in enumerate(events.items()):
        if first <= when <= last + 1:
            x = _LEFT + (when - first) * scale
            parts += [_line(x, 2, x, bottom, "#b00020"), _text(x + 4, 12 + place * 13, label)]
    for month in range(first, last + 1):
        if month % MONTHS_A_YEAR == 0:
            x = _LEFT + (month - first) * scale
            parts.append(_text(x, bottom + 18, str(month // MONTHS_A_YEAR), anchor="middle"))
    return _svg(parts, bottom + 26)


def _grid(most: float, height: int, left: int, unit: str) -> list[str]:
    parts = [_text(left + 6, _TOP + 10, unit)]
    for quarter in range(5):
        value = most * quarter / 4
        y = height - (height - _TOP) * quarter / 4
        parts += [
            _line(left, y, WIDTH - _RIGHT, y, "#ddd"),
            _text(left - 6, y + 4, f"{value:.4g}", anchor="end"),
        ]
    return parts


def _nice(most: float) -> float:
    """A round figure at or above the greatest one; 1 for nothing."""
    if most <= 0.0:
        return 1.0
    size = 10.0 ** (len(f"{most:.0f}") - 1) if most >= 1.0 else 0.1
    return next((tick * size for tick in _TICKS if tick * size >= most), most)


def _n(value: float) -> str:
    """A coordinate, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def _svg(parts: Sequence[str], height: float) -> str:
    inner = "".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {_n(height)}" role="img">{inner}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return _tag("line", x1=_n(x1), y1=_n(y1), x2=_n(x2), y2=_n(y2), stroke=stroke)


def _tag(name: str, **attributes: object) -> str:
    said = " ".join(f'{key.replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    return f"<{name} {said}/>"
