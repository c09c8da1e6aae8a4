"""Which chart each table of figures has: what it takes from the table's own cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.figures.tables import Line, Percent, Shown, Spanning, Table
from webapp.figures.charts import Chart, Series

# By table, the columns that are drawn beside one another. Any other table is drawn by its first.
DRAWN: Mapping[str, tuple[int, ...]] = {
    "years": (0, 1, 2),
    "timeliness": (1, 2),
    "modifiable": (2, 4),
    "durations": (0, 2),
    "differences": (1, 3),
    "groups": (1, 3),
    "pooled": (1,),
    "attendance": (2,),
    "promptness": (2,),
    "returns": (2,),
    "held": (0, 2),
}
WHOLE = "All reviews"


def is_empty(table: Table) -> bool:
    """Return whether a table counts nothing at all, so that its sentence says everything."""
    return not any(_says_something(cell) for line in table.lines for cell in line.cells)


def _says_something(cell: Shown) -> bool:
    value = cell.words if isinstance(cell, Spanning) else _value(cell)
    return bool(value)


def chart_of(table: Table) -> Chart | None:
    """Return the chart that says a table again; none where every number is withheld, or nothing was counted."""
    lines = [line for line in table.lines if line.words != WHOLE]
    if table.key == "rate":
        return _rate_chart(table)
    columns = DRAWN.get(table.key, (0,))
    series = tuple(Series(table.columns[column], _values(lines, column)) for column in columns)
    series = tuple(each for each in series if any(value is not None for value in each.values))
    percentages = any(isinstance(line.cells[column], Percent) for line in lines for column in columns)
    if not any(isinstance(value, float) and value for each in series for value in each.values):
        return None
    return Chart(table.title, table.sentence, tuple(line.words for line in lines), series, "%" if percentages else "")


def _values(lines: Sequence[Line], column: int) -> tuple[float | str | None, ...]:
    return tuple(_value(line.cells[column]) for line in lines)


def _value(cell: Shown) -> float | str | None:
    if isinstance(cell, Percent):
        return float(cell.value)
    if isinstance(cell, int | float):
        return float(cell)
    return cell if isinstance(cell, str) else None


def _rate_chart(table: Table) -> Chart | None:
    line = table.lines[0]
    rate, least, most = (_value(cell) for cell in line.cells[1:4])
    if not isinstance(rate, float) or not isinstance(least, float) or not isinstance(most, float):
        return None
    bar = (Series(table.columns[1], (rate,)),)
    return Chart(table.title, table.sentence, (line.words,), bar, ranges=((least, most),))
