"""The worklist, what is asked of a person's agency, and the same list as a table to keep."""

from collections.abc import Iterator

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from models.deputies import standing_for
from models.panels.duties import Duty
from models.queries.duties import duties_for
from models.queries.worklist import (
    DAYS_OF_A_WEEK,
    Asked,
    Counts,
    Narrowing,
    Reader,
    Row,
    asked_of_their_agency,
    boards_seen,
    counts,
    every,
    page,
    people_on_cases,
    reader,
    roles_of,
)
from webapp import clock
from webapp.access import current_capacities, current_person, signed_in
from webapp.cases.opening import may_open_a_case
from webapp.components import Card
from webapp.database import db
from webapp.exports import csv_response
from webapp.lists import LINES_A_PAGE, page_asked, told_in_address
from webapp.panels.duty_lines import duty_in_words
from webapp.worklist.asked import asked_line
from webapp.worklist.lines import Line, line_of
from webapp.worklist.narrowing import ADDRESS, form_for, narrowing_of

worklist = Blueprint("worklist", __name__, url_prefix="/worklist")

HEADS = (
    "Reference", "Pseudonym", "Kind", "Board", "Stage", "Where it stands", "Next", "Whose turn",
    "Most pressing date", "Day", "How it stands", "Holds", "Running for",
)  # fmt: skip


@worklist.route("/")
@signed_in
def show() -> ResponseReturnValue:
    who = _reader()
    boards, told = boards_seen(db.session, who), told_in_address()
    narrowing = narrowing_of(told, boards)
    number = page_asked()
    waiting = _waiting()
    found = page(db.session, who, narrowing, number=number, size=LINES_A_PAGE)
    form = form_for(told, boards, people_on_cases(db.session, who))
    return render_template(
        "worklist/show.html",
        cards=_cards(counts(db.session, who, narrowing), len(waiting), narrowing),
        waiting=[duty_in_words(each, who.today, db.calendar) for each in waiting],
        lines=[_line(row, who) for row in found.rows],
        **ADDRESS.shown(found, number, form),
        asked=[asked_line(each, who.today, db.calendar) for each in _asked(who)],
        today=who.today,
        standing_for=standing_for(db.session, who.person_id, who.today),
        may_open=may_open_a_case(current_capacities().anywhere),
    )


@worklist.route("/cases.csv")
@signed_in
def as_csv() -> ResponseReturnValue:
    who = _reader()
    narrowing = narrowing_of(told_in_address(), boards_seen(db.session, who))
    return csv_response("worklist", HEADS, _cells(who, narrowing))


def _reader() -> Reader:
    return reader(db.session, current_person().id, clock.today())


def _waiting() -> list[Duty]:
    """Return what panels wait for from the person by the end of the week, and what is late."""
    found = duties_for(db.session, current_capacities(), clock.today(), db.calendar)
    return [each for each in found if each.due_on <= clock.today() + DAYS_OF_A_WEEK]


def _asked(who: Reader) -> tuple[Asked, ...]:
    return asked_of_their_agency(db.session, current_person().id, who.today)


def _line(row: Row, who: Reader) -> Line:
    return line_of(row, roles_of(db.session, who, row.case), who.today, db.calendar)


def _cells(who: Reader, narrowing: Narrowing) -> Iterator[tuple[object, ...]]:
    for row in every(db.session, who, narrowing):
        line = _line(row, who)
        yield (
            line.reference, line.pseudonym, line.kind, line.board, line.stage, line.state, line.next, line.turn,
            *line.date_cells, "; ".join(line.holds), line.running,
        )  # fmt: skip


def _cards(count: Counts, of_panels: int, narrowing: Narrowing) -> list[Card]:
    """Return the counts, each a filter that a second choice takes away.

    What panels wait for is counted with what waits for the person, and stands in a table of its own above the cases.
    """
    each = (
        ("late", count.late, "late"),
        ("due", count.due, "due in the next seven days"),
        ("held", count.held, "on hold"),
        ("mine", count.mine + of_panels, "waiting for me"),
        ("explained", count.explained, "late, explained"),
    )
    return [
        Card(
            number,
            words,
            ADDRESS(only=None if narrowing.only == key else key),
            chosen=narrowing.only == key,
            late=key == "late",
        )
        for key, number, words in each
        if key != "explained" or number or narrowing.only == key
    ]
