"""What every page about a case is made with: the case as it is looked at, and who looks."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import Form, StringField

from models.actor import Actor
from models.case import Case
from models.queries.case_page import CaseAsSeen
from webapp.access import current_actor
from webapp.cases.looking import Looking, NotADay, looking, seen, today_only
from webapp.cases.parts import parts_of
from webapp.cases.where import Banner, banner, stages
from webapp.components import Stage, Tab
from workflows.standing import Standing


class LookForm(Form):
    """The day to look at, and up to which day what was recorded counts. What is wrong with either is said with it."""

    as_at = StringField("The day")
    known_at = StringField("By what had been recorded up to")


@dataclass(frozen=True, slots=True)
class View:
    """A case as somebody looks at it."""

    look: Looking
    seen: CaseAsSeen
    actor: Actor
    form: LookForm

    @property
    def roles(self) -> frozenset[str]:
        """The roles in which they may act on the case, their own and those lent."""
        return self.actor.roles

    @property
    def case(self) -> Case:
        return self.seen.case

    @property
    def standing(self) -> Standing:
        return self.seen.standing

    @property
    def banner(self) -> Banner:
        return banner(self.standing, () if self.look.at_the_past else self.roles)

    @property
    def stages(self) -> list[Stage]:
        return stages(self.standing)

    @property
    def tabs(self) -> list[Tab]:
        return self.look.tabs(self.case, parts_of(self.case.workflow_key, self.actor.own))

    @property
    def part_here(self) -> str:
        """The part of the case being looked at, in words."""
        return next(tab.text for tab in self.tabs if tab.here)

    @property
    def about(self) -> list[str]:
        """What kind of review this is, under which edition, and whose."""
        procedure = self.standing.procedure
        return [procedure.title, procedure.edition, self.case.board.short_name]

    @property
    def may_record(self) -> bool:
        """Whether some step of this kind of review is theirs to record, as the case stands now."""
        theirs = any(self.roles & set(step.by) for step in self.standing.procedure.steps if not step.opens)
        return theirs and not self.look.at_the_past

    def address(self, endpoint: str) -> str:
        return self.look.address(endpoint, self.case)


def view_of(case: Case) -> View:
    """Return the case as the address asks to look at it; as it stands now, with what is wrong, where it cannot be."""
    form = LookForm(request.args)
    actor = current_actor(case)
    try:
        look = looking()
        return View(look, seen(case, look), actor, form)
    except NotADay as wrong:
        form[wrong.box].errors = [str(wrong)]
        return View(today_only(), seen(case, today_only()), actor, form)


def page_of(view: View, template: str, more: Mapping[str, object]) -> ResponseReturnValue:
    """Return a page about the case."""
    return render_template(template, view=view, form=view.form, **more), 422 if view.form.errors else 200
