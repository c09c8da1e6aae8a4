"""The box for what contributed to a death: one row a factor, with its domain, its score and whether it was modifiable.

There is always an empty row at the end; a button of its own, which records nothing, brings another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from wtforms import Field
from wtforms.utils import unset_value

from webapp.fields import FormData
from workflows.child_death_codes import ANALYSIS_SCHEMES
from workflows.child_deaths import analysis_scheme
from workflows.codes import YES_NO

PARTS = ("domain", "description", "score", "modifiable")
ANOTHER = "another"
"""What the button that asks for another row says."""
MOST_ROWS = 50

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One factor as it stands in the boxes."""

    number: int = 0
    told: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, part: str) -> str:
        return self.told.get(part, "")

    @property
    def is_empty(self) -> bool:
        return not any(self.told.values())

    def answer(self) -> str | dict[str, str]:
        """Return the factor as a history keeps it: only its description where nothing else is told of it."""
        kept = {part: self[part] for part in PARTS if self[part]}
        return kept["description"] if set(kept) == {"description"} else kept


class FactorsField(Field):
    """Factors in rows. `data` is the list of them, as the step takes it; what is offered is that of `graded_on`."""

    data: list[Any] | None

    def __init__(self, label: str, *, graded_on: date, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.graded_on = graded_on
        self.asked_for_another = False
        self._rows: list[Row] = []

    @property
    def rows(self) -> list[Row]:
        """What was told, and an empty row."""
        return [replace(row, number=number) for number, row in enumerate([*self._rows, Row()])]

    @property
    def first_wrong_box(self) -> str:
        """The id of the box an error links to."""
        return f"{self.id}-0-description"

    @property
    def hint(self) -> str:
        scheme = analysis_scheme(self.graded_on)
        scored = "Each factor is scored" if scheme.each_factor_is_scored else "The score is that of the domain"
        return f"{self.description}. {scored}, in the scheme in use from {scheme.first_day.year}"

    def choices(self, part: str, chosen: str) -> Choices:
        """Return what may be chosen for a part; what was chosen under another scheme stays among it."""
        scheme = analysis_scheme(self.graded_on)
        offered = {"domain": scheme.domains, "score": scheme.scores, "modifiable": YES_NO}[part]
        words = [
            (option.key, f"{option.key} – {option.words}" if part == "score" else option.words) for option in offered
        ]
        strange = [(chosen, chosen)] if chosen and chosen not in {key for key, _ in words} else []
        return [("", "Choose"), *words, *strange]

    def process(self, formdata: FormData | None, data: Any = unset_value, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        self._rows = list(_rows_of(self.data or ()))
        if formdata:
            self.asked_for_another = ANOTHER in formdata.getlist("do")
            self._rows = list(self._typed(formdata))
        self.data = [row.answer() for row in self._rows]

    def _typed(self, formdata: FormData) -> Iterable[Row]:
        for number in range(MOST_ROWS):
            names = {part: f"{self.name}-{number}-{part}" for part in PARTS}
            if not formdata.getlist(names["description"]):
                return
            told = {part: " ".join(formdata.getlist(name)[:1]).strip() for part, name in names.items()}
            if not (row := Row(number, told)).is_empty:
                yield row


def _rows_of(factors: Iterable[Any]) -> Iterable[Row]:
    """Yield factors as a history keeps them: only named, or told in parts."""
    for number, factor in enumerate(factors):
        told = factor if isinstance(factor, Mapping) else {"description": str(factor)}
        yield Row(number, {part: str(told[part]) for part in PARTS if told.get(part)})


def factor_words(factor: Any) -> str:
    """Return 'Social environment, family and parenting capacity: smoking at home – score 2, could be modified'."""
    (row,) = _rows_of([factor])
    domains = {option.key: option.words for scheme in ANALYSIS_SCHEMES for option in scheme.domains}
    modifiable = {"yes": "could be modified", "no": "could not be modified"}
    said = [f"score {row['score']}" if row["score"] else "", modifiable.get(row["modifiable"], "")]
    words = ": ".join(filter(None, [domains.get(row["domain"], row["domain"]), row["description"]]))
    return f"{words} – {', '.join(filter(None, said))}" if any(said) else words
