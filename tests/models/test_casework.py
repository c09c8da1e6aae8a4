"""What a step writes, and what it refuses."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import make_transient_to_detached

from models.audit import AuditEntry, broken_links
from models.case import Case, LinkedCase
from models.casework import Actor, history_of, open_case, preview_step, standing_of
from models.errors import CaseMovedOn, CaseNotFound
from models.outbox import OutboxMessage
from models.queries.integrity import check_cases
from tests.models.reviews import BECAUSE, MANAGER, REFERRAL, SCOPING, Review, a_board, noon, on
from tests.models.situations import Given
from workflows.calendar import england
from workflows.errors import AnswersRefused, NoRegime, NotAvailable, NotYourRole, UnknownWorkflow
from workflows.standing import Told

MON_3_MAR, TUE_4_MAR, WED_5_MAR = date(2014, 3, 3), date(2014, 3, 4), date(2014, 3, 5)


@pytest.fixture
def board(session):
    return a_board(session)


@pytest.fixture
def review(session, board) -> Review:
    return Review(session, board, MON_3_MAR).opened()


def test_a_case_is_opened_under_the_edition_of_its_day(review):
    """R-0: the edition in force on the day of the opening step."""
    case = review.case

    assert (case.reference, case.regime_key, case.state, case.stage) == (
        "ANY-2014-001",
        "WT2013",
        "referred",
        "referral",
    )
    assert (case.pseudonym, case.opened_on, case.history_length) == ("Child A", MON_3_MAR, 1)
    assert (case.next_step, case.next_roles) == ("request_scoping", ["business_manager"])


def test_cases_of_a_board_are_numbered_in_the_year_they_were_opened(session, board):
    references = [Review(session, board, day).opened().case.reference for day in (MON_3_MAR, TUE_4_MAR)]
    references.append(Review(session, board, date(2015, 1, 5)).opened().case.reference)

    assert references == ["ANY-2014-001", "ANY-2014-002", "ANY-2015-001"]


def test_a_case_is_not_opened_under_guidance_that_is_over(session):
    board = a_board(session, new_arrangements_start=date(2019, 6, 1))

    with pytest.raises(NoRegime, match="practice review"):
        Review(session, board, date(2019, 6, 1)).opened()


def test_there_is_no_review_of_an_unknown_kind(session, board):
    with pytest.raises(UnknownWorkflow, match="serious_case_review"):
        open_case(
            session, workflow_key="review", board=board, step="refer_case", actor=Actor(None, MANAGER),
            told=Told(on(MON_3_MAR), REFERRAL), now=noon(MON_3_MAR),
        )  # fmt: skip


def test_a_form_that_opens_a_case_and_is_sent_twice_opens_one(session, board):
    key = uuid.uuid4()

    first = Review(session, board).opened(idempotency_key=key).case
    again = Review(session, board).opened(idempotency_key=key).case

    assert again.id == first.id
    assert len(session.scalars(select(Case.id)).all()) == 1


def test_a_case_that_another_led_to_is_linked_to_it(session, board, review):
    other = Review(session, board).opened(linked_from=review.case).case

    (link,) = session.scalars(select(LinkedCase))
    assert (link.case_id, link.other_case_id, link.kind) == (review.case.id, other.id, "referred_for_review")


def test_a_step_is_recorded_as_it_was_told(review):
    review.today = WED_5_MAR
    event = review.take("request_scoping", TUE_4_MAR, answers=SCOPING)

    assert (event.sequence, event.step, event.kind, event.role) == (2, "request_scoping", "step", "business_manager")
    assert (event.happened_first, event.happened_last, event.happened_precision) == (TUE_4_MAR, TUE_4_MAR, "day")
    assert event.recorded_at == noon(WED_5_MAR)
    assert event.answers == SCOPING
    assert event.procedure_fingerprint == review.case.procedure_fingerprint


def test_a_step_moves_the_case_and_starts_its_deadlines(review):
    review.take("request_scoping", answers=SCOPING)

    assert (review.case.state, review.case.history_length) == ("scoping", 2)
    asked = {(each.subject, each.agency): each.due_last for each in review.case.deadlines if each.subject}
    first_of_april = date(2014, 4, 1)
    assert asked == {("Police", "Police"): first_of_april, ("Health visiting", "Health visiting"): first_of_april}


def test_a_month_is_kept_as_a_month(review):
    review.today = date(2014, 4, 10)
    event = review.take("refer_to_subgroup", "2014-03")

    assert (event.happened_first, event.happened_last) == (date(2014, 3, 1), date(2014, 3, 31))
    assert event.happened_precision == "month"


def test_every_step_is_audited_and_sealed_to_the_one_before(session, review):
    review.take("request_scoping", answers=SCOPING)

    entries = session.scalars(select(AuditEntry).order_by(AuditEntry.position)).all()
    assert [(each.action, each.event_sequence, each.detail) for each in entries] == [
        ("open_case", 1, {"step": "refer_case"}),
        ("take_step", 2, {"step": "request_scoping"}),
    ]
    assert broken_links(session) == []
    first, second = review.case.events
    assert (first.previous_hash, second.previous_hash) == (bytes(32), first.hash)
    assert review.case.last_event_hash == second.hash


def test_a_step_leaves_one_message_for_each_notice(session, review):
    review.take("request_scoping", answers=SCOPING)

    messages = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(each.event_sequence, each.notice_key, each.recipient_role) for each in messages] == [
        (1, "case_referred", "subgroup_chair"),
        (1, "case_referred", "board_chair"),
        (2, "scoping_requested", "agency_lead"),
    ]
    assert {frozenset(each.payload) for each in messages} == {frozenset({"reference", "step"})}


@pytest.mark.parametrize(
    ("step", "told", "refusal"),
    [
        ("approve_report", {}, NotAvailable),
        ("fly_a_kite", {}, NotAvailable),
        ("request_scoping", {}, AnswersRefused),
        ("request_scoping", {"answers": SCOPING, "actor": Actor(None, frozenset({"auditor"}))}, NotYourRole),
        ("request_scoping", {"answers": SCOPING, "actor": Actor(None, frozenset())}, NotYourRole),
    ],
)
def test_a_refused_step_leaves_nothing_behind(session, review, step, told, refusal):
    with pytest.raises(refusal):
        review.take(step, **told)

    assert review.case.history_length == 1
    assert len(session.scalars(select(AuditEntry.id)).all()) == 1


@pytest.mark.parametrize("day", [MON_3_MAR + timedelta(days=1), MON_3_MAR - timedelta(days=1)])
def test_a_day_in_the_future_or_before_the_case_began_is_refused(review, day):
    with pytest.raises(AnswersRefused):
        review.take("request_scoping", day, answers=SCOPING)


def test_a_form_sent_twice_records_the_step_once(review):
    key = uuid.uuid4()

    first = review.take("request_scoping", answers=SCOPING, idempotency_key=key, expected_length=1)
    again = review.take("request_scoping", answers=SCOPING, idempotency_key=key, expected_length=1)

    assert again.id == first.id
    assert review.case.history_length == 2


def test_whoever_comes_second_is_told_what_was_recorded_meanwhile(review):
    review.take("request_scoping", answers=SCOPING)

    with pytest.raises(CaseMovedOn) as moved:
        review.take("refer_to_subgroup", expected_length=1)

    (since,) = moved.value.since
    assert (since.sequence, since.step, since.role) == (2, "request_scoping", "business_manager")
    assert since.words() == "“Agencies asked what they know”, 3 March 2014, recorded by the business manager"


def test_a_case_that_is_not_there_is_not_found(session, review):
    nowhere = Case(id=10**9)
    make_transient_to_detached(nowhere)
    review.case = nowhere

    with pytest.raises(CaseNotFound):
        review.take("request_scoping", answers=SCOPING)


def test_a_case_can_be_asked_how_it_stood_and_what_was_known(session, review):
    """`as_at` and `known_at` are two questions."""
    review.today = WED_5_MAR
    review.take("request_scoping", TUE_4_MAR, answers=SCOPING)

    def state(day, known_at=None):
        return standing_of(session, review.case, today=day, known_at=known_at).state

    assert (state(MON_3_MAR), state(TUE_4_MAR)) == ("referred", "scoping")
    assert state(TUE_4_MAR, known_at=noon(TUE_4_MAR)) == "referred"
    assert len(history_of(session, review.case, noon(TUE_4_MAR))) == 1
    with pytest.raises(ValueError, match="Nothing had happened"):
        state(MON_3_MAR - timedelta(days=1))


def test_what_follows_from_a_step_is_said_before_it_is_recorded(session, review):
    preview = preview_step(
        session, review.case, "request_scoping", actor=review.actor, told=Told(on(MON_3_MAR), SCOPING),
        now=noon(MON_3_MAR),
    )  # fmt: skip

    assert [each.words for each in preview.changes] == [
        "The case stands at “Scoping” instead of “Referred”",
        "What an agency knows (Police): due by 1 April 2014",
        "What an agency knows (Health visiting): due by 1 April 2014",
    ]
    assert review.case.history_length == 1


def test_what_meets_a_deadline_is_said_before_it_is_recorded(session, review):
    review.take("refer_to_subgroup")
    review.take("recommend", answers={"recommendation": "review", **BECAUSE})
    fri_11_apr = date(2014, 4, 11)

    preview = preview_step(
        session, review.case, "decide_to_review", actor=review.actor, told=Told(on(fri_11_apr), BECAUSE),
        now=noon(fri_11_apr),
    )  # fmt: skip

    assert [(each.what, each.words) for each in preview.changes] == [
        ("state", "The case stands at “Commissioning” instead of “Awaiting the chair’s decision”"),
        ("met_late", "Decide whether to hold a review: met late, 11 April 2014"),
        ("starts", "Complete the review: due by 11 October 2014"),
    ]


class TestADeputy:
    """Whoever acts for somebody else: the history, its seal and the audit say for whom."""

    @pytest.fixture
    def people(self, session):
        return [Given(session).a_person(f"{name}@example.org") for name in ("deputy", "absent")]

    def take(self, review, people, *, own=()):
        deputy, absent = people
        lent = {"business_manager": absent.id}
        review.actor = Actor(deputy.id, frozenset({*own, *lent}), lent=lent)
        return review.take("request_scoping", answers=SCOPING)

    def test_what_is_recorded_in_a_role_that_is_lent_says_for_whom(self, session, review, people):
        event = self.take(review, people)

        assert (event.actor_id, event.role, event.on_behalf_of) == (people[0].id, "business_manager", people[1].id)
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry.detail == {"step": "request_scoping", "on_behalf_of": people[1].id}
        assert list(check_cases(session.connection(), [review.case.id], histories=True, calendar=england())) == []

    def test_what_they_may_record_in_a_role_of_their_own_they_record_in_that(self, review, people):
        deputy, absent = people
        review.take("request_scoping", answers=SCOPING)
        # Of those who may record it the business manager comes first, and that role is the one that is lent.
        both = frozenset({"business_manager", "agency_lead"})
        review.actor = Actor(deputy.id, both, lent={"business_manager": absent.id})
        event = review.take("record_scoping_return", answers={"agency": "Police", "involved": "no"})

        assert (event.role, event.on_behalf_of) == ("agency_lead", None)

    def test_a_correction_says_it_too(self, session, review, people):
        event = self.take(review, people)
        mended = review.correct(event.sequence, MON_3_MAR, answers={**SCOPING, "due_on": "2014-04-02"})

        assert (mended.role, mended.on_behalf_of) == ("business_manager", people[1].id)
