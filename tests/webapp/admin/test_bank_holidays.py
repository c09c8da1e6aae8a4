"""An administrator sees which open dates a newly announced bank holiday moves before accepting it, and nothing else."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from models.bank_holidays import AnnouncedHoliday, Restanding, calendar_in_force
from models.calendar_changes import accept
from tests.models.reviews import an_incident
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import MovableClock
from workflows.roles import ADMINISTRATOR

FRI_16_SEP, TUE_20_SEP, MON_26_SEP, TUE_27_SEP = (date(2022, 9, day) for day in (16, 20, 26, 27))
MOURNING = {
    "day__day": "20", "day__month": "9", "day__year": "2022", "name": "Day of mourning", "source": "London Gazette",
}  # fmt: skip


@pytest.fixture
def clock():
    return MovableClock(datetime(2022, 9, 16, 12, tzinfo=UTC))


@pytest.fixture
def admin(as_, somebody):
    return as_(somebody("administrator@example.org", ADMINISTRATOR))


@pytest.fixture
def incident(session):
    """Five working days run from Friday 16 September 2022, over the State Funeral, to Monday 26."""
    return an_incident(session, FRI_16_SEP)


def asked(admin, **other):
    return admin.send(admin.get("/bank-holidays/new"), "Show what it would move", **(MOURNING | other))


def due_on(session, case):
    session.expire_all()
    return {each.due_last for each in case.deadlines if each.clock_key == "incident_notification"}


def test_the_list_says_how_far_it_reaches_and_what_is_provisional(admin, clock, as_, somebody):
    words = main_words(admin.get("/bank-holidays/"))
    assert "as GOV.UK has published them up to 31 December 2028" in words
    assert "19 September 2022 State Funeral of Queen Elizabeth II" in words
    assert "Ask whoever looks after this system" not in words

    clock.moment = datetime(2028, 3, 1, 12, tzinfo=UTC)
    words = main_words(as_(somebody("another@example.org", ADMINISTRATOR)).get("/bank-holidays/"))
    assert "The published bank holidays end on 31 December 2028. Ask whoever looks after this system" in words
    assert "2029, as the standing rules say" in words


def test_every_open_date_it_would_move_is_shown_and_nothing_has_changed_yet(admin, session, incident):
    page = asked(admin)

    assert "2 open dates in 1 case would move" in main_words(page)
    row = f"{incident.reference} Notify the Panel of the incident 26 September 2022 27 September 2022"
    assert row in main_words(page)
    assert due_on(session, incident) == {MON_26_SEP}
    assert session.scalars(select(AnnouncedHoliday)).all() == []


def test_the_administrator_sees_of_a_case_its_reference_and_no_more(admin, incident):
    page = asked(admin)

    assert incident.pseudonym not in page.text
    assert not any("/cases/" in href for href in links_of(page).values())
    assert admin.get(f"/cases/{incident.reference}").status_code == 404


def test_it_counts_once_it_is_accepted(admin, session, incident):
    page = admin.send(asked(admin), "Accept this bank holiday")

    assert "20 September 2022 counts as a bank holiday from now on" in main_words(page)
    assert "20 September 2022 Day of mourning London Gazette" in main_words(page)
    assert due_on(session, incident) == {TUE_27_SEP}
    assert not calendar_in_force(session).is_working_day(TUE_20_SEP)
    assert session.scalars(select(Restanding)).one().finished_at is not None


def test_taking_it_back_shows_what_moves_back_and_asks_why(admin, session, incident):
    page = admin.send(asked(admin), "Accept this bank holiday")
    address = next(href for words, href in links_of(page).items() if words.startswith("Take it back"))

    page = admin.get(address)
    assert f"{incident.reference} Notify the Panel of the incident 27 September 2022 26 September 2022" in main_words(
        page
    )
    assert admin.send(page, "Take it back").status_code == 422
    assert due_on(session, incident) == {TUE_27_SEP}

    done = main_words(admin.send(page, "Take it back", reason="The notice was for Scotland"))
    assert "20 September 2022 does not count as a bank holiday any more" in done
    assert "by A. Person: The notice was for Scotland" in done
    assert due_on(session, incident) == {MON_26_SEP}


def test_a_day_nobody_works_already_is_refused_beside_its_box(admin):
    page = asked(admin, day__day="19")

    assert page.status_code == 422
    assert "19 September 2022 is no working day already: State Funeral of Queen Elizabeth II" in main_words(page)


def test_what_was_not_finished_is_said_with_how_far_it_has_come_and_goes_on(admin, session, somebody, incident):
    accept(
        session, day=TUE_20_SEP, name="Day of mourning", source="London Gazette",
        person=somebody("who@example.org"), now=datetime(2022, 9, 16, 12, tzinfo=UTC),
    )  # fmt: skip
    session.commit()
    page = admin.get("/bank-holidays/")
    assert "the change for 20 September 2022: 0 of 1 case so far" in main_words(page)

    assert "so far" not in main_words(admin.send(page, "Go on"))
    assert due_on(session, incident) == {TUE_27_SEP}


@pytest.mark.parametrize("path", ["/bank-holidays/", "/bank-holidays/new", "/bank-holidays/1/take-back"])
def test_nobody_else_reaches_these_pages(as_, somebody, path):
    assert as_(somebody("manager@example.org", "business_manager")).get(path).status_code == 403
