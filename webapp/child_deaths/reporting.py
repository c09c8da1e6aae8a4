"""A reporting form in the browser: its sections, page by page and kept as they go; which child; check and return."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from models import audit
from models.child_deaths.notifying import details_of
from models.child_deaths.reporting_forms import form_to_fill, return_form, save_answers
from webapp import clock
from webapp.child_deaths.filling_in import Filling, fills_in, reads_form
from webapp.child_deaths.reporting_boxes import ReportingPage, page_form
from webapp.database import db
from webapp.fields import DayField, needed
from webapp.forms import PageForm
from webapp.keeping import offered_again
from webapp.mistakes import Mistake
from workflows.errors import AnswersRefused, StepRefused
from workflows.reporting_sections import Section

reporting_pages = Blueprint("reporting", __name__, url_prefix="/child-deaths/<reference>/forms/<int:sequence>")

LATER = "later"


class ReturnForm(PageForm):
    """Only the sign that the form is ours."""


class PaperForm(PageForm):
    """When the form came on paper."""

    came_on = DayField("When it came", validators=[needed("Say when it came")])


@reporting_pages.route("")
@reads_form
def show(filling: Filling) -> ResponseReturnValue:
    """Show how far the form is; once it is returned, what it says, which is in the audit."""
    if not filling.is_returned:
        return render_template("child_deaths/reporting_tasks.html", filling=filling, tasks=filling.tasks())
    audit.record(
        db.session, "returned_form_read", at=clock.now(), person_id=filling.actor.person_id, role=filling.role,
        case_id=filling.case.id, event_sequence=filling.request.sequence,
    )  # fmt: skip
    page = render_template("child_deaths/reporting_returned.html", filling=filling, sections=list(filling.checked()))
    db.session.commit()
    return page


@reporting_pages.route("/child")
@fills_in
def child(filling: Filling) -> ResponseReturnValue:
    """Show which child is meant, as far as an agency needs to find its records; it is opened on purpose and audited."""
    if not filling.request.is_open:
        abort(404)
    death = details_of(db.session, filling.case, reader=filling.actor, role=filling.role, now=clock.now())
    page = render_template("child_deaths/reporting_child.html", filling=filling, death=death)
    db.session.commit()
    return page


@reporting_pages.route("/<section>/<int:number>", methods=["GET", "POST"])
@fills_in
def page(filling: Filling, section: str, number: int) -> ResponseReturnValue:
    asked = next((each for each in filling.sections() if each.key == section), None) or abort(404)
    pages = filling.pages(asked)
    if filling.is_returned or not 1 <= number <= len(pages):
        return redirect(filling.address("show"), 303)
    form = page_form(pages[number - 1], filling.kept)
    if not form.is_submitted() or offered_again():
        return _page(filling, asked, number, form)
    in_order = form.read()
    _keep(filling, form)
    if request.form.get("do") == LATER:
        flash("What you entered is kept. The form is not returned yet.", "note")
        return redirect(filling.address("show"), 303)
    form.refuse({key: words for key, words in filling.problems().items() if "Keep one of them" in words})
    if not in_order or form.errors:
        return _page(filling, asked, number, form)
    return redirect(_after(filling, asked, number), 303)


@reporting_pages.route("/check", methods=["GET", "POST"])
@fills_in
def check(filling: Filling) -> ResponseReturnValue:
    if filling.is_returned:
        return redirect(filling.address("show"), 303)
    form = PaperForm(data={"came_on": clock.today()}) if filling.on_paper else ReturnForm()
    if form.sent() and (answer := _return(filling, form)) is not None:
        return answer
    page = render_template(
        "child_deaths/reporting_check.html",
        filling=filling,
        form=form,
        sections=list(filling.checked()),
        left=len(filling.problems()),
    )
    return page, 422 if form.errors else 200


# --- What they do -----------------------------------------------------------------


def _keep(filling: Filling, form: ReportingPage) -> None:
    """Keep what the page holds, beside what a colleague may have kept meanwhile."""
    kept = form_to_fill(db.session, filling.case, filling.request.agency, filling.form, now=clock.now())
    save_answers(kept, filling.form, form.answers(), form.unknown(), now=clock.now())
    db.session.commit()
    filling.kept = kept


def _return(filling: Filling, form: PageForm) -> ResponseReturnValue | None:
    """Return where returning the form leads; nothing when it is refused, and why is on the page."""
    kept = form_to_fill(db.session, filling.case, filling.request.agency, filling.form, now=clock.now())
    on = form.came_on.day if isinstance(form, PaperForm) else clock.today()
    try:
        return_form(
            db.session, filling.case, kept, filling.form, actor=filling.actor, on=on, now=clock.now(),
            on_paper=filling.on_paper,
        )  # fmt: skip
    except AnswersRefused as refused:
        db.session.rollback()
        form.form_errors += [Mistake(each.words, filling.page_of(each.question)) for each in refused.problems]
        return None
    except StepRefused as refused:
        db.session.rollback()
        form.form_errors += refused.reasons
        return None
    db.session.commit()
    flash(f"“{filling.form.name}” of {filling.request.agency} is returned. Thank you.", "done")
    return redirect(filling.back(), 303)


def _after(filling: Filling, section: Section, number: int) -> str:
    """Return the address of what comes next: what follows from an answer, the next section, or the check."""
    if number < len(filling.pages(section)):
        return filling.address("page", section=section.key, number=number + 1)
    keys = [each.key for each in filling.sections()]
    at = keys.index(section.key) + 1
    return filling.address("page", section=keys[at], number=1) if at < len(keys) else filling.address("check")


def _page(filling: Filling, section: Section, number: int, form: ReportingPage) -> ResponseReturnValue:
    page = render_template(
        "child_deaths/reporting_page.html", filling=filling, section=section, number=number, form=form
    )
    return page, 422 if form.errors else 200
