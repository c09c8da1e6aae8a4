"""How a person wishes to be told, and what a board lets its people choose."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectChoice, SelectField

from models.agency import Board
from models.delivery import MessageChoice
from models.message_choices import choose, rule_of, rules_for, set_rule
from models.queries.accounts import board_with_prefix
from notifications.choices import EVENINGS, MORNINGS, Choice
from webapp import clock
from webapp.access import administrator_only, current_person, signed_in
from webapp.database import db
from webapp.fields import offered
from webapp.forms import PageForm

choices = Blueprint("choices", __name__)


def hour_in_words(hour: int) -> str:
    """Return '7am' or '6pm'."""
    return f"{hour % 12 or 12}{'am' if hour < 12 else 'pm'}"


def _hours(hours: range) -> list[SelectChoice]:
    return offered((str(hour), hour_in_words(hour)) for hour in hours)


class ChoiceForm(PageForm):
    """How and when a person is told."""

    timing = RadioField(
        "When would you like to be told?",
        choices=offered([("digest", "In one mail each morning"), ("at_once", "At once, as each thing comes up")]),
    )
    channel = RadioField(
        "How would you like to be told?",
        choices=offered(
            [("mail", "By mail, and on the page “My messages”"), ("application", "Only on the page “My messages”")]
        ),
    )
    quiet_until = SelectField("Not before", choices=_hours(MORNINGS))
    quiet_from = SelectField("Not after", choices=_hours(EVENINGS))
    on_days_off = BooleanField("Also at weekends and on bank holidays")


class RuleForm(PageForm):
    """What the people of a board may choose."""

    may_be_told_at_once = BooleanField("Be told at once instead of in one mail each morning")
    may_do_without_mail = BooleanField("Do without mail and look on the site only")
    may_be_told_on_days_off = BooleanField("Be told at weekends and on bank holidays")


@choices.route("/account/messages", methods=["GET", "POST"])
@signed_in
def mine() -> ResponseReturnValue:
    person = current_person()
    form = ChoiceForm(obj=Choice.of(db.session.get(MessageChoice, person.id)))
    if form.sent():
        choose(
            db.session,
            person.id,
            channel=form.channel.data,
            timing=form.timing.data,
            quiet_from=int(form.quiet_from.data),
            quiet_until=int(form.quiet_until.data),
            on_days_off=form.on_days_off.data,
            now=clock.now(),
        )
        db.session.commit()
        flash("You will be told as you have chosen, from the next message on.", "done")
        return redirect(url_for("accounts.show"), 303)
    rules = rules_for(db.session, person.id, clock.today())
    return render_template("messages/choices.html", form=form, rules=rules), 422 if form.errors else 200


@choices.route("/boards/<prefix>/messages", methods=["GET", "POST"])
@administrator_only
def of_board(prefix: str) -> ResponseReturnValue:
    board: Board = board_with_prefix(db.session, prefix) or abort(404)
    form = RuleForm(obj=rule_of(db.session, board.id))
    if form.sent():
        set_rule(
            db.session,
            board,
            current_person().id,
            clock.now(),
            may_be_told_at_once=form.may_be_told_at_once.data,
            may_do_without_mail=form.may_do_without_mail.data,
            may_be_told_on_days_off=form.may_be_told_on_days_off.data,
        )
        db.session.commit()
        flash("What the people of this board may choose has been changed.", "done")
        return redirect(url_for("boards.show", prefix=prefix), 303)
    return render_template("messages/rule.html", form=form, board=board), 422 if form.errors else 200
