"""The national return names every gap, adds up, and records whose records it takes (DOMAIN 5.1, T-4.11)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from models.agency import add_board
from models.audit import AuditEntry
from models.case import Case, LinkedCase
from models.casework import Actor, take_step
from models.child_deaths.importing import ACTS_AS, import_child_deaths
from models.child_deaths.national_return import RECORD_COLUMNS, records, reviewed_in, tables
from models.child_deaths.notifying import Details, notify_death
from models.child_deaths.return_gaps import gaps
from models.database import make_sessions
from models.panels.panel import Meeting, MeetingCase, Panel
from models.queries.child_death_figures import Year
from tests.models.child_death_files import BUCKINGHAMSHIRE
from workflows.dates import PartialDate
from workflows.standing import Told

NOON = datetime(2021, 7, 1, 11, tzinfo=UTC)
OFFICE = Actor(None, ACTS_AS)
TODAY = NOON.date()
YEAR = Year.named("2017-18")


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Safeguarding Children Board")


def a_death(session, board, on, *, details=None, **told):
    answers = {
        "notified_on": on.isoformat(), "died_on": on.isoformat(), "born_on": "2012-01-15", "sex": "female",
        "normally_resident_in": "Anytown", "expected": "yes",
    } | told  # fmt: skip
    told_then = Told(PartialDate.on(on), answers)
    return notify_death(session, board=board, actor=OFFICE, told=told_then, details=details or Details(), now=NOON)


def take(session, case, step, on, **answers):
    take_step(session, case, step, actor=OFFICE, told=Told(PartialDate.on(on), answers), now=NOON)


def review(session, case, on, *, agency_answers=True, meeting=False, **concluded):
    take(session, case, "confirm_in_scope", on)
    take(session, case, "request_report", on, agency="Hospital", form="Agency report", due_on=on.isoformat())
    if agency_answers:
        take(session, case, "record_report", on, agency="hospital")
    take(session, case, "complete_information", on)
    if meeting:
        take(session, case, "hold_review_meeting", on, report_received_on=on.isoformat())
    take(session, case, "list_for_panel", on, meeting_on=on.isoformat())
    panel = {"meeting_on": on.isoformat(), "roles_present": ["Health", "Local authority"]}
    take(session, case, "review_at_panel", on, **panel)
    take(session, case, "categorise", on, **({"category": "4", "preventability": "no_modifiable"} | concluded))


def meet(session, board, on, *cases):
    if session.get(Panel, board.id) is None:
        session.add(Panel(board_id=board.id))
        session.flush()
    listed = [MeetingCase(case_id=case.id, place=place) for place, case in enumerate(cases)]
    session.add(Meeting(panel_id=board.id, held_on=on, created_at=NOON, cases=listed))
    session.flush()


COMPLETE = {
    "cause_of_death": "Leukaemia", "event": "life_limiting_condition", "child_protection_plan": "no",
    "statutory_order": "no", "asylum_seeker": "no",
}  # fmt: skip


class TestGaps:
    def missing(self, session, case):
        return {(gap.step, gap.question) for gap in gaps(session, case)}

    def test_a_complete_case_has_none(self, session, board):
        details = Details(postcode="ZZ1 1ZZ", no_nhs_number_because="Child not resident in England")
        on = date(2017, 5, 2)
        case = a_death(session, board, on, details=details, ethnic_group="A", place_of_death="hospice")
        factors = [{"domain": "intrinsic", "description": "Leukaemia", "score": "3", "modifiable": "no"}]
        review(session, case, on, factors=factors, **COMPLETE)

        assert gaps(session, case) == []

    def test_each_gap_is_named_with_what_to_do(self, session, board):
        case = a_death(session, board, date(2017, 5, 2))
        review(session, case, date(2017, 6, 2), agency_answers=False)

        found = gaps(session, case)

        assert {(gap.step, gap.question) for gap in found} == {
            ("notify_death", "ethnic_group"), ("notify_death", "place_of_death"), ("notify_death", "nhs_number"),
            ("notify_death", "postcode"), ("categorise", "cause_of_death"), ("categorise", "event"),
            ("categorise", "factors"), ("categorise", "child_protection_plan"), ("categorise", "statutory_order"),
            ("categorise", "asylum_seeker"), ("record_report", "agency"),
        }  # fmt: skip
        assert any("Hospital" in gap.words for gap in found)

    def test_a_report_that_will_not_come_is_no_gap(self, session, board):
        on = date(2017, 5, 2)
        case = a_death(session, board, on)
        review(session, case, on, agency_answers=False)
        take(session, case, "record_report_not_coming", on, agency="hospital", reasons="Its records burned")
        assert ("record_report", "agency") not in self.missing(session, case)

    def test_before_the_panel_the_conclusions_are_the_gap(self, session, board):
        case = a_death(session, board, date(2017, 5, 2))

        assert ("categorise", "category") in self.missing(session, case)

    def test_since_2019_every_factor_has_its_score_and_whether_it_could_be_modified(self, session, board):
        on = date(2021, 5, 4)
        case = a_death(session, board, on, ethnic_group="A", place_of_death="hospice")
        review(session, case, on, meeting=True, factors=[{"description": "Leukaemia"}], **COMPLETE)

        words = [gap.words for gap in gaps(session, case) if gap.question == "factors"]

        assert len(words) == 2


class TestTheReturn:
    @pytest.fixture
    def sessions(self, committed_database):
        return make_sessions(committed_database.engine)

    @pytest.fixture
    def buckinghamshire(self, sessions):
        with sessions.begin() as session:
            board_id = add_board(session, "Buckinghamshire Safeguarding Children Board").id
        with BUCKINGHAMSHIRE.open("rb") as file:
            list(import_child_deaths(sessions, file, board_id=board_id, person_id=None, clock=lambda: NOON))
        return board_id

    def test_its_tables_add_up_to_the_reviews_held(self, sessions, buckinghamshire):
        with sessions() as session:
            found = {table.number: table for table in tables(session, [buckinghamshire], YEAR, today=TODAY)}

        assert list(found) == list(range(1, 13))
        assert found[1].rows[0] == ("All reviews", (28,))
        assert sum(cells[0] for _, cells in found[1].rows[1:]) == 28
        for number in (2, 3, 4, 5, 6, 7):
            assert found[number].columns[0] == "Reviews"
            assert sum(cells[0] for _, cells in found[number].rows) == 28, found[number].title
            assert all(cells[0] == sum(cells[1:]) for _, cells in found[number].rows), found[number].title
        assert [cells[0] for _, cells in found[2].rows] == [0, 0, 2, 3, 0, 0, 7, 12, 2, 2]
        assert [sum(column) for column in zip(*(cells for _, cells in found[9].rows), strict=True)] == [28, 28]
        assert sum(cells[0] for _, cells in found[10].rows) == 10
        assert found[8].rows[0] == ("Child protection plan", (0, 0, 0, 28))
        assert found[8].columns[-1] == found[3].rows[-1][0] == "Not recorded"

    def test_every_row_of_a_table_is_there_in_the_order_of_its_list(self, session, board):
        """DOMAIN 5.1: the bands by age as the return has them; a row with nothing in it is a nought, not missing."""
        found = {table.number: table for table in tables(session, [board.id], YEAR, today=TODAY)}

        assert [row for row, _ in found[4].rows] == [
            "0 to 27 days", "28 to 364 days", "1 to 4 years", "5 to 9 years", "10 to 14 years", "15 to 17 years",
        ]  # fmt: skip
        assert [row for row, _ in found[2].rows][::9] == [
            "1. Deliberately inflicted injury, abuse or neglect", "10. Sudden unexpected, unexplained death",
        ]  # fmt: skip
        assert {cells for _, cells in found[2].rows} == {(0, 0, 0, 0)}

    def test_a_review_that_is_not_categorised_yet_is_counted_as_such(self, session, board):
        on = date(2017, 5, 2)
        case = a_death(session, board, on)
        for step in ("confirm_in_scope", "complete_information"):
            take(session, case, step, on)
        take(session, case, "list_for_panel", on, meeting_on=on.isoformat())
        panel = {"meeting_on": on.isoformat(), "roles_present": ["Health", "Local authority"]}
        take(session, case, "review_at_panel", on, **panel)

        found = {table.number: table.rows for table in tables(session, [board.id], YEAR, today=TODAY)}

        assert (found[1][0], found[1][-1]) == (("All reviews", (1,)), ("Not recorded", (1,)))
        assert found[2][-1] == ("Not recorded", (1, 0, 0, 0))

    def test_a_death_reviewed_again_keeps_in_each_year_what_was_concluded_then(self, session, board):
        """As the figures count it: once in each year of a review, with the conclusions of that review."""
        on, again = date(2017, 5, 2), date(2018, 9, 3)
        case = a_death(session, board, on)
        review(session, case, on, category="4")
        take(session, case, "finalise_return", on)
        take(session, case, "reopen_case", again, reasons="A second post-mortem")
        take(session, case, "complete_information", again)
        take(session, case, "list_for_panel", again, meeting_on=again.isoformat())
        panel = {"meeting_on": again.isoformat(), "roles_present": ["Health", "Local authority"]}
        take(session, case, "review_at_panel", again, **panel)

        assert [each.answers["category"] for each in reviewed_in(session, [board.id], YEAR)] == ["4"]
        assert ["category" in each.answers for each in reviewed_in(session, [board.id], Year(2018))] == [False]

        take(session, case, "categorise", again, category="7", preventability="no_modifiable")

        assert [each.answers["category"] for each in reviewed_in(session, [board.id], YEAR)] == ["4"]
        assert [each.answers["category"] for each in reviewed_in(session, [board.id], Year(2018))] == ["7"]

    def test_meetings_and_referrals_are_counted(self, session, board):
        on = date(2017, 5, 2)
        case = a_death(session, board, on)
        review(session, case, on)
        take(session, case, "refer_for_review", on, reasons="Neglect")
        session.add(Panel(board_id=board.id))
        session.flush()
        for held_on in (date(2017, 4, 1), date(2018, 3, 31), date(2018, 4, 1)):
            session.add(Meeting(panel_id=board.id, held_on=held_on, created_at=NOON))
        session.flush()

        found = {table.number: table.rows for table in tables(session, [board.id], YEAR, today=TODAY)}

        assert dict(found[11]) == {"Serious case review": (1,), "Practice review": (0,)}
        assert found[12] == (("Held", (2,)),)

    def test_what_is_withheld_from_the_reader_is_in_none_of_it(self, session, board):
        """DOMAIN 3.4: a declared interest withholds a case everywhere: reviewed, still open, listed or referred."""
        on = date(2017, 5, 2)
        seen, withheld, still_open = (a_death(session, board, on) for _ in range(3))
        for case in (seen, withheld):
            review(session, case, on)
            take(session, case, "refer_for_review", on, reasons="Neglect")
        meet(session, board, date(2017, 6, 1), seen, withheld)
        meet(session, board, date(2017, 7, 3), withheld, still_open)
        meet(session, board, date(2017, 8, 1))
        linked = session.scalar(select(LinkedCase.other_case_id).where(LinkedCase.case_id == seen.id))

        def read(*leaving_out):
            found = tables(session, [board.id], YEAR, today=TODAY, leaving_out=leaving_out)
            return [sum(cells[0] for _, cells in table.rows) for table in found]

        # Table 1 says each review twice, in all and by preventability; table 8 asks three questions, of which it
        # counts those answered with yes.
        assert read() == [4, 2, 2, 2, 2, 2, 2, 0, 2, 1, 2, 3]
        assert read(withheld.id, still_open.id) == [2, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 2]
        assert read(withheld.id, still_open.id, linked)[10] == 0

    def test_a_meeting_still_to_come_has_not_been_held(self, session, board):
        session.add(Panel(board_id=board.id))
        session.flush()
        session.add(Meeting(panel_id=board.id, held_on=date(2018, 3, 1), created_at=NOON))
        session.flush()

        found = tables(session, [board.id], YEAR, today=date(2018, 2, 28))

        assert found[-1].rows == (("Held", (0,)),)

    def test_the_records_are_those_reviewed_and_taking_them_is_recorded(self, session, board):
        on = date(2017, 5, 2)
        case = a_death(session, board, on, details=Details(postcode="ZZ1 1ZZ"), nhs_number="9434765919", cdop_ref="A-1")
        review(
            session, case, on, factors=[{"domain": "physical", "description": "Damp", "modifiable": "yes"}, "Smoking"]
        )
        a_death(session, board, on)

        (record,) = records(session, [board.id], YEAR, actor=OFFICE, role="cdop_coordinator", now=NOON)

        assert tuple(record) == RECORD_COLUMNS
        assert (record["nhs_number"], record["postcode"], record["cdop_ref"]) == ("9434765919", "ZZ1 1ZZ", "A-1")
        assert record["factors"] == "Damp (domain physical, modifiable yes); Smoking"
        taken = select(func.count()).where(AuditEntry.action == "national_record_taken")
        session.flush()
        assert session.scalar(taken) == 1
        assert [each.case_id for each in reviewed_in(session, [board.id], YEAR)] == [case.id]
        assert session.scalar(select(func.count()).select_from(Case)) == 2
