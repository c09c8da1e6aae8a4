"""The pages of messages: mine, those of a demonstration, and those that were given up."""

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.delivery import Delivery
from models.outbox import OutboxMessage
from models.queries.access import may_see
from models.queries.messages import demonstration_letters, mark_seen, told_to
from notifications.composing import Desk, item_of
from notifications.facts import Item, NotForAMessage, Site
from notifications.given_up import GivenUp, Seen, leave, look_again, send_again, undecided, without_recipient
from notifications.wording import HEADINGS, sentence, title
from webapp import clock
from webapp.access import current_capacities, current_person, in_a_demonstration, needs_role, signed_in
from webapp.database import db
from webapp.lists import lead_to_the_last, page_asked
from webapp.messages.given_up import letter_in_words, without_recipient_in_words
from workflows.roles import ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR

messages = Blueprint("messages", __name__, url_prefix="/messages")

PAGE_SIZE = 30
WHO_DECIDES = (ADMINISTRATOR, BUSINESS_MANAGER, CDOP_COORDINATOR)


@messages.route("/")
@signed_in
def show() -> ResponseReturnValue:
    page = page_asked()
    told, last = told_to(db.session, current_person().id, clock.today(), page=page, size=PAGE_SIZE)
    lead_to_the_last(page, last, _address)
    site = Site(request.host_url.rstrip("/"))
    lines = [
        (each, item)
        for each in told
        if (item := _item(each.delivery, each.message, Desk(site, db.calendar, _told_at(each.delivery)))) is not None
    ]
    html = render_template(
        "messages/show.html",
        lines=lines,
        title=title,
        sentence=sentence,
        headings=HEADINGS,
        page=page,
        last=last,
        address=_address,
        decides=not current_capacities().anywhere.isdisjoint(WHO_DECIDES),
    )
    mark_seen(db.session, [each.delivery.id for each, _ in lines], clock.now())
    db.session.commit()
    return html


def _address(page: int) -> str:
    return url_for(".show", page=page)


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
        letters=[letter_in_words(each) for each in undecided(db.session, seen)],
        nobody=[
            (message, *without_recipient_in_words(message, case))
            for message, case in without_recipient(db.session, seen)
        ],
        links=not _administers(),
    )


@messages.route("/failed/<int:delivery_id>/send-again", methods=["POST"])
@needs_role(*WHO_DECIDES)
def resend(delivery_id: int) -> ResponseReturnValue:
    letter = _undecided(delivery_id)
    done = send_again(db.session, letter, person_id=current_person().id, now=clock.now())
    return _decided(done, "It will be sent again within a minute, or in the morning mail.")


@messages.route("/failed/<int:delivery_id>/leave", methods=["POST"])
@needs_role(*WHO_DECIDES)
def give_up(delivery_id: int) -> ResponseReturnValue:
    letter = _undecided(delivery_id)
    done = leave(db.session, letter, person_id=current_person().id, now=clock.now())
    return _decided(done, "It will not be sent again.")


@messages.route("/failed/nobody/<int:message_id>/look-again", methods=["POST"])
@needs_role(*WHO_DECIDES)
def find_somebody(message_id: int) -> ResponseReturnValue:
    done = look_again(db.session, message_id, _seen(), person_id=current_person().id, now=clock.now())
    return _decided(done, "Somebody will be looked for within a minute.")


def _decided(done: bool, words: str) -> ResponseReturnValue:
    db.session.commit()
    if done:
        flash(words, "done")
    else:
        flash("Somebody else has decided about this message in the meantime.", "note")
    return redirect(url_for(".failed"), 303)


def _undecided(delivery_id: int) -> GivenUp:
    """Return what was given up together with a delivery, as far as the person asking may see it."""
    letter = next((each for each in undecided(db.session, _seen()) if each.key == delivery_id), None)
    if letter is not None:
        return letter
    flash("There is nothing to decide about this message any more.", "note")
    return abort(redirect(url_for(".failed"), 303))


def _administers() -> bool:
    return ADMINISTRATOR in current_capacities().held


def _seen() -> Seen:
    if _administers():
        return Seen.everything()
    panels = current_capacities().boards([CDOP_COORDINATOR])
    return Seen(may_see(current_person().id, clock.today()), panels)


def _told_at(delivery: Delivery) -> datetime:
    """Return the moment whose words are shown: that at which it was told, or now where it is still to be."""
    return delivery.handed_over_at or delivery.settled_at or clock.now()


def _item(delivery: Delivery, message: OutboxMessage, desk: Desk) -> Item | None:
    """Return what was told, or nothing for a message of a kind that says nothing any more."""
    try:
        return item_of(db.session, delivery, message, desk)
    except (NotForAMessage, LookupError, ValueError):
        return None
