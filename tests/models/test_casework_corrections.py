"""Mending what was recorded: by an event that supersedes another, with a reason."""

from datetime import date

import pytest

from models.casework import Actor, preview_correction, standing_of
from models.errors import CaseMovedOn
from models.queries.case_page import case_as_seen
from models.queries.integrity import check_cases
from tests.models.reviews import BECAUSE, REFERRAL, SCOPING, Review, a_board, noon, on
from workflows.calendar import ENGLAND
from workflows.errors import AnswersRefused, NoRegime, NotAvailable, NotYourRole
from workflows.standing import Told

MON_3_MAR, FRI_7_MAR = date(2014, 3, 3), date(2014, 3, 7)


@pytest.fixture
def review(session) -> Review:
    return Review(session, a_board(session), MON_3_MAR).opened()


def as_role(role: str) -> Actor:
    return Actor(None, frozenset({role}))


def nothing_is_wrong_with(review: Review) -> bool:
    return list(check_cases(review.session.connection(), [review.case.id], calendar=ENGLAND)) == []


def test_a_correction_stands_in_place_of_what_it_corrects(session, review):
    review.take("request_scoping", answers=SCOPING)
    review.today = FRI_7_MAR
    corrected = review.correct(2, MON_3_MAR, answers=SCOPING | {"agencies": ["Police"], "due_on": "2014-04-11"})

    assert (corrected.sequence, corrected.kind, corrected.supersedes) == (3, "correction", 2)
    assert corrected.reason == "It was misread"
    assert [(each.subject, each.due_last) for each in review.case.deadlines if each.agency] == [
        ("Police", date(2014, 4, 11))
    ]
    assert nothing_is_wrong_with(review)


def test_what_was_struck_out_did_not_happen(session, review):
    review.take("request_scoping", answers=SCOPING)
    struck_out = review.correct(2)

    assert (struck_out.kind, struck_out.supersedes) == ("strike_out", 2)
    assert review.case.state == "referred"
    assert [each for each in review.case.deadlines if each.agency] == []
    assert nothing_is_wrong_with(review)


def test_whoever_was_writing_is_told_that_it_was_put_right_and_not_that_it_happened(session, review):
    """On the page they were writing on, and where they record it: in the same words."""
    review.take("request_scoping", answers=SCOPING)
    review.correct(2, MON_3_MAR, answers=SCOPING | {"agencies": ["Police"]})
    review.correct(2)

    seen = case_as_seen(session, review.case, as_at=MON_3_MAR)
    with pytest.raises(CaseMovedOn) as moved:
        review.take("refer_to_subgroup", expected_length=1)

    told = ["Agencies asked what they know", "Corrected: Agencies asked what they know",
            "Struck out: Agencies asked what they know"]  # fmt: skip
    assert [each.done for each in seen.since(1)] == [each.done for each in moved.value.since] == told


def test_a_hold_that_was_struck_out_holds_nothing(review):
    hold = {
        "kind": "INQUEST", "scope": ["publication"], "requested_by": "Coroner", "reasons": "It has not concluded",
        "review_on": "2014-06-02",
    }  # fmt: skip
    review.take("authorise_hold", answers=hold)
    assert (review.case.held, len(review.case.holds)) == (True, 1)
    review.correct(2)

    assert (review.case.held, review.case.holds) == (False, [])
    assert nothing_is_wrong_with(review)


def test_what_was_known_before_a_correction_can_be_asked_again(session, review):
    review.take("request_scoping", answers=SCOPING)
    review.today = FRI_7_MAR
    review.correct(2)

    before = standing_of(session, review.case, today=FRI_7_MAR, known_at=noon(MON_3_MAR))
    now = standing_of(session, review.case, today=FRI_7_MAR)
    assert (before.state, now.state) == ("scoping", "referred")


def test_correcting_the_opening_moves_the_case_to_the_edition_of_its_day(session, review):
    """R-0: the edition in force on the day of the opening step, which was misread."""
    review.today = FRI_7_MAR
    review.correct(1, date(2013, 3, 4), answers=REFERRAL | {"received_on": "2013-03-04", "incident_on": "2013-03-01"})

    assert (review.case.regime_key, review.case.opened_on) == ("WT2010", date(2013, 3, 4))
    assert standing_of(session, review.case, today=FRI_7_MAR, known_at=noon(MON_3_MAR)).regime == "WT2013"
    assert nothing_is_wrong_with(review)


def test_the_opening_is_not_moved_to_a_day_without_guidance(review):
    with pytest.raises(NoRegime):
        review.correct(1, date(2005, 3, 4), answers=REFERRAL)


@pytest.mark.parametrize("role", ["board_chair", "lead_reviewer", "auditor", "administrator", "cdop_coordinator"])
def test_only_who_keeps_the_record_or_may_take_the_step_corrects_it(review, role):
    review.take("request_scoping", answers=SCOPING)

    with pytest.raises(NotYourRole, match="can be corrected by the business manager or subgroup chair"):
        review.correct(2, actor=as_role(role))


@pytest.mark.parametrize("role", ["business_manager", "subgroup_chair"])
def test_who_keeps_the_record_corrects_it(review, role):
    review.take("request_scoping", answers=SCOPING)

    assert review.correct(2, actor=as_role(role)).role == role


def test_who_may_take_a_step_may_correct_one_of_its_kind(review):
    review.take("request_scoping", answers=SCOPING)
    review.take("record_scoping_return", answers={"agency": "Police", "involved": "yes"})

    assert review.correct(3, actor=as_role("agency_lead")).role == "agency_lead"


@pytest.mark.parametrize(
    ("sequence", "told", "refusal"),
    [
        (2, {"reason": "  "}, AnswersRefused),
        (1, {}, NotAvailable),
        (7, {}, NotAvailable),
    ],
)
def test_what_cannot_be_corrected_so(review, sequence, told, refusal):
    review.take("request_scoping", answers=SCOPING)

    with pytest.raises(refusal):
        review.correct(sequence, **told)
    assert review.case.history_length == 2


def test_a_step_that_others_rest_on_is_not_struck_out(review):
    review.take("refer_to_subgroup")
    review.take("recommend", answers={"recommendation": "review", "reasons": "The criteria are met"})

    with pytest.raises(NotAvailable, match="would no longer fit"):
        review.correct(2)


def test_what_a_correction_changes_is_said_before_it_is_recorded(session, review):
    told = REFERRAL | {"received_on": "2013-03-04", "incident_on": "2013-03-01"}
    preview = preview_correction(
        session, review.case, 1, actor=review.actor, told=Told(on(date(2013, 3, 4)), told), reason="It was misread",
        now=noon(FRI_7_MAR),
    )  # fmt: skip

    assert [(each.what, each.words) for each in preview.changes] == [
        ("edition", "The case falls under Working Together 2010 instead of Working Together 2013"),
        ("moves", "Decide whether to hold a review: due by 4 April 2013 instead of 3 April 2014"),
    ]
    assert review.case.history_length == 1


def test_that_something_done_in_time_was_late_after_all_is_said_before_a_correction_is_recorded(session, review):
    """T-1.2: a month from the day the board was told, which is now said to have been Thursday 20 February."""
    mon_31_mar = date(2014, 3, 31)
    review.today = mon_31_mar
    review.take("refer_to_subgroup")
    review.take("recommend", answers={"recommendation": "review", **BECAUSE})
    review.take("decide_to_review", answers=BECAUSE)

    preview = preview_correction(
        session, review.case, 1, actor=review.actor, reason="It was misread", now=noon(mon_31_mar),
        told=Told(on(MON_3_MAR), REFERRAL | {"received_on": "2014-02-20", "incident_on": "2014-02-17"}),
    )  # fmt: skip

    assert [(each.what, each.words) for each in preview.changes] == [
        ("moves", "Decide whether to hold a review: due by 20 March 2014 instead of 3 April 2014"),
        ("met_late", "Decide whether to hold a review: met late, 31 March 2014"),
    ]


def test_nobody_is_told_again(session, review):
    from sqlalchemy import func, select

    from models.outbox import OutboxMessage

    review.take("request_scoping", answers=SCOPING)
    before = session.scalar(select(func.count(OutboxMessage.id)))
    review.correct(2)

    assert session.scalar(select(func.count(OutboxMessage.id))) == before
