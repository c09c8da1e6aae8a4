"""The worklist shows what a person may see, what bites first at the top, and says each thing in words."""

import csv
import io
from datetime import UTC, date, datetime

import pytest

from models.casework import Actor, open_case, take_step
from tests.models.reviews import an_incident
from tests.webapp.client import links_of
from tests.webapp.conftest import FRI_7_FEB_2014
from webapp.exports import csv_of
from workflows.dates import PartialDate
from workflows.standing import Told

REFERRAL = {
    "incident_on": "2013-11", "died": "yes", "died_on": "2013-11-20", "seriously_harmed": "no",
    "abuse_or_neglect": "suspected", "concern_about_joint_working": "yes", "normally_resident_in": "Anytown",
    "referred_by": "Police",
}  # fmt: skip


@pytest.fixture
def referred(session):
    """Open a case on a board: the board was told on a day, and decides within a month of it (T-1.2)."""

    def on(board, told_on: date, pseudonym: str):
        told = Told(PartialDate.on(told_on), {**REFERRAL, "received_on": told_on.isoformat(), "pseudonym": pseudonym})
        return open_case(
            session, workflow_key="serious_case_review", board=board, step="refer_case",
            actor=Actor(None, frozenset({"business_manager"})), told=told, now=FRI_7_FEB_2014,
        )  # fmt: skip

    return on


@pytest.fixture
def board(given):
    return given.a_board("Anytown Safeguarding Children Board")


@pytest.fixture
def manager(somebody, as_, board):
    return as_(somebody("manager@example.org", "business_manager", on=board))


def test_what_bites_first_comes_first(manager, referred, board):
    referred(board, date(2014, 1, 20), "Child Later")
    referred(board, date(2013, 12, 2), "Child Late")

    page = manager.get("/worklist/").text

    assert page.index("Child Late<") < page.index("Child Later<")
    assert "36 days late" in page
    assert "In 9 working days" in page


def test_a_limit_in_working_days_is_late_in_working_days_as_on_the_page_of_the_case(somebody, as_, session, clock):
    """T-2.1: five working days from Thursday 2 January 2020 end on Thursday the 9th; Friday the 17th is six more."""
    clock.moment = datetime(2020, 1, 17, 12, tzinfo=UTC)
    case = an_incident(session, date(2020, 1, 2))
    manager = as_(somebody("other@example.org", "business_manager", on=case.board))

    for address in ("/worklist/", f"/cases/{case.reference}", "/worklist/cases.csv"):
        assert "6 working days late" in manager.get(address).text


def test_a_place_to_stand_at_that_is_an_end_lists_ended_cases(manager, referred, board, session):
    """Open cases are listed unless ended ones are asked for, and nobody looks for a transferred case among them."""
    case = referred(board, date(2014, 1, 20), "Child Gone")
    told = Told(PartialDate.on(date(2014, 2, 3)), {"to_board": "Elsewhere", "reasons": "The child lived there"})
    take_step(
        session, case, "transfer_case", actor=Actor(None, frozenset({"business_manager"})), told=told,
        now=FRI_7_FEB_2014,
    )  # fmt: skip

    assert "Child Gone" not in manager.get("/worklist/").text
    assert "Child Gone" in manager.get("/worklist/?state=transferred").text
    assert "Child Gone" not in manager.get("/worklist/?state=closed").text


def test_a_count_is_a_filter(manager, referred, board):
    referred(board, date(2014, 1, 20), "Child Later")
    referred(board, date(2013, 12, 2), "Child Late")

    page = manager.get("/worklist/?only=late").text

    assert "1 case" in page
    assert "Child Late<" in page
    assert "Child Later<" not in page


def test_a_case_is_found_by_half_its_reference_or_pseudonym(manager, referred, board):
    case = referred(board, date(2014, 1, 20), "Child Heron")
    referred(board, date(2014, 1, 20), "Child Wren")

    by_pseudonym = manager.get("/worklist/?words=HERO").text
    by_reference = manager.get(f"/worklist/?words={case.reference[-3:]}").text

    assert "Child Heron" in by_pseudonym
    assert "Child Wren" not in by_pseudonym
    assert "Child Heron" in by_reference


def test_a_filter_is_kept_in_the_address_and_taken_away_by_itself(manager, referred, board):
    referred(board, date(2014, 1, 20), "Child Heron")

    page = manager.get("/worklist/?words=heron&state=referred").text

    assert 'href="/worklist/?words=heron"' in page
    assert 'href="/worklist/?state=referred"' in page


@pytest.mark.parametrize(
    "address",
    [
        "?page=-3",
        "?page=99999999999999999999",
        "?page=x",
        "?person=nobody",
        "?state=nowhere",
        "?board=XX",
        "?only=all",
        "?words=%00",
    ],
)
def test_an_address_that_cannot_be_meant_is_no_error(manager, referred, board, address):
    referred(board, date(2014, 1, 20), "Child Heron")

    assert manager.get(f"/worklist/{address}", follow_redirects=True).status_code == 200


def test_whose_turn_it_is_is_said(somebody, as_, referred, board, session):
    case = referred(board, date(2014, 1, 20), "Child Heron")
    manager = Actor(None, frozenset({"business_manager"}))
    told = Told(PartialDate.on(date(2014, 1, 22)))
    take_step(session, case, "refer_to_subgroup", actor=manager, told=told, now=FRI_7_FEB_2014)
    chair = as_(somebody("chair@example.org", "subgroup_chair", on=board))
    member = as_(somebody("member@example.org", "board_member", on=board))

    assert "Your turn" in chair.get("/worklist/").text
    assert "Subgroup chair" in member.get("/worklist/").text
    assert "Child Heron" not in member.get("/worklist/?only=mine").text
    assert "Child Heron" in chair.get("/worklist/?only=mine").text


def test_nothing_of_another_board_is_seen_anywhere(somebody, as_, given, referred, board):
    """P32, P33, P35: not in rows, counts, search, filters or the table to keep."""
    referred(board, date(2013, 12, 2), "Child Heron")
    elsewhere = as_(somebody("elsewhere@example.org", "business_manager", on=given.a_board("Othertown Board")))

    for address in ("", "?words=heron", "?only=late", f"?board={board.reference_prefix}"):
        page = elsewhere.get(f"/worklist/{address}").text
        assert "Heron" not in page.replace('value="heron"', "").replace("heron", "")
        assert board.name not in page
    assert "Heron" not in elsewhere.get("/worklist/cases.csv").text
    assert '<span class="app-counts__number">0</span>' in elsewhere.get("/worklist/").text


def test_the_same_list_can_be_kept_as_a_table(manager, referred, board):
    case = referred(board, date(2013, 12, 2), "Child Heron")

    kept = manager.get("/worklist/cases.csv")
    rows = list(csv.DictReader(io.StringIO(kept.text.removeprefix("\ufeff"))))

    assert kept.mimetype == "text/csv"
    assert [(row["Reference"], row["Where it stands"], row["How it stands"]) for row in rows] == [
        (case.reference, "Referred", "36 days late")
    ]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_run_as_a_formula(begin):
    """P38: quoting alone does not help."""
    written = next(csv.reader(io.StringIO(csv_of(["a"], [[f"{begin}1+1"]]).partition("\r\n")[2], newline="")))

    assert written == [f"'{begin}1+1"]


def test_an_agency_lead_sees_what_is_asked_and_nothing_else_of_the_case(somebody, as_, given, referred, board, session):
    case = referred(board, date(2014, 1, 20), "Child Heron")
    manager = Actor(None, frozenset({"business_manager"}))
    told = Told(PartialDate.on(date(2014, 1, 22)), {"agencies": ["Health visiting", "Police"], "due_on": "2014-02-03"})
    take_step(session, case, "request_scoping", actor=manager, told=told, now=FRI_7_FEB_2014)
    agency = given.an_agency(board, "Health visiting")
    lead = somebody("lead@example.org")
    given.appointed(lead, "agency_lead", on=board, agency_id=agency.id)

    page = as_(lead).get("/worklist/").text

    assert "Asked of your agency" in page
    assert "Health visiting" in page
    assert "4 days late" in page
    assert "Child Heron" not in page
    assert "Police" not in page
    assert "Narrow the list" not in page
    assert "There is no open case" not in page
    assert "waiting for me" not in page


def test_a_case_is_opened_from_the_worklist_by_those_who_may(manager, as_, somebody, board):
    assert links_of(manager.get("/worklist/"))["Open a case"] == "/cases/new"
    auditor = as_(somebody("auditor@example.org", "auditor", on=board))
    assert "Open a case" not in links_of(auditor.get("/worklist/"))
