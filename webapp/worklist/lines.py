"""One line of the worklist in words: where a case stands, what is next and whose turn, the date that bites first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from models.queries.worklist import Row
from webapp.cases.due_dates import owed_words
from webapp.wording import deadline_mark
from workflows import registry
from workflows.calendar import Calendar
from workflows.clocks import Status
from workflows.codes import HOLD_KINDS, words_of
from workflows.dates import day_in_words, how_long
from workflows.roles import in_words


@dataclass(frozen=True, slots=True)
class DateThatBites:
    """The deadline that bites first: what it is, the day, and how it stands in words, shape and colour."""

    title: str
    day: str
    words: str
    shape: str
    colour: str


@dataclass(frozen=True, slots=True)
class Line:
    """One case, as the list shows it."""

    reference: str
    pseudonym: str
    kind: str
    board: str
    state: str
    stage: str
    next: str
    turn: str
    theirs: bool
    date: DateThatBites | None
    holds: tuple[str, ...]
    running: str

    @property
    def date_cells(self) -> tuple[str, str, str]:
        """The date that bites first in three cells of a table; empty where there is none."""
        return (self.date.title, self.date.day, self.date.words) if self.date else ("", "", "")


def line_of(row: Row, roles: Collection[str], today: date, calendar: Calendar) -> Line:
    """Return the line of a case, for somebody who acts in these roles on it."""
    case = row.case
    procedure = registry.procedure(case.workflow_key, case.regime_key)
    state = procedure.state(case.state)
    step = procedure.step(case.next_step) if case.next_step else None
    return Line(
        reference=case.reference,
        pseudonym=case.pseudonym,
        kind=procedure.title,
        board=case.board.short_name,
        state=state.words,
        stage=next(stage.words for stage in procedure.stages if stage.key == state.stage),
        next=step.title if step else "",
        turn=in_words(tuple(case.next_roles)) if case.next_roles else "",
        theirs=bool(set(roles) & set(case.next_roles)),
        date=_date(row, today, calendar),
        holds=tuple(words_of(HOLD_KINDS, kind) for kind in row.holds),
        running=how_long(case.opened_on, case.ended_on or today),
    )


def _date(row: Row, today: date, calendar: Calendar) -> DateThatBites | None:
    case = row.case
    if case.bites_on is None or case.bites_key is None:
        return None
    clock = registry.procedure(case.workflow_key, case.regime_key).clocks_by_key[case.bites_key]
    explained = case.bites_on == case.explained_bites_on and case.bites_on != case.unexplained_bites_on
    status = status_of(case.bites_on, case.due_soon_on, today, explained=explained)
    mark = deadline_mark(status)
    words = owed_words(clock, case.bites_on, status, today, calendar)
    return DateThatBites(clock.title, day_in_words(case.bites_on), words, mark.shape, mark.colour)


def status_of(due: date, due_soon_on: date | None, today: date, *, explained: bool) -> Status:
    """Return how a deadline still owed stands on a day."""
    if today > due:
        return "late_explained" if explained else "overdue"
    return "due_soon" if due_soon_on is not None and today >= due_soon_on else "running"
