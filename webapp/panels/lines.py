"""Cases as the pages of a meeting list them: what each still lacks, which date bites, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.case import Case
from models.panels.meetings import Outcome, events_at, listed_for, outcome_of, still_lacking
from models.panels.panel import Meeting, MeetingCase
from models.people import Person
from models.role_words import role_words
from webapp import clock
from webapp.cases.due_dates import owed_words
from webapp.database import db
from webapp.worklist.lines import status_of
from workflows import registry
from workflows.dates import PartialDate, day_in_words

OUTCOME_WORDS: dict[Outcome, str] = {
    "to_come": "To be taken",
    "deferred": "Deferred",
    "reviewed": "Reviewed, to be categorised",
    "categorised": "Concluded",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A case as a meeting lists it."""

    case: Case
    lacking: tuple[str, ...]
    due: str
    due_in: str
    status: str
    outcome: Outcome = "to_come"
    listed: MeetingCase | None = None
    elsewhere: str = ""
    """The day of the other meeting it is listed for, in words."""

    @property
    def known_as(self) -> str:
        return known_as(self.case)

    @property
    def outcome_words(self) -> str:
        return OUTCOME_WORDS[self.outcome]


def known_as(case: Case) -> str:
    """Return the only name a case has on a panel's papers: its pseudonym, or its reference."""
    return case.pseudonym or case.reference


def lines_of_ready(meeting: Meeting, cases: Sequence[Case]) -> list[Line]:
    """Return the cases that are ready when a meeting is prepared, in the order given."""
    lacking = still_lacking(db.session, [case.id for case in cases])
    return [Line(case, lacking[case.id], *_due(case), elsewhere=_elsewhere(meeting, case)) for case in cases]


def _elsewhere(meeting: Meeting, case: Case) -> str:
    day = listed_for(db.session, case)
    return "" if day in (None, PartialDate.on(meeting.held_on)) else day.words()


def lines_of_listed(meeting: Meeting, listed: Sequence[MeetingCase]) -> list[Line]:
    """Return the cases of a meeting in their order, with what became of each."""
    lacking = still_lacking(db.session, [each.case_id for each in listed])
    return [
        Line(
            each.case, lacking[each.case_id], *_due(each.case), listed=each,
            outcome=outcome_of(events_at(db.session, each.case, meeting.held_on)),
        )
        for each in listed
    ]  # fmt: skip


def stood_in_for(lent: Mapping[str, int]) -> list[str]:
    """Return for whom somebody acts, and as what: 'Dana Invented as child death coordinator'."""
    names = {each: db.session.get_one(Person, each).name for each in lent.values()}
    return [f"{names[absent_id]} as {role_words(role)}" for role, absent_id in lent.items()]


def _due(case: Case) -> tuple[str, str, str]:
    """Return the date that bites first, how far off it is, and how it stands; empty where nothing is owed."""
    if case.bites_on is None or case.bites_key is None:
        return "", "", ""
    today = clock.today()
    limit = registry.procedure(case.workflow_key, case.regime_key).clocks_by_key[case.bites_key]
    explained = case.bites_on == case.explained_bites_on and case.bites_on != case.unexplained_bites_on
    status = status_of(case.bites_on, case.due_soon_on, today, explained=explained)
    return (
        f"{limit.title}: {day_in_words(case.bites_on)}",
        owed_words(limit, case.bites_on, status, today, db.calendar),
        status,
    )
