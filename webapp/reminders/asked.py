"""What an agency's lead may answer about: the open dates of what is asked of the agency, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from models.case import Case, Deadline
from models.queries.access import is_asked_of_an_agency_led_by
from notifications.answering import role_to_answer_in
from notifications.chosen import ladder_of
from notifications.ledger import answers_about, is_about
from webapp import clock
from webapp.access import current_actor, current_person
from webapp.database import db
from webapp.reminders.words import answer_in_words
from workflows.roles import AGENCY_LEAD


@dataclass(frozen=True, slots=True)
class AskedDate:
    """An open date of what is asked of an agency, and what its leads have answered to its reminders."""

    deadline_id: int
    named: str
    is_late: bool
    answers: tuple[str, ...]


def asked_dates(case: Case) -> list[AskedDate]:
    """Return the dates about which the agency's lead who asks may answer, in the order of the case."""
    today, given = clock.today(), [each for each in answers_about(db.session, case) if each.answer.role == AGENCY_LEAD]
    return [
        AskedDate(
            deadline.id,
            ": ".join(each for each in (deadline.title, deadline.subject) if each),
            deadline.due_last is not None and deadline.due_last < today,
            tuple(answer_in_words(each) for each in given if is_about(each.answer, deadline)),
        )
        for deadline in deadlines_to_answer(case)
    ]


def deadlines_to_answer(case: Case) -> Iterator[Deadline]:
    """Yield the open deadlines of the agencies led by whoever asks, where their ladder tells an agency's lead."""
    if AGENCY_LEAD not in current_actor(case).roles:
        return
    theirs = is_asked_of_an_agency_led_by(current_person().id, clock.today())
    found = select(Deadline).join(Case, Case.id == Deadline.case_id).where(Deadline.case_id == case.id, theirs)
    owed = found.where(Deadline.due_last.is_not(None), Deadline.met_last.is_(None), Deadline.voided_on.is_(None))
    for deadline in db.session.scalars(owed.order_by(Deadline.ordinal)):
        if role_to_answer_in(ladder_of(db.session, case, deadline.clock_key), {AGENCY_LEAD}):
            yield deadline


def leads_who_is_asked(deadline: Deadline) -> bool:
    """Return whether whoever asks leads the agency that this is asked of: a lead answers for no other."""
    theirs = is_asked_of_an_agency_led_by(current_person().id, clock.today())
    found = select(Deadline.id).join(Case, Case.id == Deadline.case_id).where(Deadline.id == deadline.id, theirs)
    return db.session.scalar(found) is not None
