"""Charts drawn on the server: bars that say again what a table says, told apart in grey and by hatching.

A chart is made from the cells of a table, so that it shows nothing the table withholds: a withheld count is a short
hatched box with its mark, the same for every count. The same table always gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from textwrap import fill
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_INCHES = 0.26
LINE_INCHES = 0.17
LEGEND_INCHES = 0.2
BOTTOM_INCHES = 0.08
ONE_AT_A_TIME = Lock()
# Dark to light, so that a copy in grey keeps them apart; each has a hatching of its own besides.
SERIES = (("#0b3d40", ""), ("#8fb8ba", "///"), ("#e3ecec", "..."))
INK = "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Sheet:
    """How much room a chart has, and whether the words of its rows stand beside the bars or above them."""

    width_inches: float
    letters_a_line: int
    labels_inches: float
    legend_columns: int

    @property
    def labels_above(self) -> bool:
        return not self.labels_inches


WIDE = Sheet(width_inches=4.7, letters_a_line=28, labels_inches=1.9, legend_columns=2)
# As wide as a telephone, so that its words are as large there as the words around it.
NARROW = Sheet(width_inches=2.8, letters_a_line=36, labels_inches=0, legend_columns=1)


@dataclass(frozen=True, slots=True)
class Series:
    """Values to draw side by side, each a number, or the mark in place of one that is withheld, or nothing."""

    name: str
    values: tuple[float | str | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: a group of bars for each label, one bar for each series, or a range for each label."""

    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    ranges: tuple[tuple[float, float], ...] = ()


@lru_cache(maxsize=512)
def drawn(chart: Chart, sheet: Sheet = WIDE) -> bytes:
    """Return the chart as SVG, which names and describes itself."""
    # Loading Matplotlib takes longer than drawing, so it waits for the first chart.
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    top, group = _top_inches(chart, sheet), _group_inches(chart, sheet)
    height = top + group * len(chart.labels) + BOTTOM_INCHES
    # The settings are of the whole process, and pages are made by several threads at once.
    with ONE_AT_A_TIME, rc_context(
        {"svg.hashsalt": "figures", "svg.fonttype": "path", "font.size": 10, "hatch.linewidth": 0.6}
    ):  # fmt: skip
        figure = Figure(figsize=(sheet.width_inches, height))
        FigureCanvasSVG(figure)
        edges = {"left": max(sheet.labels_inches / sheet.width_inches, 0.01), "right": 0.99}
        figure.subplots_adjust(top=1 - top / height, bottom=BOTTOM_INCHES / height, **edges)
        _draw(figure.add_subplot(), chart, sheet, group)
        if len(chart.series) > 1:
            columns = sheet.legend_columns
            figure.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, borderaxespad=0.2)
        written = io.BytesIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return _told(written.getvalue().decode(), chart).encode()


def _top_inches(chart: Chart, sheet: Sheet) -> float:
    """Return the height of the legend above the bars, on as many lines as it takes."""
    lines = -(-len(chart.series) // sheet.legend_columns) if len(chart.series) > 1 else 1
    return 0.15 + LEGEND_INCHES * lines


def _group_inches(chart: Chart, sheet: Sheet) -> float:
    """Return the height of the bars of one row with its words, which are beside them or above."""
    lines = max((len(_lines(label, sheet)) for label in chart.labels), default=1)
    bars, words = ROW_INCHES * (max(len(chart.series), 1) + 0.4), LINE_INCHES * lines
    return bars + words if sheet.labels_above else max(bars, words)


def _lines(label: str, sheet: Sheet) -> list[str]:
    return fill(label, sheet.letters_a_line).splitlines()


def _draw(axes: Axes, chart: Chart, sheet: Sheet, group: float) -> None:
    most = max((value for each in chart.series for value in each.values if isinstance(value, float | int)), default=0)
    most = max(most, *(high for _, high in chart.ranges), 1) if chart.ranges else max(most, 1)
    bars = ROW_INCHES * (max(len(chart.series), 1) + 0.4) / group if sheet.labels_above else 1
    height = 0.8 * bars / max(len(chart.series), 1)
    for number, series in enumerate(chart.series):
        places = [place + number * height for place in range(len(chart.labels))]
        _draw_series(axes, series, places, height, number, most, chart.unit)
    for place, (low, high) in enumerate(chart.ranges):
        axes.plot([low, high], [place, place], color=INK, marker="|", markersize=12, linewidth=1.5, zorder=3)
    _say_rows(axes, chart, sheet, height)
    axes.set_ylim(len(chart.labels) - 1 + bars - 0.1 - height / 2, -0.1 - height / 2 - (1 - bars))
    axes.set_xlim(0, most * (1.35 if sheet.labels_above else 1.14))
    axes.tick_params(length=0)
    axes.set_xticks([])
    axes.spines[["top", "right", "bottom"]].set_visible(False)


def _say_rows(axes: Axes, chart: Chart, sheet: Sheet, height: float) -> None:
    """Say what each row is of: in the middle beside its bars, or above the first of them."""
    words = ["\n".join(_lines(label, sheet)) for label in chart.labels]
    if not sheet.labels_above:
        middle = height * (len(chart.series) - 1) / 2
        axes.set_yticks([place + middle for place in range(len(words))], words, fontsize=9)
        return
    axes.set_yticks([])
    for place, label in enumerate(words):
        axes.annotate(
            label,
            (0, place - height / 2),
            xytext=(0, 2),
            textcoords="offset points",
            va="bottom",
            fontsize=9,
            color=INK,
        )


def _draw_series(
    axes: Axes, series: Series, places: Sequence[float], height: float, number: int, most: float, unit: str
) -> None:
    colour, hatch = SERIES[number % len(SERIES)]
    known = [value if isinstance(value, float | int) else 0.0 for value in series.values]
    axes.barh(
        places, known, height=height * 0.92, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.6, label=series.name
    )
    for place, value in zip(places, series.values, strict=True):
        if value is None:
            continue
        if isinstance(value, str):
            axes.barh(
                place, most * 0.03, height=height * 0.92, color="white", hatch="xxxx", edgecolor=INK, linewidth=0.6
            )
        end, words = (most * 0.03, f"{value} withheld") if isinstance(value, str) else (value, f"{value:,g}{unit}")
        axes.annotate(
            words, (end, place), xytext=(3, 0), textcoords="offset points", va="center", fontsize=9, color=INK
        )


def _told(svg: str, chart: Chart) -> str:
    """Return the picture with a name and a description for those who hear it, and without what names its maker."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = svg[svg.index("<svg") :]
    said = f"<title id='name'>{escape(chart.title)}</title><desc id='told'>{escape(chart.description)}</desc>"
    return re.sub(r"<svg([^>]*)>", rf"<svg\1 role='img' aria-labelledby='name told'>{_literal(said)}", svg, count=1)


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\")
