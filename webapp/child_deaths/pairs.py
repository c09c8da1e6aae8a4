"""Two records that may be of one child: why, side by side for those who may see, and what somebody decides of them."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from models import audit
from models.case import Case
from models.child_deaths.child import ChildDeath
from models.child_deaths.merging import Filling, ask_again, filling, merge_cases, not_the_same, unmerge_cases
from models.errors import CaseMovedOn
from models.people import Person
from models.queries.access import OF_CHILD_DEATHS, SEE_WHO_THE_CHILD_IS
from models.queries.child_death_pairs import PairOfCases, pair_of, pairs_seen
from webapp import clock
from webapp.access import (
    Arguments,
    DeclaredView,
    View,
    current_actor,
    current_person,
    needs_role,
    record_reading,
)
from webapp.cases.looking import seen, today_only
from webapp.cases.where import banner
from webapp.child_deaths.changing import is_open, open_for_reading, recorded
from webapp.child_deaths.tasks import NOT_ANSWERED, NOTHING_ENTERED, checked
from webapp.database import db
from webapp.fields import OneOfField, needed, offered, stripped
from webapp.forms import PageForm
from webapp.mistakes import Mistake
from webapp.wording import counted
from workflows.dates import PartialDate
from workflows.errors import NotYourRole, StepRefused
from workflows.registry import procedure
from workflows.roles import in_words

pairs = Blueprint("pairs", __name__, url_prefix="/child-deaths/pairs")

Given = dict[str, Any]
DECIDE = (*SEE_WHO_THE_CHILD_IS, "cdop_chair")


class ReasonForm(PageForm):
    """Why two children are not the same, or a merge is undone."""

    reason = TextAreaField(
        "Why?", description="Do not name the child or the family", filters=[stripped],
        validators=[needed("Say why, so that nobody has to look again")],
    )  # fmt: skip


class KeptForm(PageForm):
    """Which of two cases goes on."""

    kept = OneOfField("Which case goes on?", validators=[InputRequired("Choose which case goes on")])


def may_see_both(*, deciding: bool = False) -> Callable[[View], DeclaredView]:
    """Let those reach the view who may see both cases of a pair, and give it the pair. Both readings are recorded."""

    def decorate(view: View) -> DeclaredView:
        def admit(arguments: Arguments) -> Arguments:
            person = current_person()
            found = pair_of(db.session, person.id, clock.today(), arguments["reference"], arguments["other"])
            if found is None:
                abort(404)
            for case in (found.one, found.other):
                record_reading(person, case)
            if deciding and not _decides(found):
                abort(403)
            others = {name: value for name, value in arguments.items() if name not in ("reference", "other")}
            return {**others, "found": found}

        words = f"may see both deaths, as {in_words(DECIDE)}" if deciding else "may see both deaths"
        return DeclaredView(view, words, admit)

    return decorate


@pairs.route("/")
@needs_role(*OF_CHILD_DEATHS)
def show_all() -> ResponseReturnValue:
    def those(*verdicts: str | None) -> list[PairOfCases]:
        return pairs_seen(db.session, current_person().id, clock.today(), verdicts)

    return render_template(
        "child_deaths/pairs.html", undecided=those(None), merged=those("merged"), different=those("not_the_same")
    )


@pairs.route("/<reference>/<other>")
@may_see_both()
def show(found: PairOfCases) -> ResponseReturnValue:
    return _page(found, ReasonForm())


@pairs.route("/<reference>/<other>/open", methods=["POST"])
@may_see_both()
def open_both(found: PairOfCases) -> ResponseReturnValue:
    if not _may_identify(found):
        abort(403)
    for case in (found.one, found.other):
        open_for_reading(case)
    return redirect(_address(found), 303)


@pairs.route("/<reference>/<other>/not-the-same", methods=["POST"])
@may_see_both(deciding=True)
def differ(found: PairOfCases) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.sent():
        return _page(found, form)
    if found.pair.verdict is None:
        not_the_same(db.session, found.pair, reason=form.reason.data or "", **_by(found))
        db.session.commit()
        flash("That they are not the same child is remembered. The pair is not put forward again.", "done")
    return redirect(_address(found), 303)


@pairs.route("/<reference>/<other>/ask-again", methods=["POST"])
@may_see_both(deciding=True)
def reconsider(found: PairOfCases) -> ResponseReturnValue:
    if found.pair.verdict == "not_the_same":
        ask_again(db.session, found.pair, **_by(found))
        db.session.commit()
        flash("The pair is put forward again.", "done")
    return redirect(_address(found), 303)


@pairs.route("/<reference>/<other>/merge", methods=["GET", "POST"])
@may_see_both(deciding=True)
def merge(found: PairOfCases) -> ResponseReturnValue:
    form = KeptForm()
    form.kept.choices = offered([(case.reference, case.reference) for case in (found.one, found.other)])
    if form.sent():
        return redirect(_address(found, "check_merge", kept=form.kept.data), 303)
    return render_template("child_deaths/merge.html", found=found, form=form), 422 if form.errors else 200


@pairs.route("/<reference>/<other>/merge/<kept>", methods=["GET", "POST"])
@may_see_both(deciding=True)
def check_merge(found: PairOfCases, kept: str) -> ResponseReturnValue:
    if kept not in (found.one.reference, found.other.reference):
        abort(404)
    if found.pair.verdict == "merged":
        return redirect(_address(found), 303)
    goes_on, ended = (found.one, found.other) if kept == found.one.reference else (found.other, found.one)
    form = PageForm()
    return _merge(found, form, goes_on, ended) if form.sent() else _check_page(found, form, goes_on, ended)


@pairs.route("/<reference>/<other>/undo", methods=["GET", "POST"])
@may_see_both(deciding=True)
def undo(found: PairOfCases) -> ResponseReturnValue:
    if found.pair.merged is None:
        return redirect(_address(found), 303)
    form = ReasonForm()
    if form.sent():
        try:
            unmerge_cases(db.session, found.pair, reason=form.reason.data or "", **_by(found, _ended(found)))
        except (StepRefused, CaseMovedOn) as refused:
            _refuse(form, refused)
        else:
            db.session.commit()
            flash("The merge is undone. Both cases are as they were.", "done")
            return redirect(_address(found), 303)
    page = render_template("child_deaths/undo.html", found=found, form=form, ended=_ended(found))
    return page, 422 if form.errors or form.form_errors else 200


def _merge(found: PairOfCases, form: PageForm, kept: Case, ended: Case) -> ResponseReturnValue:
    try:
        merge_cases(db.session, found.pair, kept, on=PartialDate.on(clock.today()), **_by(found, ended))
    except (StepRefused, CaseMovedOn) as refused:
        _refuse(form, refused)
        return _check_page(found, form, kept, ended)
    db.session.commit()
    flash(f"The two are merged. {kept.reference} goes on; {ended.reference} is ended as the same death.", "done")
    return redirect(_address(found), 303)


def _refuse(form: PageForm, refused: StepRefused | CaseMovedOn) -> None:
    db.session.rollback()
    if isinstance(refused, NotYourRole):
        raise refused
    form.form_errors += [Mistake(words) for words in getattr(refused, "reasons", (str(refused),))]


def _page(found: PairOfCases, form: ReasonForm) -> ResponseReturnValue:
    opened = _may_identify(found) and all(map(is_open, (found.one, found.other)))
    page = render_template(
        "child_deaths/pair.html",
        found=found,
        form=form,
        decided_by=_decided_by(found),
        sides=[_side(case) for case in (found.one, found.other)],
        may_identify=_may_identify(found),
        decides=_decides(found),
        may_merge=_may_merge(found),
        who_merges=in_words(_who_rules_out(found.one)),
        rows=_side_by_side(found) if opened else [],
    )
    return page, 422 if form.errors else 200


def _decided_by(found: PairOfCases) -> str:
    """Return the name of whoever decided about the pair, so that they can be asked."""
    person = db.session.get(Person, found.pair.decided_by) if found.pair.decided_by else None
    return person.name if person else "somebody"


def _check_page(found: PairOfCases, form: PageForm, kept: Case, ended: Case) -> ResponseReturnValue:
    into, out_of = db.session.get_one(ChildDeath, kept.id), db.session.get_one(ChildDeath, ended.id)
    lines = _filled_in_words(filling(into, out_of))
    page = render_template(
        "child_deaths/check_merge.html", found=found, form=form, kept=kept, ended=ended, lines=lines
    )  # fmt: skip
    return page, 422 if form.form_errors else 200


def _filled_in_words(found: Filling) -> list[str]:
    """Return what a merge fills in, by what it is and never by what it says."""
    words = {"carers": "parent or carer", "siblings": "other child", "contacts": "agency"}
    plural = {"siblings": "other children", "contacts": "agencies", "carers": "parents or carers"}
    names = [key.replace("_", " ").replace("nhs", "NHS") for key in (*found.columns, *found.details)]
    rows = [counted(len(ids), words[name], plural[name]) for name, ids in found.rows.items() if ids]
    return [f"{each[:1].upper()}{each[1:]}" for each in (*names, *rows)]


def _side(case: Case) -> Given:
    standing = seen(case, today_only()).standing
    return {"case": case, "standing": banner(standing, ()).standing, "board": case.board.short_name}


def _side_by_side(found: PairOfCases) -> list[Given]:
    """Return every answer of both, what differs marked; that both were read is recorded."""
    one, other = (_lines(case) for case in (found.one, found.other))
    return [
        {
            "about": about,
            "one": one.get(about, ""),
            "other": other.get(about, ""),
            "same": one.get(about) == other.get(about),
        }
        for about in dict.fromkeys((*one, *other))
        if one.get(about) or other.get(about)
    ]


def _lines(case: Case) -> Mapping[str, str]:
    """Return every answer told, by what it is about; what is told of several people or agencies, together."""
    found: dict[str, list[str]] = {}
    for each in checked(recorded(case)):
        for answer in each.answers:
            about = answer.label if each.heading == each.page.title else f"{each.page.title}: {answer.label}"
            found.setdefault(about, []).extend(answer.lines)
    nothing = (NOT_ANSWERED, NOTHING_ENTERED)
    return {about: "; ".join(line for line in lines if line not in nothing) for about, lines in found.items()}


def _may_identify(found: PairOfCases) -> bool:
    return all(not current_actor(case).own.isdisjoint(SEE_WHO_THE_CHILD_IS) for case in (found.one, found.other))


def _decides(found: PairOfCases) -> bool:
    return all(not current_actor(case).roles.isdisjoint(DECIDE) for case in (found.one, found.other))


def _may_merge(found: PairOfCases) -> bool:
    return all(
        not current_actor(case).roles.isdisjoint(_who_rules_out(case)) for case in (found.one, found.other)
    )  # fmt: skip


def _who_rules_out(case: Case) -> tuple[str, ...]:
    return procedure(case.workflow_key, case.regime_key).step("rule_out_of_scope").by


def _ended(found: PairOfCases) -> Case:
    merged = found.pair.merged or {}
    return found.one if merged.get("ended") == found.one.id else found.other


def _by(found: PairOfCases, acting_on: Case | None = None) -> Given:
    """Return who decides, in which capacity and when."""
    actor = current_actor(acting_on or found.one)
    role = next(role for role in DECIDE if role in actor.roles_for(DECIDE))
    audit.say_for_whom(db.session, actor.acts_for(role))
    return {"actor": actor, "role": role, "now": clock.now()}


def _address(found: PairOfCases, part: str = "show", **more: Any) -> str:
    return url_for(f".{part}", reference=found.one.reference, other=found.other.reference, **more)
