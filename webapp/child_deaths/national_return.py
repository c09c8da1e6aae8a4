"""The national return of a year: every death reviewed with what it still lacks, its tables, and its records.

The records identify children. They are made for one purpose, which is asked, by a coordinator, after a page that says
what they hold; that each was taken is recorded with its case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from models.agency import Board
from models.child_deaths.national_return import RECORD_COLUMNS, Table, records, tables
from models.child_deaths.return_gaps import OfTheYear, by_gap, deaths_of_year
from models.queries.access import OF_CHILD_DEATHS
from models.queries.child_death_figures import Year
from models.queries.figures_access import Scope, boards_with_figures, scope_of, years_with_figures
from webapp import clock
from webapp.access import act_on_board, coordinates_deaths, current_capacities, current_person, needs_role
from webapp.database import db
from webapp.exports import Sheet, csv_response, workbook_response
from webapp.fields import needed, stripped
from webapp.forms import PageForm
from workflows.roles import CDOP_COORDINATOR

national_return = Blueprint("national_return", __name__, url_prefix="/child-deaths/return")

HEADS = ("Table", "Title", "Row", "Column", "Reviews")


class PurposeForm(PageForm):
    """What the records are taken for."""

    purpose = StringField(
        "What are they taken for?",
        filters=[stripped],
        validators=[needed("Say what the records are taken for")],
        description="For example, the return of the year to the national database. It is kept in the audit.",
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The board and the year that are asked about, of those that the person may see."""

    scope: Scope
    year: Year

    @property
    def board(self) -> Board:
        return self.scope.board

    @property
    def may_enter(self) -> bool:
        """Whether they may enter deaths in the return."""
        return CDOP_COORDINATOR in current_capacities().roles(self.board.id)

    @property
    def may_take_records(self) -> bool:
        """Whether they may take the records, which say who the children are."""
        return self.board.id in current_capacities().boards_knowing_who([CDOP_COORDINATOR])

    def at(self, endpoint: str, year: Year | None = None) -> str:
        """Return the address of a page about the same board, in this year or another."""
        return url_for(endpoint, year_name=(year or self.year).name, board=self.board.reference_prefix)

    @property
    def name(self) -> str:
        """What a file of it is called: the board and the year, and nothing that identifies anybody."""
        return f"{self.board.reference_prefix}-{self.year.name}"


def asked_in(year_name: str) -> Asked:
    """Return what the address asks about; of several boards the first, unless it names one. Aborts with 404."""
    try:
        year = Year.named(year_name)
    except ValueError:
        abort(404)
    prefix = request.args.get("board", "")
    named = [each for each in _boards() if prefix in ("", each.reference_prefix)]
    scopes = (scope_of(db.session, current_person().id, board, clock.today()) for board in named)
    return Asked(next((each for each in scopes if each and _reviews_deaths(each)), None) or abort(404), year)


def deaths_in(asked: Asked) -> list[OfTheYear]:
    """Return the deaths reviewed in the year asked about with what each lacks, as far as they are not withheld."""
    return deaths_of_year(db.session, asked.scope.board_ids, asked.year, asked.scope.withheld)


def _boards() -> Sequence[Board]:
    """Return the boards whose deaths the person may count, panels first: a panel makes the return of all it serves."""
    boards = boards_with_figures(db.session, current_person().id, clock.today())
    return sorted(boards, key=lambda board: board.kind != "panel")


def _reviews_deaths(scope: Scope) -> bool:
    return not scope.roles.isdisjoint(OF_CHILD_DEATHS)


@national_return.route("/")
@needs_role(*OF_CHILD_DEATHS)
def this_year() -> ResponseReturnValue:
    """Send to the year whose return is being made: until the end of May, the one that ended on 31 March."""
    today = clock.today()
    year = Year.of(today)
    # DOMAIN 5.1: the return of a year is collected in the May that follows it.
    made = Year(year.begins - 1) if today.month in (4, 5) else year
    return redirect(url_for(".show", year_name=made.name))


@national_return.route("/<year_name>")
@needs_role(*OF_CHILD_DEATHS)
def show(year_name: str) -> ResponseReturnValue:
    asked = asked_in(year_name)
    deaths = deaths_in(asked)
    return render_template(
        "child_deaths/return.html",
        asked=asked,
        lacking=[each for each in deaths if each.gaps],
        missing=by_gap(deaths),
        complete=[each for each in deaths if not each.gaps],
        number=len(deaths),
        ready=sum(each.is_ready for each in deaths),
        entered=sum(each.is_entered for each in deaths),
        years=years_with_figures(db.session, asked.scope, clock.today()),
        boards=[each for each in _boards() if each.id != asked.board.id],
        due_on=asked.year.last_day,
        late=clock.today() > asked.year.last_day,
    )


@national_return.route("/<year_name>/tables.csv")
@needs_role(*OF_CHILD_DEATHS)
def as_csv(year_name: str) -> ResponseReturnValue:
    asked = asked_in(year_name)
    rows = (
        (table.number, table.title, row, column, number)
        for table in _tables(asked)
        for row, numbers in table.rows
        for column, number in zip(table.columns, numbers, strict=True)
    )
    return csv_response(f"national-return-{asked.name}", HEADS, rows)


@national_return.route("/<year_name>/tables.xlsx")
@needs_role(*OF_CHILD_DEATHS)
def as_workbook(year_name: str) -> ResponseReturnValue:
    asked = asked_in(year_name)
    return workbook_response(f"national-return-{asked.name}", list(_sheets(asked)))


def _sheets(asked: Asked) -> Iterator[Sheet]:
    for table in _tables(asked):
        title = f"Table {table.number}. {table.title}, {asked.board.name}, {asked.year.name}"
        rows = [(row, *numbers) for row, numbers in table.rows]
        yield Sheet(f"Table {table.number}", title, ("", *table.columns), rows)


def _tables(asked: Asked) -> list[Table]:
    left_out = asked.scope.withheld | asked.scope.withheld_reviews
    return tables(db.session, asked.scope.board_ids, asked.year, today=clock.today(), leaving_out=left_out)


@national_return.route("/<year_name>/records", methods=["GET", "POST"])
@coordinates_deaths
def take_records(year_name: str) -> ResponseReturnValue:
    asked = asked_in(year_name)
    if not asked.may_take_records:
        abort(404)
    form = PurposeForm()
    if form.sent():
        return _records(asked, str(form.purpose.data))
    deaths = deaths_in(asked)
    page = render_template(
        "child_deaths/return_records.html",
        asked=asked,
        form=form,
        number=len(deaths),
        lacking=sum(bool(each.gaps) for each in deaths),
    )
    return page, 422 if form.errors else 200


def _records(asked: Asked, purpose: str) -> ResponseReturnValue:
    taken = records(
        db.session,
        asked.scope.board_ids,
        asked.year,
        actor=act_on_board(asked.board.id, CDOP_COORDINATOR),
        role=CDOP_COORDINATOR,
        now=clock.now(),
        purpose=purpose,
        leaving_out=asked.scope.withheld,
    )
    db.session.commit()
    rows = [[each[column] for column in RECORD_COLUMNS] for each in taken]
    return csv_response(f"national-records-{asked.name}", RECORD_COLUMNS, rows)
