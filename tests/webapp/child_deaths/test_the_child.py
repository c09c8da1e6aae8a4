"""Who the child is: opened on purpose, recorded, seen by those who look after the death, and changed with a reason."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import CaseEvent
from models.child_deaths.child import ChildDeath
from models.child_deaths.notifying import Details
from models.kept_apart import answers_kept_apart
from tests.webapp.child_deaths.test_notifying import CONTINUE
from tests.webapp.client import links_of, main_words

FAMILY = Details(
    surname="Catherwood", forenames="Ada", address="1 Nowhere Street", postcode="ZZ1 1ZZ",
    other={"coroner": "HM Coroner", "imported_row": "abc"},
    carers=({"name": "Bea Catherwood", "relationship_to_child": "mother"},),
    contacts=({"agency": "Harbour Road Surgery", "kind": "gp"},),
)  # fmt: skip


@pytest.fixture
def case(notify):
    return notify(FAMILY, circumstances="Ada was found by her mother")


@pytest.fixture
def opened(coordinator, case):
    """Open the details, and return the page."""
    return coordinator.send(coordinator.get(f"/cases/{case.reference}/child"), "Show who the child is")


def test_nothing_is_shown_before_it_is_opened_on_purpose(session, coordinator, case):
    page = coordinator.get(f"/cases/{case.reference}/child")

    assert "Catherwood" not in page.text
    assert "That you did, and when, is recorded" in main_words(page)
    assert "personal_details_read" not in session.scalars(select(AuditEntry.action)).all()


def test_everything_told_is_shown_and_that_it_was_read_is_recorded(session, opened, case):
    words = main_words(opened)

    assert "Surname Catherwood" in words
    assert "NHS number 9434765919" in words
    assert "Ada was found by her mother" in words
    assert "Coroner, or coroner’s officer HM Coroner" in words
    assert "Harbour Road Surgery" in words
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.case_id == case.id)).all()
    assert {"personal_details_read", "identifying_answers_read"} <= set(actions)


def test_it_closes_by_itself(coordinator, opened, case, clock):
    assert "Catherwood" in coordinator.get(f"/cases/{case.reference}/child").text
    clock.forward(minutes=16)

    assert "Catherwood" not in coordinator.get(f"/cases/{case.reference}/child").text


def test_it_is_closed_at_once_when_asked(coordinator, opened, case):
    coordinator.send(opened, "Close these details")

    assert "Catherwood" not in coordinator.get(f"/cases/{case.reference}/child").text


@pytest.mark.parametrize(
    ("role", "status"), [("designated_doctor", 200), ("cdop_chair", 403), ("auditor", 403), ("panel_member", 404)]
)
def test_only_the_office_and_the_designated_doctor_reach_it(seen_by, case, role, status):
    browser = seen_by(role)

    assert browser.get(f"/cases/{case.reference}/child").status_code == status
    if status == 403:
        assert "The child" not in links_of(browser.get(f"/cases/{case.reference}"))


def test_no_other_page_of_the_case_shows_it(coordinator, opened, case):
    for part in ("", "/agencies", "/report", "/people", "/about"):
        assert "Catherwood" not in coordinator.get(f"/cases/{case.reference}{part}").text


def test_a_change_beside_the_history_needs_no_reason_and_keeps_the_rest(session, coordinator, opened, case):
    pages = coordinator.send(opened, "Change what is known")
    address = pages.request.path
    coordinator.send(coordinator.get(f"{address}/home"), CONTINUE, postcode="ZZ2 2ZZ")

    page = coordinator.get(f"{address}/check")
    assert "Postcode ZZ1 1ZZ ZZ2 2ZZ" in main_words(page)
    assert "Why is this changed?" not in main_words(page)
    coordinator.send(page, "Store the change")

    session.expire_all()
    death = session.get_one(ChildDeath, case.id)
    assert (death.postcode, death.surname, death.nhs_number) == ("ZZ2 2ZZ", "Catherwood", "9434765919")
    assert [each.name for each in death.carers] == ["Bea Catherwood"]
    assert death.details["imported_row"] == "abc"
    assert "personal_details_changed" in session.scalars(select(AuditEntry.action)).all()
    assert len(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id)).all()) == 1


def test_a_date_is_corrected_in_the_history_with_a_reason(session, coordinator, opened, case):
    address = coordinator.send(opened, "Change what is known").request.path
    coordinator.send(coordinator.get(f"{address}/child"), CONTINUE, born_on__day="16", nhs_number="943 476 5870")

    page = coordinator.get(f"{address}/check")
    refused = coordinator.send(page, "Store the change")
    assert refused.status_code == 422
    assert "Date of birth 15 January 2012 16 January 2012" in main_words(refused)
    coordinator.send(refused, "Store the change", reason="By the certificate")

    session.expire_all()
    corrected = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.sequence == 2)).one()
    assert (corrected.kind, corrected.answers["born_on"], corrected.reason) == (
        "correction", "2012-01-16", "By the certificate",
    )  # fmt: skip
    assert answers_kept_apart(session, case.id)[2]["nhs_number"] == "9434765870"
    assert session.get_one(ChildDeath, case.id).nhs_number == "9434765870"


def test_somebody_elses_change_meanwhile_is_said_before_this_one_is_stored(session, coordinator, doctor, opened, case):
    address = coordinator.send(opened, "Change what is known").request.path
    coordinator.send(coordinator.get(f"{address}/home"), CONTINUE, postcode="ZZ2 2ZZ")
    page = coordinator.get(f"{address}/check")
    session.get_one(ChildDeath, case.id).updated_at = session.get_one(ChildDeath, case.id).updated_at.replace(hour=23)
    session.commit()

    told = coordinator.send(page, "Store the change")

    assert "Somebody else recorded something of this death" in main_words(told)
    assert "What is known of the child is changed" in main_words(coordinator.send(told, "Store the change"))


def test_a_change_that_was_begun_is_gone_on_with(coordinator, opened, case):
    first = coordinator.send(opened, "Change what is known").request.path
    again = coordinator.send(coordinator.get(f"/cases/{case.reference}/child"), "Change what is known").request.path

    assert first == again
    assert "You began to change this" in main_words(coordinator.get(f"/cases/{case.reference}/child"))


def test_nobody_else_sees_a_change_that_is_not_stored(coordinator, doctor, opened):
    address = coordinator.send(opened, "Change what is known").request.path

    assert doctor.get(address).status_code == 404
