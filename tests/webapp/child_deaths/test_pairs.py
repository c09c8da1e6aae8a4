"""Two records that may be of one child: why, who sees whom, and deciding, merging and undoing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import Case
from models.child_deaths.child import ChildDeath
from models.child_deaths.notifying import Details
from models.child_deaths.possible_duplicate import PossibleDuplicate
from models.child_deaths.possible_duplicates import find_possible_duplicates
from models.panels.meetings import declare_interest
from tests.webapp.child_deaths.conftest import NOON, OFFICE, THU_1_JUN
from tests.webapp.client import links_of, main_words


@pytest.fixture
def pair(session, board, notify):
    """Record one death twice: the second record knows more, and spells the name otherwise."""
    one = notify(Details(surname="Catherwood", forenames="Ada"))
    two = notify(
        Details(surname="Katherwood", forenames="Ada", postcode="ZZ1 1ZZ", carers=({"name": "Bea Katherwood"},))
    )
    find_possible_duplicates(session, two.id, [board.id], now=NOON)
    session.commit()
    return one, two


@pytest.fixture
def address(pair):
    one, two = pair
    return f"/child-deaths/pairs/{one.reference}/{two.reference}"


def test_the_pair_is_listed_and_says_why_without_a_name(coordinator, pair, address):
    listed, page = coordinator.get("/child-deaths/pairs/"), coordinator.get(address)

    assert address in links_of(listed).values()
    assert "The surnames sound alike" in main_words(page)
    assert "atherwood" not in page.text


def test_both_are_shown_side_by_side_on_purpose_and_that_is_recorded(session, coordinator, pair, address):
    page = coordinator.send(coordinator.get(address), "Show both side by side")

    assert "Surname Catherwood Katherwood Different" in main_words(page)
    read = select(AuditEntry.case_id).where(AuditEntry.action == "personal_details_read")
    assert {case.id for case in pair} <= set(session.scalars(read))


def test_what_was_told_of_neither_is_nothing_they_have_in_common(coordinator, address):
    page = coordinator.send(coordinator.get(address), "Show both side by side")

    assert "Nothing entered yet" not in main_words(page)
    assert "Not answered" not in main_words(page)


def test_the_chair_decides_without_seeing_who_they_are(seen_by, address):
    chair = seen_by("cdop_chair")
    page = chair.get(address)

    assert "Show both side by side" not in page.text
    assert "Merge the two" in page.text


def test_not_the_same_child_is_remembered_with_its_reason(session, coordinator, pair, board, address):
    refused = coordinator.send(coordinator.get(address), "They are not the same child")
    assert refused.status_code == 422

    page = coordinator.send(refused, "They are not the same child", reason="Twins, by the midwife")

    decided = main_words(page)
    assert "not the same child: Twins, by the midwife" in decided
    assert "somebody decided" not in decided
    assert find_possible_duplicates(session, pair[0].id, [board.id], now=NOON) == []
    again = coordinator.send(page, "Put the pair forward again")
    assert "They are not the same child" in again.text


def test_the_coordinator_is_told_who_merges(coordinator, address):
    assert "which the designated doctor or chair of the child death overview panel does" in main_words(
        coordinator.get(address)
    )


def test_a_merge_is_checked_done_and_undone_whole(session, doctor, pair, address):
    kept, ended = pair
    chosen = doctor.send(doctor.get(f"{address}/merge"), "Continue", kept=kept.reference)
    words = main_words(chosen)
    assert f"{ended.reference} is ruled out of scope as the same death" in words
    assert "Postcode" in words
    assert "1 parent or carer" in words
    assert "Bea" not in words

    page = doctor.send(chosen, "Merge them")
    assert "The two are merged" in main_words(page)
    assert session.get_one(ChildDeath, kept.id).postcode == "ZZ1 1ZZ"

    page = doctor.send(doctor.get(f"{address}/undo"), "Undo the merge", reason="Two children after all")
    session.expire_all()
    assert "Both cases are as they were" in main_words(page)
    assert session.get_one(ChildDeath, kept.id).postcode is None
    assert session.get_one(Case, ended.id).state == "notified"


def test_a_merge_sent_twice_is_done_once(session, doctor, pair, address):
    check = doctor.get(f"{address}/merge/{pair[0].reference}")
    for _ in range(2):
        page = doctor.send(check, "Merge them")

    assert page.status_code == 200
    assert session.scalars(select(PossibleDuplicate.verdict)).all() == ["merged"]


def test_the_case_page_says_that_it_may_be_one_of_two(coordinator, pair, address):
    page = coordinator.get(f"/cases/{pair[0].reference}")

    assert f"may be the same child as in {pair[1].reference}" in main_words(page)
    assert address in links_of(page).values()


def test_whoever_has_an_interest_in_one_sees_no_pair(session, as_, somebody, board, pair, address):
    doctor = somebody("doctor@example.org", "designated_doctor", on=board)
    declare_interest(
        session, pair[0], person_id=doctor.id, seat="designated_doctor", interest="I treated the child", actor=OFFICE,
        on=THU_1_JUN, now=NOON,
    )  # fmt: skip
    browser = as_(doctor)

    assert browser.get(address).status_code == 404
    assert address not in links_of(browser.get("/child-deaths/pairs/")).values()
    assert pair[0].reference not in browser.get(f"/cases/{pair[1].reference}").text


def test_an_auditor_reads_the_pair_and_decides_nothing(seen_by, address):
    auditor = seen_by("auditor")
    page = auditor.get(address)

    assert "They are not the same child" not in main_words(page)
    assert auditor.get(f"{address}/merge").status_code == 403
