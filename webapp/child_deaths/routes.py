"""The list of child deaths as a page and as a table to keep."""

from collections.abc import Iterator, Mapping
from itertools import islice

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from models.child_deaths.unfinished_notification import unfinished_for
from models.queries import child_death_list as deaths
from models.queries.access import OF_CHILD_DEATHS
from models.queries.child_death_pairs import undecided_count
from models.queries.worklist import Narrowing, Reader, Row, boards_seen, every, page, reader, roles_of
from webapp import clock
from webapp.access import current_capacities, current_person, needs_role
from webapp.child_deaths.admitting import boards_coordinated, boards_to_notify
from webapp.child_deaths.lines import DeathLine, death_line
from webapp.child_deaths.narrowing import ADDRESS, form_for, narrowing_of
from webapp.child_deaths.queue import number_waiting
from webapp.components import Card
from webapp.database import db
from webapp.exports import csv_response
from webapp.lists import LINES_A_PAGE, page_asked, told_in_address
from workflows.roles import CDOP_COORDINATOR

child_deaths = Blueprint("child_deaths", __name__, url_prefix="/child-deaths")

ROWS_AT_A_TIME = 500
HEADS = (
    "Reference", "Age at death", "Board", "Stage", "Where it stands", "Next", "Whose turn", "Awaited from",
    "Most pressing date", "Day", "How it stands", "Holds", "Running for",
)  # fmt: skip


@child_deaths.route("/")
@needs_role(*OF_CHILD_DEATHS)
def show() -> ResponseReturnValue:
    who = _reader()
    boards, told = boards_seen(db.session, who), told_in_address()
    narrowing = narrowing_of(told, boards)
    number = page_asked()
    found = page(db.session, who, narrowing, number=number, size=LINES_A_PAGE)
    form = form_for(told, boards, deaths.awaited_agencies(db.session, who))
    return render_template(
        "child_deaths/show.html",
        to_decide_on=number_waiting(),
        cards=[*_cards(deaths.death_counts(db.session, who, narrowing.board_id), narrowing), *_waiting()],
        lines=list(_lines(found.rows, who)),
        **ADDRESS.shown(found, number, form),
        may_notify=bool(boards_to_notify()),
        may_import=bool(current_capacities().boards_knowing_who([CDOP_COORDINATOR])),
    )


@child_deaths.route("/child-deaths.csv")
@needs_role(*OF_CHILD_DEATHS)
def as_csv() -> ResponseReturnValue:
    who = _reader()
    narrowing = narrowing_of(told_in_address(), boards_seen(db.session, who))
    return csv_response("child-deaths", HEADS, _cells(who, narrowing))


def _reader() -> Reader:
    return reader(db.session, current_person().id, clock.today())


def _lines(rows: tuple[Row, ...], who: Reader) -> Iterator[DeathLine]:
    beside = deaths.beside(db.session, [row.case.id for row in rows])
    return (_line(row, beside, who) for row in rows)


def _line(row: Row, beside: Mapping[int, deaths.Beside], who: Reader) -> DeathLine:
    roles = roles_of(db.session, who, row.case)
    return death_line(row, beside[row.case.id], roles, who.today, db.calendar)


def _cells(who: Reader, narrowing: Narrowing) -> Iterator[tuple[object, ...]]:
    found = every(db.session, who, narrowing)
    while rows := tuple(islice(found, ROWS_AT_A_TIME)):
        for line in _lines(rows, who):
            case, awaited = line.case, "; ".join(f"{each.agency} ({each.since})" for each in line.awaited)
            yield (
                case.reference, line.age, case.board, case.stage, case.state, case.next, case.turn, awaited,
                *case.date_cells, "; ".join(case.holds), case.running,
            )  # fmt: skip


def _waiting() -> list[Card]:
    """Return the counts of notifications the person may go on with, and of pairs that may be of one child."""
    coordinated = [board.id for board in boards_coordinated()]
    unfinished = unfinished_for(db.session, current_person().id, coordinated)
    alike = undecided_count(db.session, current_person().id, clock.today())
    begun = [Card(len(unfinished), "not recorded yet", url_for("notifying.choose"))] if boards_to_notify() else []
    return [*begun, Card(alike, "perhaps recorded twice", url_for("pairs.show_all"))]


def _cards(count: deaths.DeathCounts, narrowing: Narrowing) -> list[Card]:
    """Return the counts, each a filter that a second choice takes away."""
    of_clocks = (("late", count.late, "late"), ("due", count.due, "due in the next seven days"))
    of_states = (
        ("awaiting_proceedings", count.awaiting_proceedings, "awaiting proceedings"),
        ("ready_for_panel", count.ready_for_panel, "ready for the panel"),
    )
    return [
        *(
            Card(
                number,
                words,
                ADDRESS(only=None if (on := narrowing.only == key) else key, page=None),
                on,
                key == "late",
            )
            for key, number, words in of_clocks
        ),
        *(
            Card(number, words, ADDRESS(state=None if (on := narrowing.state == key) else key, page=None), on)
            for key, number, words in of_states
        ),
    ]
