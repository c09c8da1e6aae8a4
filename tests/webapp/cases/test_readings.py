"""Who looked at a case: an auditor is told by person and day, and told whether the record is whole; nobody else is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from models.audit import AuditEntry
from models.case import Deadline
from models.panels.panel import DeclaredInterest
from models.people import Appointment
from tests.webapp.client import links_of, main_words


@pytest.fixture
def readings_of(review):
    return lambda browser, **asked: browser.get(f"/cases/{review.case.reference}/readings", query_string=asked)


def test_an_auditor_reads_who_looked_as_what_and_how_often(seen_by, review, clock, readings_of):
    manager = seen_by("business_manager")
    for minute in (30, 45):
        clock.moment = datetime(2014, 3, 10, 9, minute, tzinfo=UTC)
        manager.get(f"/cases/{review.case.reference}")
    clock.moment = datetime(2014, 3, 11, 16, 0, tzinfo=UTC)

    words = main_words(readings_of(seen_by("auditor")))

    assert "10 March 2014 Reminders for A. Person The case Business manager 2 times, from 9:30am to 9:45am" in words
    assert "11 March 2014 Reminders for A. Person The case Auditor Once, at 4pm" in words
    assert words.index("11 March 2014") < words.index("10 March 2014 Reminders")


def test_a_look_just_before_midnight_in_summer_is_of_the_day_in_london(seen_by, review, clock, readings_of):
    clock.moment = datetime(2014, 6, 3, 23, 30, tzinfo=UTC)
    seen_by("business_manager").get(f"/cases/{review.case.reference}")

    assert "4 June 2014 Reminders for A. Person The case Business manager Once, at 12:30am" in main_words(
        readings_of(seen_by("auditor"))
    )


def test_who_has_left_since_is_told_in_the_role_they_had(seen_by, review, clock, session, readings_of):
    seen_by("business_manager").get(f"/cases/{review.case.reference}")
    session.execute(
        update(Appointment).where(Appointment.role == "business_manager").values(until_on=date(2014, 3, 10))
    )
    session.commit()
    clock.moment += timedelta(days=30)

    assert "The case Business manager Once" in main_words(readings_of(seen_by("auditor")))


def test_a_look_by_somebody_appointed_to_nothing_is_told_as_such(seen_by, review, session, readings_of):
    seen_by("business_manager").get(f"/cases/{review.case.reference}")
    session.execute(update(Appointment).where(Appointment.role == "business_manager").values(until_on=date(2014, 3, 9)))
    session.commit()

    assert "Appointed to nothing that shows it on that day" in main_words(readings_of(seen_by("auditor")))


@pytest.mark.parametrize("role", ["business_manager", "board_chair", "subgroup_chair"])
def test_nobody_but_an_auditor_reads_it(seen_by, review, readings_of, role):
    browser = seen_by(role)

    assert readings_of(browser).status_code == 403
    assert "Who looked at it" not in links_of(browser.get(f"/cases/{review.case.reference}/people"))


def test_an_auditor_of_another_board_and_one_with_an_interest_are_told_that_there_is_no_such_case(
    as_, somebody, review, board, session, clock, readings_of
):
    stranger = somebody("stranger@example.org", "auditor")
    with_interest = somebody("interest@example.org", "auditor", on=board)
    session.add(DeclaredInterest(person_id=with_interest.id, case_id=review.case.id, declared_at=clock()))
    session.commit()

    assert readings_of(as_(stranger)).status_code == 404
    assert readings_of(as_(with_interest)).status_code == 404


def test_the_look_of_an_auditor_is_recorded_too(seen_by, review, session, readings_of):
    readings_of(seen_by("auditor"))

    pages = session.scalars(select(AuditEntry.detail["page"].astext).where(AuditEntry.action == "case_read"))
    assert list(pages) == ["readings.show"]


def test_a_whole_record_is_said_to_be_whole(seen_by, readings_of):
    auditor = seen_by("auditor")
    readings_of(auditor)

    assert "Is the record whole? Yes." in main_words(readings_of(auditor))


def test_what_is_not_as_the_history_says_is_said(seen_by, session, readings_of):
    session.execute(update(Deadline).where(Deadline.clock_key == "decision").values(due_last=date(2014, 5, 1)))
    session.commit()

    words = main_words(readings_of(seen_by("auditor")))

    assert "Is the record whole? No." in words
    assert "Deadline decision is not as the history says" in words


def test_the_way_to_it_is_a_part_of_the_case_for_an_auditor(seen_by, review):
    page = seen_by("auditor").get(f"/cases/{review.case.reference}/people")

    assert links_of(page)["Who looked at it"].endswith("/readings")
