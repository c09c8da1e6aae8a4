"""The pages of messages: mine, those of a demonstration, and those that were given up."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.delivery import Delivery
from models.queries.access import may_see
from models.queries.accounts import roles_held
from models.queries.messages import demonstration_letters, mark_seen, told_to
from notifications.composing import Desk, item_of
from notifications.facts import Item, NotForAMessage, Site
from notifications.given_up import Seen, leave, send_again, undecided, without_recipient
from notifications.wording import HEADINGS, sentence
from webapp import clock
from webapp.access import current_person, in_a_demonstration, needs_role, signed_in
from webapp.database import db
from workflows.roles import ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR

messages = Blueprint("messages", __name__, url_prefix="/messages")

PAGE_SIZE = 30
WHO_DECIDES = (ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR)


@messages.route("/")
@signed_in
def show() -> ResponseReturnValue:
    page = max(1, request.args.get("page", 1, type=int))
    told, last = told_to(db.session, current_person().id, clock.today(), page=page, size=PAGE_SIZE)
    desk = Desk(Site(request.host_url.rstrip("/")), db.calendar, clock.now())
    lines = [
        (delivery, item, case)
        for delivery, message, case in told
        if (item := _item(delivery, message, desk)) is not None
    ]
    html = render_template(
        "messages/show.html",
        lines=lines,
        sentence=sentence,
        headings=HEADINGS,
        page=min(page, last),
        last=last,
        address=lambda number: url_for(".show", page=number),
        decides=bool(roles_held(db.session, current_person().id, clock.today()) & set(WHO_DECIDES)),
    )
    mark_seen(db.session, [delivery.id for delivery, _, _ in lines], clock.now())
    db.session.commit()
    return html


@messages.route("/demonstration")
@in_a_demonstration
def demonstration() -> ResponseReturnValue:
    return render_template("messages/demonstration.html", letters=demonstration_letters(db.session))


@messages.route("/failed")
@needs_role(*WHO_DECIDES)
def failed() -> ResponseReturnValue:
    seen = _seen()
    return render_template(
        "messages/failed.html",
        undecided=undecided(db.session, seen),
        nobody=without_recipient(db.session, seen),
        links=not _administers(),
    )


@messages.route("/failed/<int:delivery_id>/send-again", methods=["POST"])
@needs_role(*WHO_DECIDES)
def resend(delivery_id: int) -> ResponseReturnValue:
    delivery = _undecided(delivery_id)
    done = send_again(db.session, delivery, person_id=current_person().id, now=clock.now())
    return _decided(done, "It will be sent again within a minute, or in the morning mail.")


@messages.route("/failed/<int:delivery_id>/leave", methods=["POST"])
@needs_role(*WHO_DECIDES)
def give_up(delivery_id: int) -> ResponseReturnValue:
    delivery = _undecided(delivery_id)
    done = leave(db.session, delivery, person_id=current_person().id, now=clock.now())
    return _decided(done, "It will not be sent again.")


def _decided(done: bool, words: str) -> ResponseReturnValue:
    db.session.commit()
    if done:
        flash(words, "done")
    else:
        flash("Somebody else has decided about this message in the meantime.", "note")
    return redirect(url_for(".failed"), 303)


def _undecided(delivery_id: int) -> Delivery:
    """Return the delivery, if it is there and about a case the person asking may see."""
    found = (delivery for delivery, _, _ in undecided(db.session, _seen()) if delivery.id == delivery_id)
    delivery = next(found, None)
    if delivery is not None:
        return delivery
    flash("There is nothing to decide about this message any more.", "note")
    return abort(redirect(url_for(".failed"), 303))


def _administers() -> bool:
    return ADMINISTRATOR in roles_held(db.session, current_person().id, clock.today())


def _seen() -> Seen:
    return Seen.everything() if _administers() else Seen(may_see(current_person().id, clock.today()))


def _item(delivery: Delivery, message: object, desk: Desk) -> Item | None:
    """Return what was told, or nothing for a message of a kind that says nothing any more."""
    try:
        return item_of(db.session, delivery, message, desk)  # type: ignore[arg-type]
    except (NotForAMessage, LookupError, ValueError):
        return None
