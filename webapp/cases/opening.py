"""Opening a case: which kind of review, for which board, and the questions of its first step."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.agency import Board
from models.case import Case
from models.casework import Actor, open_case
from models.queries.accounts import all_boards, board_with_prefix
from webapp import clock
from webapp.access import (
    Arguments,
    DeclaredView,
    View,
    current_capacities,
    current_person,
    sees_whole_case,
    signed_in,
)
from webapp.cases import filling
from webapp.cases.consequences import from_the_opening, who_is_told
from webapp.cases.forms import StepForm, step_form
from webapp.cases.known import Known
from webapp.cases.sheets import Following, Sheet
from webapp.database import db
from webapp.keeping import Typed
from workflows import registry
from workflows.dates import PartialDate
from workflows.definition import Procedure, Workflow
from workflows.errors import NoRegime, NotYourRole, UnknownWorkflow
from workflows.history import History
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import in_words
from workflows.standing import open_history, stand

opening = Blueprint("opening", __name__, url_prefix="/cases/new")


@dataclass(frozen=True, slots=True)
class Opens:
    """A kind of case that somebody may open for a board, and whether it can still be opened as from today."""

    workflow: Workflow
    board: Board
    today: bool


class OpeningSheet(Sheet[StepForm]):
    """The questions of the step that opens a case."""

    submit = "Continue"
    confirm = "Open the case"
    case_id = None

    def __init__(self, workflow: Workflow, board: Board, actor: Actor) -> None:
        self.workflow, self.board, self.actor = workflow, board, actor
        self.step = procedure_today(workflow, board)[0].opening
        self.heading, self.caption = self.step.title, f"{workflow.title}, {board.short_name}"
        self.draft_key = f"open {workflow.key} {board.reference_prefix}"
        self.opened: Case | None = None

    def form(self, typed: Typed | None = None) -> StepForm:
        known = Known(tuple(agency.name for agency in self.board.agencies))
        return step_form(self.step, known, clock.today(), length=0, typed=typed)

    def following(self, form: StepForm) -> Following:
        told, calendar, area_start = form.told(), db.calendar, self.board.new_arrangements_start
        procedure = registry.procedure_on(self.workflow.key, told.on, area_start)
        key, roles = self.step.key, self.actor.roles_for(self.step.by)
        event = open_history(procedure, calendar, step=key, roles=roles, told=told, now=clock.now())
        standing = stand(procedure, History((event,), area_start), calendar, clock.today())
        return Following(event, from_the_opening(standing), who_is_told(self.step))

    def record(self, form: StepForm) -> str:
        self.opened = open_case(
            db.session, workflow_key=self.workflow.key, board=self.board, step=self.step.key, actor=self.actor,
            told=form.told(), now=clock.now(), idempotency_key=form.key,
        )  # fmt: skip
        return f"The case is opened. Its reference is {self.opened.reference}."

    def address(self, part: str = "") -> str:
        prefix = self.board.reference_prefix
        return url_for(f"opening.{part or 'begin'}", workflow_key=self.workflow.key, prefix=prefix)

    def back(self) -> str:
        if self.opened is not None and sees_whole_case(self.opened):
            return url_for("cases.show", reference=self.opened.reference)
        return url_for("home.show") if self.opened is not None else url_for("opening.choose")


def may_open_a_case(roles: Set[str]) -> bool:
    """Return whether a case of some kind can be opened today by somebody of these roles."""
    newest = (list(workflow.procedures.values())[-1] for workflow in registry.workflows().values())
    return any(not roles.isdisjoint(procedure.opening.by) for procedure in newest)


def may_open(view: View) -> DeclaredView:
    """Let those reach the view who may open a case of this kind for this board, and give it the sheet to fill in."""

    def admit(arguments: Arguments) -> Arguments:
        return {"sheet": _sheet(arguments["workflow_key"], arguments["prefix"])}

    return DeclaredView(view, "may open such a case for the board", admit)


@opening.route("")
@signed_in
def choose() -> ResponseReturnValue:
    return render_template("cases/open.html", kinds=list(_may_open(all_boards(db.session))))


@opening.route("/<workflow_key>/<prefix>", methods=["GET", "POST"])
@may_open
def begin(sheet: OpeningSheet) -> ResponseReturnValue:
    if sheet.workflow.key == CHILD_DEATH_REVIEW:
        # A notification tells who the child is, and has pages of its own.
        return redirect(url_for("notifying.choose"), 303)
    return filling.fill_in(sheet)


@opening.route("/<workflow_key>/<prefix>/check", methods=["GET", "POST"])
@may_open
def check(sheet: OpeningSheet) -> ResponseReturnValue:
    return filling.check(sheet)


@opening.route("/<workflow_key>/<prefix>/forget", methods=["POST"])
@may_open
def forget(sheet: OpeningSheet) -> ResponseReturnValue:
    return filling.forget(sheet)


def procedure_today(workflow: Workflow, board: Board) -> tuple[Procedure, bool]:
    """Return the procedure in force today, and that it is; or the last one of a kind of review no longer opened."""
    today = PartialDate.on(clock.today())
    try:
        return registry.procedure_on(workflow.key, today, board.new_arrangements_start), True
    except NoRegime:
        return list(workflow.procedures.values())[-1], False


def can_be_opened_for(board: Board, workflow: Workflow) -> bool:
    """Return whether a board holds reviews of this kind: a child death overview panel holds no others."""
    return board.kind != "panel" or workflow.key == CHILD_DEATH_REVIEW


def _may_open(boards: Sequence[Board]) -> Iterator[Opens]:
    """Yield what the person asking may open, for each board in turn."""
    for board in boards:
        roles = current_capacities().roles(board.id)
        for workflow in filter(partial(can_be_opened_for, board), registry.workflows().values()):
            procedure, today = procedure_today(workflow, board)
            if roles & set(procedure.opening.by):
                yield Opens(workflow, board, today)


def _sheet(workflow_key: str, prefix: str) -> OpeningSheet:
    """Return the sheet that opens a case, for the person asking. Raises SignInNeeded, and NotYourRole."""
    current_person()
    try:
        workflow = registry.workflow(workflow_key)
    except UnknownWorkflow:
        abort(404)
    board = board_with_prefix(db.session, prefix) or abort(404)
    if not can_be_opened_for(board, workflow):
        abort(404)
    actor = current_capacities().actor(board.id)
    sheet = OpeningSheet(workflow, board, actor)
    if not actor.roles & set(sheet.step.by):
        raise NotYourRole(f"This can be recorded by the {in_words(sheet.step.by)}, and you do not act as that here")
    return sheet
