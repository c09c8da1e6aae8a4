"""Reading the tables that fix the vocabulary, so that the copy kept in tests/expected can be compared with them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SPECIFICATION = Path(__file__).parents[3] / "shared" / "WORKFLOWS.md"
KEEPING = Path(__file__).parents[1] / "expected" / "vocabulary.yaml"

KEY = re.compile(r"`(\w+)`")
PROSE_CLOCK = re.compile(r"`(\w+)` \((?:T-|X-|the `)")


def vocabulary_of(text: str) -> dict[str, Any]:
    """Return for each kind of review its states, its steps with what they move and ask, and its clocks."""
    found = {}
    for section in re.split(r"^## \d+\. ", text, flags=re.MULTILINE)[1:4]:
        workflow = KEY.match(section)
        assert workflow is not None
        found[workflow[1]] = _section(section)
    return found


def _section(section: str) -> dict[str, Any]:
    told: dict[str, Any] = {"states": [], "steps": {}, "clocks": {}}
    columns: list[str] = []
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            columns = []
        elif not columns:
            columns = cells
        elif not set(cells[0]) <= {"-", " "}:
            _row(told, dict(zip(columns, cells, strict=False)))
        if line.startswith("Clocks: `"):
            told["clocks"] |= dict.fromkeys(PROSE_CLOCK.findall(line), "")
    return told


def _row(told: dict[str, Any], row: dict[str, str]) -> None:
    if "stage" in row:
        told["states"] += KEY.findall(row["states"])
    if "step" in row:
        for key in KEY.findall(row["step"]):
            told["steps"][key] = _step(row)
    if "clock" in row:
        told["clocks"][KEY.findall(row["clock"])[0]] = row["regimes"]


def _step(row: dict[str, str]) -> dict[str, Any]:
    leads = re.search(r"→ `(\w+)`(?! \(earlier)", row["moves"])
    return {
        "after": leads[1] if leads else None,
        "by": re.findall(r"\b[a-z]+_[a-z_]+\b", row.get("by", "")),
        "asks": {key: "*" in written for key, written in _asked(row["asks"])},
    }


def _asked(cell: str) -> Iterator[tuple[str, str]]:
    """Yield each question with what is written of it: the star may follow what it is answered with, as in yes/no*."""
    for part in re.split(r", (?=`)", cell):
        if key := KEY.match(part):
            yield key[1], part
