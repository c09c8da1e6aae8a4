"""Who stands in for me and for whom I stand in; naming somebody and ending it, and the same for an administrator."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models.case import Case
from models.deputies import boards_to_stand_in_for, deputyships_of, possible_deputies
from models.deputyship import Deputyship
from models.naming_deputies import (
    DeputyRefused,
    Naming,
    end_deputyship,
    is_shown_no_child,
    name_deputy,
    naming_of,
    not_seen,
    why_not,
)
from models.people import Person
from models.queries.accounts import board_with_prefix, person_of
from webapp import clock
from webapp.access import administrator_only, current_person, signed_in
from webapp.database import db
from webapp.deputies.forms import DeputyForm
from workflows.dates import day_in_words

deputies = Blueprint("deputies", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """A span as the page shows it: who, for what, from when to when, and how it stands today."""

    span: Deputyship
    what: str
    words: str
    can_be_ended: bool


@deputies.route("/account/deputies")
@signed_in
def show() -> ResponseReturnValue:
    person = current_person()
    spans = deputyships_of(db.session, person.id)
    return render_template(
        "deputies/show.html",
        named=[_line(span) for span in spans if span.absent_id == person.id],
        others=[_line(span) for span in spans if span.deputy_id == person.id],
    )


@deputies.route("/account/deputies/new", methods=["GET", "POST"])
@signed_in
def name() -> ResponseReturnValue:
    return _name(current_person(), url_for(".show"))


@deputies.route("/account/deputies/<int:span_id>/end", methods=["POST"])
@signed_in
def end(span_id: int) -> ResponseReturnValue:
    return _end(_span(span_id, current_person()), url_for(".show"))


@deputies.route("/people/<uuid:public_id>/deputies")
@administrator_only
def show_for(public_id: uuid.UUID) -> ResponseReturnValue:
    person = _person(public_id)
    spans = [span for span in deputyships_of(db.session, person.id) if span.absent_id == person.id]
    return render_template("deputies/show_for.html", person=person, named=[_line(span) for span in spans])


@deputies.route("/people/<uuid:public_id>/deputies/new", methods=["GET", "POST"])
@administrator_only
def name_for(public_id: uuid.UUID) -> ResponseReturnValue:
    return _name(_person(public_id), url_for(".show_for", public_id=public_id))


@deputies.route("/people/<uuid:public_id>/deputies/<int:span_id>/end", methods=["POST"])
@administrator_only
def end_for(public_id: uuid.UUID, span_id: int) -> ResponseReturnValue:
    return _end(_span(span_id, _person(public_id)), url_for(".show_for", public_id=public_id))


def _name(absent: Person, back: str) -> ResponseReturnValue:
    today = clock.today()
    form = DeputyForm(from_on=today)
    form.offer(possible_deputies(db.session, absent, today), boards_to_stand_in_for(db.session, absent.id, today))
    if form.sent() and (span := _named(absent, form)):
        db.session.commit()
        flash(
            f"{span.deputy.name} stands in from {day_in_words(span.from_on)} to {day_in_words(span.until_on)}.", "done"
        )
        return redirect(back, 303)
    mine = absent.id == current_person().id
    page = render_template("deputies/name.html", form=form, absent=absent, mine=mine, back_to=back)
    return page, 422 if form.errors else 200


def _named(absent: Person, form: DeputyForm) -> Deputyship | None:
    """Return the span the form asks for, or say on the form why not."""
    case = _case(form.reference.data) if form.reference.data else None
    deputy = person_of(db.session, uuid.UUID(form.deputy.data))
    if form.reference.data and case is None:
        form.reference.errors = [not_seen(absent)]
    elif deputy is not None:
        board = board_with_prefix(db.session, form.board.data) if form.board.data else None
        naming = Naming(absent, deputy, form.from_on.day, form.until_on.day, board, case)
        try:
            return name_deputy(db.session, naming, named_by=current_person(), now=clock.now(), today=clock.today())
        except DeputyRefused as refused:
            form.refuse(refused)
    return None


def _end(span: Deputyship, back: str) -> ResponseReturnValue:
    end_deputyship(db.session, span, ended_by=current_person(), now=clock.now())
    db.session.commit()
    flash(f"{span.deputy.name} stands in no longer.", "done")
    return redirect(back, 303)


def _line(span: Deputyship) -> Line:
    today = clock.today()
    open_ = span.ended_at is None and span.until_on >= today
    if span.ended_at is not None:
        words = "Ended early"
    elif span.until_on < today:
        words = "Over"
    elif span.from_on > today:
        words = "To come"
    else:
        words = why_not(db.session, naming_of(span), today) or _standing_in(span)
    what = span.case.reference if span.case else span.board.short_name if span.board else "Everything"
    return Line(span, what, words, open_)


def _standing_in(span: Deputyship) -> str:
    limited = is_shown_no_child(db.session, naming_of(span), clock.today())
    return "Standing in now, but for what shows who a child is" if limited else "Standing in now"


def _person(public_id: uuid.UUID) -> Person:
    return person_of(db.session, public_id) or abort(404)


def _span(span_id: int, absent: Person) -> Deputyship:
    theirs = select(Deputyship).where(Deputyship.id == span_id, Deputyship.absent_id == absent.id)
    return db.session.scalars(theirs).one_or_none() or abort(404)


def _case(reference: str) -> Case | None:
    return db.session.scalars(select(Case).where(Case.reference == reference.upper())).one_or_none()
