"""The queue of deaths notified without an account: read, then accepted, joined to a case, or refused; decided once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField, StringField, TextAreaField

from models.agency import Board
from models.case import Case
from models.casework import Actor
from models.child_deaths.child import ChildDeath
from models.child_deaths.notification_queue import (
    DecidedAlready,
    accept,
    confirmed,
    details_in,
    may_be_of,
    merge,
    record_reading,
    refuse,
    waiting,
)
from models.child_deaths.possible_duplicates import boards_compared, find_possible_duplicates
from models.child_deaths.public_notification import PublicNotification
from models.queries.access import may_see
from webapp import clock
from webapp.access import (
    Arguments,
    DeclaredView,
    View,
    act_on_board,
    coordinates_deaths,
    current_capacities,
    current_person,
)
from webapp.child_deaths.queued import Alike, follows, news_for, told_rows
from webapp.database import db
from webapp.fields import ChoicesField, needed, offered, stripped
from webapp.forms import PageForm
from workflows.dates import london_day
from workflows.errors import StepRefused
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import CDOP_COORDINATOR

queue = Blueprint("queue", __name__, url_prefix="/child-deaths/queue")


class DecideForm(PageForm):
    """Only the sign that the form is ours."""


class RefuseForm(PageForm):
    """Why nothing is to be recorded."""

    reason = TextAreaField(
        "Why is it refused?", filters=[stripped], validators=[needed("Say why it is refused")],
        description="For example, that it was a test, or is about somebody who is alive. Do not repeat names",
    )  # fmt: skip


class FindForm(PageForm):
    """The case that tells of the same death."""

    reference = StringField("Reference of the case", filters=[stripped], validators=[needed("Enter a reference")])


class MergeForm(PageForm):
    """Which agencies named in the notification are added to the contacts of the case."""

    reference = HiddenField()
    agencies = ChoicesField("Agencies to add to the contacts of the case (optional)")


@dataclass(frozen=True, slots=True)
class Queued:
    """A notification on the list: since when it waits, for which board, and by whose agency it was sent."""

    id: int
    board: str
    since: datetime
    days: int
    agency: str


# --- Who may --------------------------------------------------------------------


def coordinated() -> frozenset[int]:
    """Return the boards for which the person asking decides on notifications, those that a panel serves among them.

    A notification says who the child is: whoever stands in for a coordinator must know that in a role of their own.
    """
    return current_capacities().boards_knowing_who([CDOP_COORDINATOR])


def number_waiting() -> int:
    """Return how many notifications the person asking could decide on now."""
    return len(waiting(db.session, boards)) if (boards := coordinated()) else 0


def decides_on_notification(view: View) -> DeclaredView:
    """Let those reach the view who coordinate the deaths of the board notified, and give it the notification.

    One that is not there, one not confirmed yet and one of another board are answered alike.
    """

    def admit(arguments: Arguments) -> Arguments:
        notification = confirmed(db.session, arguments["notification_id"], coordinated()) or abort(404)
        act_on_board(notification.board_id, CDOP_COORDINATOR)
        return {"notification": notification}

    return DeclaredView(view, "coordinates the deaths of the board notified", admit)


def undecided_only(view: Callable[[PublicNotification], ResponseReturnValue]) -> View:
    """Show what was decided instead of the view, once somebody has."""

    @wraps(view)
    def shown(notification: PublicNotification) -> ResponseReturnValue:
        return _decided(notification) if notification.decision else view(notification)

    return shown


# --- The pages ------------------------------------------------------------------


@queue.route("")
@coordinates_deaths
def show_all() -> ResponseReturnValue:
    boards = {board.id: board.short_name for board in db.session.scalars(select(Board))}
    lines = [_queued(each, boards) for each in waiting(db.session, coordinated())]
    return render_template("child_deaths/queue.html", lines=lines)


@queue.route("/<int:notification_id>")
@decides_on_notification
@undecided_only
def show(notification: PublicNotification) -> ResponseReturnValue:
    record_reading(db.session, notification, actor=_decides(notification), role=CDOP_COORDINATOR, now=clock.now())
    page = render_template(
        "child_deaths/queued.html",
        notification=notification,
        board=db.session.get_one(Board, notification.board_id),
        groups=told_rows(notification),
        findings=follows(db.session, notification),
        alike=_alike(notification),
        form=DecideForm(),
    )
    db.session.commit()
    return page


@queue.route("/<int:notification_id>/accept", methods=["POST"])
@decides_on_notification
def take_in(notification: PublicNotification) -> ResponseReturnValue:
    try:
        case = accept(db.session, notification, actor=_decides(notification), role=CDOP_COORDINATOR, now=clock.now())
    except DecidedAlready as decided:
        db.session.rollback()
        return _too_late(decided)
    except StepRefused:
        db.session.rollback()
        raise
    find_possible_duplicates(db.session, case.id, boards_compared(db.session, case.board_id), now=clock.now())
    reference = case.reference
    db.session.commit()
    flash(f"The notification is accepted. The case is opened as {reference}.", "done")
    return redirect(url_for("cases.show", reference=reference), 303)


@queue.route("/<int:notification_id>/refuse", methods=["GET", "POST"])
@decides_on_notification
@undecided_only
def turn_away(notification: PublicNotification) -> ResponseReturnValue:
    form = RefuseForm()
    if form.sent():
        why = form.reason.data or ""
        try:
            refuse(
                db.session,
                notification,
                actor=_decides(notification),
                role=CDOP_COORDINATOR,
                reason=why,
                now=clock.now(),
            )
        except DecidedAlready as decided:
            db.session.rollback()
            return _too_late(decided)
        db.session.commit()
        flash("The notification is refused. Nothing else was recorded.", "done")
        return redirect(url_for(".show_all"), 303)
    page = render_template("child_deaths/refuse_queued.html", notification=notification, form=form)
    return page, 422 if form.errors else 200


@queue.route("/<int:notification_id>/join", methods=["GET", "POST"])
@decides_on_notification
@undecided_only
def join(notification: PublicNotification) -> ResponseReturnValue:
    """Find the case that tells of the same death."""
    form = FindForm(reference=request.args.get("case", ""))
    if form.sent():
        if (case := _case(form.reference.data or "")) is not None:
            return redirect(url_for(".compare", notification_id=notification.id, case=case.reference), 303)
        form.reference.errors = ["There is no such case among those that you may see. Check the reference"]
    page = render_template(
        "child_deaths/find_case.html", notification=notification, form=form, alike=_alike(notification)
    )
    return page, 422 if form.errors else 200


@queue.route("/<int:notification_id>/compare", methods=["GET", "POST"])
@decides_on_notification
@undecided_only
def compare(notification: PublicNotification) -> ResponseReturnValue:
    """Show what the notification tells that the case does not, and join it to the case when that is confirmed."""
    case = _case(request.values.get("case") or request.form.get("reference", "")) or abort(404)
    death = db.session.get(ChildDeath, case.id)
    news = news_for(notification, death)
    form = MergeForm(reference=case.reference)
    form.agencies.choices = offered([(name, name) for name in news.agencies])
    if form.sent():
        return _join(notification, case, form)
    record_reading(db.session, notification, actor=_decides(notification), role=CDOP_COORDINATOR, now=clock.now())
    page = render_template(
        "child_deaths/compare_queued.html", notification=notification, case=case, news=news, form=form
    )
    db.session.commit()
    return page, 422 if form.errors else 200


def _join(notification: PublicNotification, case: Case, form: MergeForm) -> ResponseReturnValue:
    contacts = [{"agency": name} for name in form.agencies.data or ()]
    reference = case.reference
    role, now = CDOP_COORDINATOR, clock.now()
    try:
        merge(db.session, notification, case, actor=_decides(notification), role=role, now=now, contacts=contacts)
    except DecidedAlready as decided:
        db.session.rollback()
        return _too_late(decided)
    db.session.commit()
    flash(f"The notification is joined to {reference}. The case stays as it was.", "done")
    return redirect(url_for("cases.show", reference=reference), 303)


# --- What they share ------------------------------------------------------------


def _decides(notification: PublicNotification) -> Actor:
    """Return who decides, which is a coordinator's to do, and for whom if for another."""
    absent_id = current_capacities().whose(notification.board_id, [CDOP_COORDINATOR])
    lent = {CDOP_COORDINATOR: absent_id} if absent_id is not None else {}
    return Actor(current_person().id, frozenset({CDOP_COORDINATOR}), lent=lent)


def _alike(notification: PublicNotification) -> list[Alike]:
    seen = may_see(current_person().id, clock.today())
    found = may_be_of(db.session, notification, coordinated(), seen)
    return [Alike(case.reference, case.state, likeness.score, likeness.reasons) for case, _, likeness in found]


def _case(reference: str) -> Case | None:
    """Return the child's death of this reference, if the person may see it and coordinates it."""
    found = select(Case).where(
        Case.reference == reference.strip().upper(),
        Case.workflow_key == CHILD_DEATH_REVIEW,
        Case.board_id.in_(coordinated()),
        may_see(current_person().id, clock.today()),
    )
    return db.session.scalars(found).one_or_none()


def _queued(notification: PublicNotification, boards: dict[int, str]) -> Queued:
    assert notification.confirmed_at is not None
    since = london_day(notification.confirmed_at)
    other = details_in(notification).other
    return Queued(
        notification.id, boards[notification.board_id], notification.confirmed_at, (clock.today() - since).days,
        str(other.get("notifier_agency", "")),
    )  # fmt: skip


def _decided(notification: PublicNotification) -> ResponseReturnValue:
    assert notification.decision is not None
    return _too_late(DecidedAlready(notification.decision, notification.case_id))


def _too_late(decided: DecidedAlready) -> ResponseReturnValue:
    """Say that it has been decided on, and lead to the case."""
    person_id = current_person().id
    led_to = select(Case).where(Case.id == decided.case_id, may_see(person_id, clock.today()))
    case = db.session.scalars(led_to).one_or_none() if decided.case_id else None
    return render_template("child_deaths/decided_already.html", words=str(decided), case=case), 409
