"""Everything told on one page before it is recorded: what is wrong or missing, what follows, and recording it once."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models.case import Case
from models.child_deaths.notifying import child_told, notify_death
from models.child_deaths.possible_duplicates import boards_compared, find_possible_duplicates, likely_the_same
from models.child_deaths.unfinished_notification import UnfinishedNotification, discard
from models.queries.access import may_see
from webapp import clock
from webapp.access import act_on_board, current_person, sees_whole_case
from webapp.child_deaths.asking import AsTold
from webapp.child_deaths.changing import change_page, changed_when_sent
from webapp.child_deaths.outcome import follows, stopping
from webapp.child_deaths.recording import details_told, step_told
from webapp.child_deaths.tasks import checked, tasks
from webapp.database import db
from webapp.forms import PageForm
from webapp.mistakes import Mistake
from workflows.errors import NotYourRole, StepRefused
from workflows.notification_pages import Page
from workflows.reviews.child_death_review import MAY_NOTIFY


@dataclass(frozen=True, slots=True)
class Alike:
    """A death recorded before that may be of the same child, and why."""

    case: Case
    reasons: tuple[str, ...]


def check_page(begun: UnfinishedNotification, refused: Sequence[Mistake] = (), status: int = 0) -> ResponseReturnValue:
    """Return the page on which everything is checked. What stops it from being recorded comes first, as mistakes."""
    if begun.case_id is not None:
        return change_page(begun, refused)
    told = AsTold(begun, clock.today())
    form, listed = PageForm(), tasks(told)
    stops = stopping(told)
    form.form_errors.extend(refused)
    page = render_template(
        "child_deaths/check.html",
        begun=begun,
        form=form,
        checked=checked(told),
        stops=stops,
        gaps=[task.page for task in listed if not task.done and task.page not in _pages_of(stops)],
        findings=follows(told),
        alike=_alike(told),
    )
    return page, status or (422 if refused else 200)


def recorded_when_sent(begun: UnfinishedNotification) -> ResponseReturnValue:
    """Record what was told, once, and return where that leads; or the page with what is wrong."""
    if begun.case_id is not None:
        return changed_when_sent(begun)
    told = AsTold(begun, clock.today())
    if stops := stopping(told):
        return check_page(begun, [mistake for _, mistake in stops], 422)
    try:
        case = _record(begun, told)
    except NotYourRole:
        raise
    except StepRefused as refused:
        db.session.rollback()
        return check_page(begun, [Mistake(words) for words in refused.reasons], 422)
    found = _compare(case)
    discard(db.session, begun)
    db.session.commit()
    flash(f"The death is recorded. Its reference is {case.reference}.", "done")
    if found:
        flash("A death recorded before may be of the same child. Compare the two before going on.", "note")
    leads_to = url_for("cases.show", reference=case.reference) if sees_whole_case(case) else url_for("home.show")
    return redirect(leads_to, 303)


def _pages_of(stops: Sequence[tuple[Page, Mistake]]) -> list[Page]:
    return [page for page, _ in stops]


def _record(begun: UnfinishedNotification, told: AsTold) -> Case:
    actor = act_on_board(begun.board_id, *MAY_NOTIFY)
    return notify_death(
        db.session, board=begun.board, actor=actor, told=step_told(told), details=details_told(told), now=clock.now(),
        idempotency_key=begun.public_id,
    )  # fmt: skip


def _compare(case: Case) -> bool:
    """Score the case against the deaths recorded before; return whether any that the person may see is like it."""
    boards = boards_compared(db.session, case.board_id)
    pairs = find_possible_duplicates(db.session, case.id, boards, now=clock.now())
    others = [pair.other_case_id if pair.case_id == case.id else pair.case_id for pair in pairs]
    return bool(_seen(others))


def _alike(told: AsTold) -> list[Alike]:
    """Return the deaths recorded before that may be of the same child, as far as the person may see them."""
    begun, answers = told.begun, told.answers
    if not answers.get("notified_on"):
        return []
    child = child_told(step_told(told), details_told(told))
    likely = likely_the_same(db.session, child, boards_compared(db.session, begun.board_id))
    seen = _seen([other.case_id for other, _ in likely])
    return [Alike(seen[other.case_id], found.reasons) for other, found in likely if other.case_id in seen]


def _seen(case_ids: Sequence[int]) -> dict[int, Case]:
    theirs = select(Case).where(Case.id.in_(case_ids), may_see(current_person().id, clock.today()))
    return {case.id: case for case in db.session.scalars(theirs)}
