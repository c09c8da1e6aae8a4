"""The national return of a year: what is missing is named before it is made, and taking the records is recorded."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.case import CaseEvent
from models.child_deaths.notifying import Details
from models.panels.panel import DeclaredInterest
from models.people import Person
from tests.webapp.child_deaths.conftest import NOON, THU_1_JUN
from tests.webapp.client import links_of, main_words, tree_of, words_of

TUE_30_MAY = date(2017, 5, 30)
NOTHING_KNOWN = Details()
PAGE = "/child-deaths/return/2017-18"


@pytest.fixture
def reviewed(notify, take):
    """A death of the board, reviewed and categorised."""

    def run(details=NOTHING_KNOWN, **told):
        case = notify(details, **({"nhs_number": None} | told))
        day = TUE_30_MAY
        take(case, "confirm_in_scope", day)
        take(case, "complete_information", day)
        take(case, "list_for_panel", day, meeting_on=day.isoformat())
        take(case, "review_at_panel", day, meeting_on=day.isoformat(), roles_present=["Health", "Local authority"])
        take(case, "categorise", day, category="4", preventability="no_modifiable")
        return case

    return run


def test_every_death_of_the_year_is_listed_with_what_it_lacks(coordinator, reviewed):
    case = reviewed()
    words = main_words(coordinator.get(PAGE))

    assert "1 death was reviewed from 1 April 2017 to 31 March 2018. 1 lacks something the return needs" in words
    assert "Entered in the return 0 of 1" in words
    assert "31 March 2018" in words
    assert case.reference in words
    for missing in ("The ethnic group is missing", "The NHS number is missing", "No factors are recorded"):
        assert missing in words


def test_a_gap_is_said_once_with_the_deaths_that_have_it(coordinator, reviewed):
    first, second = reviewed(), reviewed(ethnic_group="A")

    words = main_words(coordinator.get(PAGE))

    assert words.count("The NHS number is missing. Give it, or say why there is none") == 1
    ethnic_group = "The ethnic group is missing. Correct the notification, or give it as not stated"
    assert f"{ethnic_group} {first.reference} " in words
    assert f"{first.reference} 30 May 2017 Ethnic group, place of death, cause of death" in words
    assert f"{second.reference} 30 May 2017 Place of death, cause of death" in words
    assert words.index("The postcode is missing") < words.index(ethnic_group), "what most deaths lack comes first"


def test_where_many_deaths_lack_the_same_they_are_folded_away(coordinator, reviewed):
    deaths = [reviewed() for _ in range(4)]

    rows = [words_of(row) for row in tree_of(coordinator.get(PAGE)).iter("tr")]
    (postcode,) = [row for row in rows if "The postcode is missing" in row]

    assert "4 of 4 about “postcode”" in postcode
    assert all(each.reference in postcode for each in deaths)


def test_a_year_without_reviews_says_so(coordinator, reviewed):
    reviewed()

    assert "There is nothing to return" in main_words(coordinator.get("/child-deaths/return/2015-16"))


@pytest.mark.parametrize("year", ["2017", "2017-19", "next", "2017-18x"])
def test_what_is_no_year_is_not_found(coordinator, year):
    assert coordinator.get(f"/child-deaths/return/{year}").status_code == 404


def test_in_may_the_year_that_ended_in_march_is_returned(coordinator, clock):
    """DOMAIN 5.1: the return of a year is collected in the May that follows."""
    assert coordinator.get("/child-deaths/return/").location.endswith("/2017-18")
    clock.moment = clock.moment.replace(month=5)
    assert coordinator.get("/child-deaths/return/").location.endswith("/2016-17")


def test_the_step_names_each_gap_and_is_recorded_once_somebody_says_why(coordinator, reviewed, session):
    case = reviewed(ethnic_group="A")
    page = coordinator.get(f"/cases/{case.reference}/steps/finalise_return")

    assert "things are missing" in main_words(page)
    assert "The ethnic group is missing" not in main_words(page)
    assert "Where the child died is missing" in main_words(page)

    unsaid = coordinator.send(page, "Record", when="2017-06-01")
    assert unsaid.status_code == 422
    assert "Say why what is missing is left empty" in main_words(unsaid)

    why = {"answer_gaps_left_because": "The notes are lost"}
    done = main_words(coordinator.send(page, "Record", when="2017-06-01", **why))

    assert "“Entered in the national return” is recorded" in done
    assert "Why anything is left empty The notes are lost" in done
    assert "Entered with gaps" in main_words(coordinator.get(PAGE))


def test_the_tables_come_as_rows_and_as_a_workbook(coordinator, reviewed):
    reviewed()
    rows = coordinator.get(f"{PAGE}/tables.csv").text.splitlines()
    workbook = load_workbook(io.BytesIO(coordinator.get(f"{PAGE}/tables.xlsx").data))

    assert rows[0].endswith("Table,Title,Row,Column,Reviews")
    assert '1,"Reviews completed, by preventability",No modifiable factors identified,Reviews,1' in rows
    assert len(workbook.sheetnames) == 12
    sheet = workbook["Table 2"]
    assert (sheet["A6"].value, sheet["B6"].value, sheet["D6"].value) == ("4. Malignancy", 1, 1)
    assert sheet["A3"].data_type == "s"


class TestTheRecords:
    def test_they_are_taken_for_a_purpose_and_that_is_recorded_with_each_case(self, coordinator, reviewed, session):
        case = reviewed(Details(postcode="ZZ1 1ZZ"), nhs_number="9434765919", cdop_ref="=1+1")
        page = coordinator.get(f"{PAGE}/records")
        assert "The records identify children" in main_words(page)
        assert "Say what the records are taken for" in main_words(coordinator.send(page, "Take the records"))

        taken = coordinator.send(page, "Take the records", purpose="The return of 2017-18")

        heads, row = taken.text.splitlines()
        assert heads.lstrip("\ufeff").startswith("reference,cdop_ref,nhs_number")
        assert row.startswith(f"{case.reference},'=1+1,9434765919,")
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "national_record_taken")).one()
        assert (entry.case_id, entry.detail) == (case.id, {"purpose": "The return of 2017-18"})
        assert "9434765919" not in taken.headers["Content-Disposition"]

    @pytest.mark.parametrize("role", ["cdop_chair", "designated_doctor", "auditor"])
    def test_they_are_for_the_coordinator_alone(self, seen_by, reviewed, role):
        reviewed()
        reader = seen_by(role)

        assert "A record for each death" not in main_words(reader.get(PAGE))
        assert reader.get(f"{PAGE}/records").status_code == 403

    @pytest.mark.parametrize("role", ["business_manager", "board_chair", "agency_lead"])
    def test_nobody_else_reaches_the_return(self, seen_by, reviewed, role):
        reviewed()

        assert seen_by(role).get(PAGE).status_code == 403


def test_another_boards_deaths_are_not_shown(seen_by, reviewed, given):
    case = reviewed()
    other = seen_by("cdop_coordinator", on=given.a_board(), email="other@example.org")

    assert case.reference not in main_words(other.get(PAGE))
    assert other.get(f"{PAGE}?board={case.board.reference_prefix}").status_code == 404
    assert case.reference not in other.get(f"{PAGE}/tables.csv?board={case.board.reference_prefix}").text


def test_a_death_in_which_the_reader_has_an_interest_is_in_none_of_it(seen_by, reviewed, session, board):
    case = reviewed(Details(postcode="ZZ1 1ZZ"))
    reader = seen_by("cdop_coordinator", "cdop_chair")
    person = session.scalars(select(Person).where(Person.email == "cdop.coordinator@example.org")).one()
    session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=NOON))
    session.commit()

    words = main_words(reader.get(PAGE))
    rows = reader.get(f"{PAGE}/tables.csv").text.splitlines()[1:]
    taken = reader.send(reader.get(f"{PAGE}/records"), "Take the records", purpose="The return")

    assert "There is nothing to return" in words
    assert "Deaths in which you have declared an interest are left out" in words
    assert case.reference not in words
    assert {row.rsplit(",", 1)[1] for row in rows} == {"0"}
    assert len(taken.text.splitlines()) == 1


def test_there_is_a_way_to_it_from_the_list(coordinator):
    assert "National return of the year" in links_of(coordinator.get("/child-deaths/"))


class TestEnteringAYear:
    PAGE = f"{PAGE}/enter"

    @pytest.fixture
    def complete(self, notify, take):
        """A death reviewed and categorised of which the return lacks nothing."""

        def run():
            details = Details(postcode="ZZ1 1ZZ", no_nhs_number_because="not_available")
            case = notify(details, nhs_number=None, ethnic_group="A", place_of_death="hospice")
            take(case, "confirm_in_scope", TUE_30_MAY)
            take(case, "complete_information", TUE_30_MAY)
            day = TUE_30_MAY.isoformat()
            take(case, "list_for_panel", TUE_30_MAY, meeting_on=day)
            take(case, "review_at_panel", TUE_30_MAY, meeting_on=day, roles_present=["Health", "Local authority"])
            take(
                case, "categorise", TUE_30_MAY, category="4", preventability="no_modifiable",
                cause_of_death="Leukaemia",
                event="life_limiting_condition", factors=[{"domain": "intrinsic", "description": "Leukaemia"}],
                child_protection_plan="no", statutory_order="no", asylum_seeker="no",
            )  # fmt: skip
            return case

        return run

    def test_what_lacks_nothing_is_entered_and_the_rest_is_left_out_by_name(
        self, coordinator, complete, reviewed, session
    ):
        one, two, lacking = complete(), complete(), reviewed()
        page = coordinator.get(links_of(coordinator.get(PAGE))["Enter 2 complete deaths in the return"])
        words = main_words(page)

        assert "2 deaths lack nothing the return needs" in words
        to_enter, left_out = words.split("Left out")
        assert one.reference in to_enter
        assert lacking.reference not in to_enter
        assert f"{lacking.reference}" in left_out
        assert "It lacks: ethnic group, place of death, cause of death" in left_out
        assert "Enter it with these gaps, saying why" in left_out

        after = main_words(coordinator.send(page, "Enter 2 deaths in the return"))

        assert "2 deaths are entered in the return of 2017-18" in after
        assert "Entered in the return 2 of 3" in after
        session.expire_all()
        assert [case.state for case in (one, two, lacking)] == ["returned", "returned", "categorised"]

    def test_each_has_the_step_on_the_day_told(self, coordinator, complete, session):
        case = complete()
        page = coordinator.get(self.PAGE)
        coordinator.send(page, "Enter 1 death", **{"on-day": "31", "on-month": "5", "on-year": "2017"})

        event = session.scalars(select(CaseEvent).where(CaseEvent.step == "finalise_return")).one()

        assert (event.case_id, event.happened_first, event.answers) == (case.id, date(2017, 5, 31), {})
        assert event.role == "cdop_coordinator"

    def test_sent_twice_each_is_entered_once(self, coordinator, complete, session):
        complete()
        page = coordinator.get(self.PAGE)
        coordinator.send(page, "Enter 1 death")
        again = main_words(coordinator.send(page, "Enter 1 death"))

        assert "1 death is entered" in again
        steps = select(func.count()).where(CaseEvent.step == "finalise_return")
        assert session.scalar(steps) == 1

    def test_one_that_is_refused_keeps_none_of_the_others_back(self, coordinator, complete, take):
        """A day before the panel's conclusions is refused for each, in words."""
        one, two = complete(), complete()
        page = coordinator.get(self.PAGE)
        take(one, "finalise_return", THU_1_JUN)

        words = main_words(coordinator.send(page, "Enter 2 deaths"))

        assert "1 death is entered" in words
        assert one.reference in words
        assert two.state == "returned"

    def test_a_death_that_the_page_did_not_show_is_not_entered(self, coordinator, complete):
        shown = complete()
        page = coordinator.get(self.PAGE)
        since = complete()
        coordinator.send(page, "Enter 1 death")

        assert (shown.state, since.state) == ("returned", "categorised")

    @pytest.mark.parametrize("role", ["cdop_chair", "designated_doctor", "auditor"])
    def test_it_is_for_the_coordinator_alone(self, seen_by, complete, role):
        complete()
        reader = seen_by(role)

        assert "Enter 1 complete death" not in main_words(reader.get(PAGE))
        assert reader.get(self.PAGE).status_code == 403

    def test_a_death_not_categorised_yet_says_where_it_stands(self, coordinator, notify, take):
        case = notify()
        day = TUE_30_MAY.isoformat()
        for step, answers in (
            ("confirm_in_scope", {}), ("complete_information", {}), ("list_for_panel", {"meeting_on": day}),
            ("review_at_panel", {"meeting_on": day, "roles_present": ["Health", "Local authority"]}),
        ):  # fmt: skip
            take(case, step, TUE_30_MAY, **answers)

        words = main_words(coordinator.get(self.PAGE))

        assert "No death can be entered this way now" in words
        assert "is entered once it is categorised" in words
