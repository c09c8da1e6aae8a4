"""Whose death a case is about: opened on purpose, read under an entry in the audit, and changed with the same pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask import session as browser
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from models.case import Case
from models.casework import Actor, correct_event
from models.child_deaths.child import ChildDeath
from models.child_deaths.notifying import change_details, details_of
from models.child_deaths.possible_duplicates import boards_compared, find_possible_duplicates
from models.child_deaths.unfinished_notification import UnfinishedNotification, begin, change_of, discard
from models.errors import CaseMovedOn
from models.queries.access import SEE_WHO_THE_CHILD_IS
from webapp import clock
from webapp.access import current_actor, current_person, may_see_who_the_child_is
from webapp.cases.corrections import told_before
from webapp.cases.forms import REASON_STAYS
from webapp.cases.looking import seen, today_only
from webapp.cases.told import Answer
from webapp.cases.view import page_of, view_of
from webapp.child_deaths.asking import AsTold
from webapp.child_deaths.outcome import follows, stopping
from webapp.child_deaths.recording import details_told, filled_pages, step_told
from webapp.child_deaths.tasks import checked
from webapp.database import db
from webapp.fields import needed, stripped
from webapp.forms import PageForm
from webapp.mistakes import Mistake
from workflows.errors import NotYourRole, StepRefused

the_child = Blueprint("the_child", __name__, url_prefix="/cases")

OPENED = "child_opened"
OPEN_FOR = timedelta(minutes=15)
"""How long the details of one child stay open to whoever opened them, before they are asked again. A local default."""
FIRST = 1
"""The event that tells of the death, which opens the case."""


class ChangeForm(PageForm):
    """Why what the history says of the death is corrected."""

    reason = TextAreaField(
        "Why is this changed?", description=REASON_STAYS, filters=[stripped],
        validators=[needed("Say why this is changed")],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One answer as it is recorded and as it would be."""

    about: str
    before: str
    after: str


@the_child.route("/<reference>/child")
@may_see_who_the_child_is
def show(case: Case) -> ResponseReturnValue:
    view = view_of(case)
    opened = is_open(case)
    return page_of(
        view,
        "child_deaths/child.html",
        {
            "opened": opened,
            "minutes": int(OPEN_FOR.total_seconds()) // 60,
            "checked": checked(recorded(case)) if opened else [],
            "begun": change_of(db.session, case.id, current_person().id),
        },
    )


@the_child.route("/<reference>/child/open", methods=["POST"])
@may_see_who_the_child_is
def open_details(case: Case) -> ResponseReturnValue:
    open_for_reading(case)
    return redirect(url_for(".show", reference=case.reference), 303)


@the_child.route("/<reference>/child/close", methods=["POST"])
@may_see_who_the_child_is
def close_details(case: Case) -> ResponseReturnValue:
    browser[OPENED] = {reference: at for reference, at in _opened().items() if reference != case.reference}
    return redirect(url_for("cases.show", reference=case.reference), 303)


@the_child.route("/<reference>/child/change", methods=["POST"])
@may_see_who_the_child_is
def change(case: Case) -> ResponseReturnValue:
    """Begin a change, or go on with the one that was begun."""
    person = current_person()
    begun = change_of(db.session, case.id, person.id)
    if begun is None:
        answers, death = _answers_of(case), _death_of(case)
        begun = begin(db.session, board=case.board, person_id=person.id, now=clock.now())
        begun.case_id, begun.opened_at_length = case.id, case.history_length
        begun.details_as_of, begun.told = death.updated_at, filled_pages(answers, death)
        db.session.commit()
    return redirect(url_for("notifying.show", public_id=begun.public_id), 303)


# --- Checking a change, and storing it --------------------------------------


def change_page(
    begun: UnfinishedNotification, refused: Sequence[Mistake] = (), form: ChangeForm | None = None
) -> ResponseReturnValue:
    """Return the page that says what a change changes, before it is stored."""
    case, told = _case_of(begun), AsTold(begun, clock.today())
    form = form or ChangeForm()
    form.form_errors.extend(refused)
    stops = stopping(told)
    page = render_template(
        "child_deaths/check_change.html",
        begun=begun,
        case=case,
        form=form,
        stops=stops,
        changes=_changes(recorded(case), told),
        asks_why=not stops and _history_changes(case, told),
        findings=follows(told),
    )
    return page, 422 if form.errors or refused else 200


def changed_when_sent(begun: UnfinishedNotification) -> ResponseReturnValue:
    """Store a change that was checked, and return where that leads; or the page with what is wrong."""
    case, told, form = _case_of(begun), AsTold(begun, clock.today()), ChangeForm()
    if stops := stopping(told):
        return change_page(begun, [mistake for _, mistake in stops])
    corrects = _history_changes(case, told)
    if corrects and not form.validate():
        return change_page(begun, form=form)
    if moved := _moved_on(begun, case):
        return change_page(begun, [Mistake(moved)])
    try:
        _store(case, told, form.reason.data or "", corrects=corrects, expected_length=begun.opened_at_length)
    except NotYourRole:
        raise
    except (StepRefused, CaseMovedOn) as refused:
        db.session.rollback()
        return change_page(begun, [Mistake(words) for words in getattr(refused, "reasons", (str(refused),))])
    discard(db.session, begun)
    db.session.commit()
    flash("What is known of the child is changed.", "done")
    return redirect(url_for("the_child.show", reference=case.reference) if is_open(case) else _case_address(case), 303)


def _store(case: Case, told: AsTold, reason: str, *, corrects: bool, expected_length: int) -> None:
    actor, now, death = current_actor(case), clock.now(), _death_of(case)
    step = step_told(told, _answers_of(case))
    if corrects:
        correct_event(
            db.session, case, FIRST, actor=actor, told=step, reason=reason, now=now, expected_length=expected_length
        )
    change_details(db.session, case, details_told(told, death), step, actor=actor, role=_role(actor), now=now)
    find_possible_duplicates(db.session, case.id, boards_compared(db.session, case.board_id), now=now)


def _moved_on(begun: UnfinishedNotification, case: Case) -> str:
    """Return that somebody else changed the record meanwhile, once; whoever sends the change again has read it."""
    death = _death_of(case)
    if (begun.opened_at_length, begun.details_as_of) == (case.history_length, death.updated_at):
        return ""
    begun.opened_at_length, begun.details_as_of = case.history_length, death.updated_at
    db.session.commit()
    return (
        "Somebody else recorded something of this death since you began. Below is what your change would alter now. "
        "Look whether it still holds, and send it again"
    )


def _history_changes(case: Case, told: AsTold) -> bool:
    """Return whether an answer of the step that opened the case is changed, and not only what stands beside it."""
    if not told.answers.get("notified_on"):
        return False
    before = _answers_of(case)
    return dict(step_told(told, before).answers) != before


def _changes(before: AsTold, after: AsTold) -> list[Change]:
    old, new = _lines(before), _lines(after)
    return [
        Change(about, old.get(about, ""), new.get(about, ""))
        for about in dict.fromkeys((*old, *new))
        if old.get(about) != new.get(about)
    ]


def _lines(told: AsTold) -> dict[str, str]:
    """Return everything told, by what it is about, in words."""
    return {
        _about(each.heading, answer, each.page.title): "; ".join(answer.lines)
        for each in checked(told)
        for answer in each.answers
    }


def _about(heading: str, answer: Answer, title: str) -> str:
    return answer.label if heading == title else f"{heading}: {answer.label}"


# --- What is recorded -------------------------------------------------------


def recorded(case: Case) -> AsTold:
    """Return what is recorded of the child as it would be told on the pages. That it was read is recorded."""
    told = filled_pages(_answers_of(case), _death_of(case))
    return AsTold(UnfinishedNotification(board_id=case.board_id, told=told), clock.today())


def _answers_of(case: Case) -> dict[str, object]:
    now = seen(case, today_only())
    event = now.history.standing_version(FIRST)
    assert event is not None
    return dict(told_before(now, event))


def _death_of(case: Case) -> ChildDeath:
    actor = current_actor(case)
    death = details_of(db.session, case, reader=actor, role=_role(actor), now=clock.now())
    db.session.commit()
    return death or ChildDeath(case_id=case.id, board_id=case.board_id, details={})


def _case_of(begun: UnfinishedNotification) -> Case:
    return db.session.get_one(Case, begun.case_id)


def _case_address(case: Case) -> str:
    return url_for("cases.show", reference=case.reference)


def _role(actor: Actor) -> str:
    return next(role for role in SEE_WHO_THE_CHILD_IS if role in actor.own)


def open_for_reading(case: Case) -> None:
    """Keep the details of a child open to whoever asked for them in this browser, for a while."""
    browser[OPENED] = {**_opened(), case.reference: clock.now().isoformat()}


def _opened() -> dict[str, str]:
    opened: dict[str, str] = browser.get(OPENED, {})
    return {reference: at for reference, at in opened.items() if clock.now() < datetime.fromisoformat(at) + OPEN_FOR}


def is_open(case: Case) -> bool:
    return case.reference in _opened()
