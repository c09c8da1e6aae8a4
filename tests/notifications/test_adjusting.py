"""Within which bounds a board changes a ladder: the days, who hears, to whom it goes up; and two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy.orm import Session

from models.agency import Board
from models.people import Person
from models.reminder import LadderAdjustment
from notifications.adjusting import (
    HEARS,
    LadderChanged,
    NotWithinBounds,
    Place,
    Wanted,
    adjust,
    as_looked_at,
    refuse_what_is_out_of_bounds,
)
from notifications.duty_ladders import PANEL_DUTIES
from notifications.ladders import ladder_for
from notifications.rungs import Changes
from notifications.thresholds import Reckoning
from tests.models.reviews import a_board, noon
from workflows.calendar import england

DECISION = ladder_for("serious_case_review", "decision")
ACTION = ladder_for("serious_case_review", "action")
RETURN = ladder_for("child_death_review", "report_return")
TO_DO, PACK, READING = (ladder_for(PANEL_DUTIES, kind) for kind in ("action", "pack", "reading"))


@pytest.mark.parametrize(
    ("ladder", "rung", "roles", "words"),
    [
        (DECISION, "ahead", (), "Choose at least one role"),
        (DECISION, "ahead", ("administrator",), "Choose from business manager, subgroup chair or board chair"),
        (DECISION, "ahead", ("agency_lead",), "Choose from business manager, subgroup chair or board chair"),
        (
            RETURN,
            "ahead",
            ("board_member",),
            "Choose from agency lead, child death coordinator or chair of the child death overview panel",
        ),
        (PACK, "due", (), "Choose at least one role"),
        (
            PACK,
            "due",
            ("designated_doctor",),
            "Choose from child death coordinator or chair of the child death overview panel",
        ),
        (
            TO_DO,
            "due",
            ("board_chair",),
            "Choose from whoever sees to it, child death coordinator or chair of the child death overview panel",
        ),
        (TO_DO, "overdue", ("cdop_coordinator",), "Choose whoever sees to it as well: it is theirs to do"),
        (READING, "ahead", ("cdop_chair",), "Choose panel member as well: it is theirs to do"),
        (
            DECISION,
            "overdue",
            ("board_chair",),
            "A limit of the guidance stays with one of ours: choose business manager or subgroup chair as well",
        ),
        (
            DECISION,
            "goes_up_2",
            ("subgroup_chair",),
            "A limit of the guidance stays with one of ours: choose board chair as well",
        ),
    ],
)
def test_who_may_not_hear_is_refused_in_words(ladder, rung, roles, words):
    with pytest.raises(NotWithinBounds) as refused:
        refuse_what_is_out_of_bounds(ladder, Wanted(hears={rung: roles}))
    assert refused.value.wrong == {rung + HEARS: words}


def test_a_limit_of_the_guidance_is_told_to_more_and_one_of_the_board_to_others():
    refuse_what_is_out_of_bounds(DECISION, Wanted(hears={"overdue": ("business_manager", "board_chair")}))
    refuse_what_is_out_of_bounds(ACTION, Wanted(hears={"overdue": ("board_chair",), "goes_up_1": ("board_chair",)}))


def test_what_a_panel_owes_is_told_to_others_who_run_it_and_beside_whoever_was_asked_by_name():
    refuse_what_is_out_of_bounds(PACK, Wanted(hears={"due": ("cdop_chair",)}))
    refuse_what_is_out_of_bounds(TO_DO, Wanted(hears={"ahead": ("owner", "cdop_chair"), "overdue": ("owner",)}))
    refuse_what_is_out_of_bounds(READING, Wanted(hears={"goes_up_1": ("cdop_chair",)}))


def test_what_has_gone_up_does_not_come_down_again():
    down = Wanted(hears={"goes_up_1": ("board_chair",), "goes_up_2": ("subgroup_chair",)})
    with pytest.raises(NotWithinBounds) as refused:
        refuse_what_is_out_of_bounds(ACTION, down)
    words = "Choose board chair: it has gone up so far before, and does not come down again"
    assert refused.value.wrong == {"goes_up_2" + HEARS: words}


def test_a_role_hears_what_falls_from_the_day_it_was_chosen_and_the_others_what_they_did():
    """The limit is Friday 7 March 2014; the board chair is chosen, beside ours, on the day itself."""
    chosen = {"business_manager": date.min, "subgroup_chair": date.min, "board_chair": date(2014, 3, 7)}
    ladder = DECISION.changed(Changes(hears={"ahead": chosen, "due": chosen}))

    due = date(2014, 3, 7)
    said = [(each.rung.key, each.role) for each in Reckoning(england()).thresholds(ladder, due, due)]
    assert said[:5] == [
        ("ahead", "business_manager"),
        ("ahead", "subgroup_chair"),
        ("due", "business_manager"),
        ("due", "subgroup_chair"),
        ("due", "board_chair"),
    ]


def test_a_role_that_may_no_longer_be_chosen_leaves_the_rung_to_ours():
    ladder = DECISION.changed(Changes(hears={"ahead": {"auditor": date.min}}))

    assert ladder.rung("ahead").to == DECISION.rung("ahead").to


# --- Two people at once --------------------------------------------------------


@pytest.fixture
def change(committed_database):
    """What changes the ladder of a decision in a session, as somebody who looked at it so."""
    with Session(committed_database.engine) as session:
        board, person = a_board(session), Person(name="A. Person", email="a.person@example.org")
        session.add(person)
        session.commit()
        board_id, person_id = board.id, person.id

    def changed(session, ahead, looked_at):
        place = Place(session.get_one(Board, board_id), "serious_case_review", "decision")
        wanted, now = Wanted(days={"ahead": ahead}), noon(date(2014, 3, 3))
        adjust(session, place, wanted, looked_at=as_looked_at(looked_at), person_id=person_id, now=now)

    return changed


def test_of_two_who_change_one_rung_at_once_the_second_is_told_to_look_again(committed_database, change):
    with Session(committed_database.engine) as first, ThreadPoolExecutor(1) as other:
        change(first, 10, DECISION)

        def change_it_too():
            with Session(committed_database.engine) as second:
                change(second, 12, DECISION)

        waiting = other.submit(change_it_too)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        first.commit()
        with pytest.raises(LadderChanged, match="save again"):
            waiting.result(timeout=120)


def test_whoever_looked_again_changes_what_somebody_else_changed(committed_database, change):
    with Session(committed_database.engine) as session:
        change(session, 10, DECISION)
        session.commit()
        change(session, 12, DECISION.changed(Changes(days={"ahead": 10})))
        session.commit()
        assert [each.working_days for each in session.query(LadderAdjustment)] == [12]
