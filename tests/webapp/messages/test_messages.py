"""My messages, how I am told, and what could not be sent: who sees which, and what each does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from models.agency import Agency
from models.audit import AuditEntry
from models.delivery import Delivery, DemonstrationLetter, MessageChoice, MessageRule
from models.outbox import OutboxMessage
from models.panels.panel import DeclaredInterest
from notifications.addressing import address_waiting
from notifications.reminders import sweep
from notifications.unreached import AGENCY_NOT_REACHED, tell_who_depends
from tests.models.reviews import SCOPING, Review, a_board
from tests.webapp.client import main_words
from tests.webapp.sweeping import InTheTest
from workflows.calendar import england
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD, BUSINESS_MANAGER, SUBGROUP_CHAIR


@pytest.fixture
def case(given):
    case = given.a_case(given.a_board())
    given.an_event(case, step="approve_report")
    return case


@pytest.fixture
def told(session, case, clock):
    """Make a delivery to a person of the message that the report was approved."""

    def tell(person, outcome="sent", **other):
        message = OutboxMessage(
            case_id=case.id,
            event_sequence=1,
            notice_key="report_approved",
            recipient_role=SUBGROUP_CHAIR,
            payload={"reference": case.reference, "step": "approve_report"},
            created_at=clock(),
            not_before=clock(),
            addressed_at=clock(),
            outcome=outcome,
            settled_at=clock() if outcome else None,
        )
        session.add(message)
        session.flush()
        common = {"channel": "mail", "timing": "digest", "created_at": clock(), "meant_for": clock()}
        sent = {"send_after": clock(), "handed_over_at": clock() if outcome in {"sent", "unknown"} else None}
        settled = {"outcome": outcome, "settled_at": clock() if outcome else None, "role": SUBGROUP_CHAIR}
        delivery = Delivery(message_id=message.id, person_id=person.id, **(common | sent | settled | other))
        session.add(delivery)
        session.commit()
        return delivery

    return tell


def test_what_i_was_told_is_there_to_read_again(case, told, somebody, as_):
    chair = somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board)
    told(chair)
    browser = as_(chair)

    first, second = browser.get("/messages/"), browser.get("/messages/")

    assert case.reference in first.text
    assert "Report approved on" in first.text
    assert "New" in first.text
    assert "New" not in second.text


@pytest.mark.parametrize("outcome", ["suppressed"])
def test_what_was_not_to_be_said_is_not_shown(case, told, somebody, as_, outcome):
    chair = somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board)
    told(chair, outcome)

    assert case.reference not in as_(chair).get("/messages/").text


def test_nobody_reads_what_another_was_told(case, told, somebody, as_):
    told(somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board))
    other = somebody("other@example.org", SUBGROUP_CHAIR, on=case.board)

    assert case.reference not in as_(other).get("/messages/").text


def test_what_is_withheld_from_me_is_gone_from_my_messages(case, told, somebody, as_, session, clock):
    """P33: after an interest is declared, not even the reference is shown."""
    chair = somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board)
    told(chair)
    session.add(DeclaredInterest(person_id=chair.id, case_id=case.id, declared_at=clock()))
    session.commit()

    assert case.reference not in as_(chair).get("/messages/").text


@pytest.fixture
def asked(session, clock):
    """A review in which the police and health visiting were asked what they know by Tuesday 1 April 2014."""
    clock.moment = datetime(2014, 3, 25, 9, tzinfo=UTC)
    review = Review(session, a_board(session)).opened()
    review.take("request_scoping", answers=SCOPING)
    return review


@pytest.fixture
def lead(asked, given, somebody, session):
    """Whoever leads the police."""
    person = somebody("lead@example.org", AGENCY_LEAD, on=asked.board)
    person.appointments[0].agency_id = given.an_agency(asked.board, "Police").id
    return person


@pytest.fixture
def reminded(session, clock):
    """Say what is to be said on Wednesday 9 April 2014, six working days after, when the office hears it too."""

    def remind():
        clock.moment = datetime(2014, 4, 9, 9, 30, tzinfo=UTC)
        session.flush()
        sweep(InTheTest(session), clock.moment, england())
        sessions = sessionmaker(session.connection(), join_transaction_mode="create_savepoint")
        address_waiting(sessions, clock.moment, england())
        session.commit()

    return remind


def test_of_several_agencies_that_owe_the_same_each_is_named(asked, reminded, somebody, as_):
    manager = somebody("manager@example.org", BUSINESS_MANAGER, on=asked.board)
    reminded()

    page = main_words(as_(manager).get("/messages/"))

    assert "What an agency knows: Police" in page
    assert "What an agency knows: Health visiting" in page


def test_the_ledger_of_a_person_names_the_agency_as_well(asked, reminded, somebody, as_):
    manager = somebody("manager@example.org", BUSINESS_MANAGER, on=asked.board)
    reminded()

    page = main_words(as_(manager).get("/account/reminders"))

    assert "Reminder: What an agency knows: Police" in page
    assert "Reminder: What an agency knows: Health visiting" in page


def test_the_ledger_of_a_lead_names_no_other_agency(lead, reminded, as_):
    reminded()

    page = main_words(as_(lead).get("/account/reminders"))

    assert "What an agency knows: Police" in page
    assert "Health visiting" not in page


def test_a_lead_reads_of_their_own_agency_and_of_no_other(lead, reminded, as_):
    reminded()

    page = main_words(as_(lead).get("/messages/"))

    assert "What an agency knows: Police" in page
    assert "Health visiting" not in page


def test_who_came_to_lead_an_agency_reads_no_more_of_the_others(asked, lead, reminded, somebody, as_, session):
    """Told as business manager, and now only lead of the police: which other agency it was is not theirs any more."""
    manager = somebody("manager@example.org", BUSINESS_MANAGER, on=asked.board)
    reminded()
    manager.appointments[0].role = AGENCY_LEAD
    manager.appointments[0].agency_id = lead.appointments[0].agency_id
    session.commit()

    page = main_words(as_(manager).get("/messages/"))

    assert "What an agency knows" in page
    assert "Health visiting" not in page


def test_the_mails_of_a_demonstration_are_not_there_in_service(somebody, as_):
    assert as_(somebody("chair@example.org", SUBGROUP_CHAIR)).get("/messages/demonstration").status_code == 404


def test_i_choose_how_and_when_i_am_told(somebody, as_, session):
    chair = somebody("chair@example.org", SUBGROUP_CHAIR)
    browser = as_(chair)
    page = browser.get("/account/messages")

    browser.send(
        page, "Save", timing="at_once", channel="application", quiet_until="8", quiet_from="17", on_days_off="y"
    )

    chosen = session.get_one(MessageChoice, chair.id)
    assert (chosen.timing, chosen.channel, chosen.on_days_off) == ("at_once", "application", True)
    assert (chosen.quiet_until, chosen.quiet_from) == (8, 17)
    shown = browser.held(browser.get("/account/messages"), "Save")
    assert (shown["quiet_until"], shown["quiet_from"], shown["timing"]) == (["8"], ["17"], ["at_once"])


def test_what_my_board_decides_is_said_where_i_choose(case, somebody, as_, session, clock):
    chair = somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board)
    session.add(
        MessageRule(
            board_id=case.board_id, may_do_without_mail=False, may_be_told_at_once=True,
            may_be_told_on_days_off=True, changed_at=clock(),
        )
    )  # fmt: skip
    session.commit()

    page = as_(chair).get("/account/messages").text

    assert "you are told by mail, and not on the site alone" in page
    assert "not at once" not in page


def test_an_administrator_says_what_a_board_lets_its_people_choose(case, somebody, as_, session):
    browser = as_(somebody("admin@example.org", ADMINISTRATOR))
    page = browser.get(f"/boards/{case.board.reference_prefix}/messages")

    browser.send(page, "Save", may_be_told_at_once=[], may_do_without_mail=[], may_be_told_on_days_off="y")

    rule = session.get_one(MessageRule, case.board_id)
    assert (rule.may_be_told_at_once, rule.may_do_without_mail, rule.may_be_told_on_days_off) == (False, False, True)


@pytest.mark.parametrize(("outcome", "words"), [("failed", "Not sent"), ("unknown", "Not known")])
def test_what_could_not_be_sent_is_shown_and_sent_again_by_a_person(
    case, told, somebody, as_, session, clock, outcome, words
):
    manager = somebody("manager@example.org", BUSINESS_MANAGER, on=case.board)
    delivery = told(
        somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board), outcome, attempts=3, because="Why not"
    )
    browser = as_(manager)
    page = browser.get("/messages/failed")
    assert all(each in page.text for each in (case.reference, "Subgroup chair", words, "Why not"))

    browser.send(page, f"Send it again: subgroup chair, {case.reference}")

    session.refresh(delivery)
    message = session.get_one(OutboxMessage, delivery.message_id, populate_existing=True)
    assert (delivery.outcome, delivery.attempts, delivery.send_after, message.outcome) == (None, 0, clock(), None)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "message_sent_again")).one()
    assert (entry.person_id, entry.case_id) == (manager.id, case.id)


def test_what_could_not_be_sent_may_be_left_and_is_decided_once(case, told, somebody, as_, session):
    manager = somebody("manager@example.org", BUSINESS_MANAGER, on=case.board)
    delivery = told(somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board), "failed")
    browser = as_(manager)
    page = browser.get("/messages/failed")

    browser.send(page, f"Leave it: subgroup chair, {case.reference}")
    again = browser.send(page, f"Send it again: subgroup chair, {case.reference}")

    session.refresh(delivery)
    assert (delivery.outcome, delivery.decided_by) == ("failed", manager.id)
    assert "nothing to decide about this message any more" in again.text
    assert "There is no message to decide about" in again.text


def test_a_manager_of_another_board_neither_sees_nor_decides(case, told, somebody, as_, session):
    delivery = told(somebody("chair@example.org", SUBGROUP_CHAIR, on=case.board), "failed")
    browser = as_(somebody("other@example.org", BUSINESS_MANAGER))

    assert case.reference not in browser.get("/messages/failed").text
    token = browser.held(browser.get("/account/messages"), "Save")["csrf_token"]
    answer = browser.post(f"/messages/failed/{delivery.id}/send-again", data={"csrf_token": token})

    session.refresh(delivery)
    assert answer.status_code == 303
    assert (delivery.outcome, delivery.decided_at) == ("failed", None)


def test_a_message_nobody_is_there_to_receive_is_shown(case, somebody, as_, session, clock):
    session.add(
        OutboxMessage(
            case_id=case.id, event_sequence=1, notice_key="report_approved", recipient_role=SUBGROUP_CHAIR,
            payload={"reference": case.reference, "step": "approve_report"}, created_at=clock(),
            not_before=clock() + timedelta(hours=1), attempts=1, last_error="Nobody holds this role",
        )
    )  # fmt: skip
    session.commit()

    page = as_(somebody("manager@example.org", BUSINESS_MANAGER, on=case.board)).get("/messages/failed").text

    assert case.reference in page
    assert "Nobody holds this role" in page


def test_a_message_given_up_for_want_of_anybody_is_looked_at_again(case, somebody, as_, session, clock):
    message = OutboxMessage(
        case_id=case.id, event_sequence=1, notice_key="report_approved", recipient_role=SUBGROUP_CHAIR,
        payload={"reference": case.reference, "step": "approve_report"}, created_at=clock(), not_before=clock(),
        attempts=720, last_error="Nobody holds this role", outcome="failed", settled_at=clock(),
    )  # fmt: skip
    session.add(message)
    session.commit()
    browser = as_(somebody("manager@example.org", BUSINESS_MANAGER, on=case.board))
    page = browser.get("/messages/failed")

    browser.send(page, "Look again")
    again = browser.send(page, "Look again")

    session.refresh(message)
    assert (message.outcome, message.attempts) == (None, 0)
    assert "Somebody else has decided" in again.text


def test_a_kept_letter_is_shown_in_a_demonstration(session, clock):
    """What the page lists is what was kept, newest first."""
    from models.queries.messages import demonstration_letters

    for number in (1, 2):
        letter = {"to": "chair@example.org", "subject": f"{number} late", "text": "Late", "kept_at": clock()}
        session.add(DemonstrationLetter(key=f"reviews.{number}", **letter))
        session.flush()

    assert [letter.subject for letter in demonstration_letters(session)] == ["2 late", "1 late"]


def test_a_request_that_reached_nobody_names_the_agency_and_what_it_was_to_who_depends_on_it(
    somebody, as_, session, clock
):
    clock.moment = datetime(2014, 3, 25, 9, tzinfo=UTC)
    review = Review(session, a_board(session)).opened()
    lead = somebody("lead@example.org", AGENCY_LEAD, on=review.board)
    police = Agency(board_id=review.board.id, name="Police")
    session.add(police)
    session.flush()
    lead.appointments[0].agency_id = police.id
    review.take("request_scoping", answers=SCOPING)
    asked = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient_role == AGENCY_LEAD)).one()
    asked.addressed_at = clock()
    session.add(
        Delivery(
            message_id=asked.id, person_id=lead.id, role=AGENCY_LEAD, channel="mail", timing="digest", attempts=1,
            created_at=clock(), meant_for=clock(), send_after=clock(), outcome="failed", settled_at=clock(),
            because="The mail server answered 550",
        )
    )  # fmt: skip
    session.flush()
    tell_who_depends(session, [asked.id], clock())
    session.commit()
    manager = as_(somebody("manager@example.org", BUSINESS_MANAGER, on=review.board))

    page = main_words(manager.get("/messages/failed"))

    assert "Agency lead, Police" in page
    assert f"{review.case.reference} Agencies asked what they know" in page
    notice = session.scalars(select(OutboxMessage).where(OutboxMessage.notice_key == AGENCY_NOT_REACHED)).one()
    assert (notice.recipient_role, notice.case_id) == (BUSINESS_MANAGER, review.case.id)
    assert "An agency was not reached" in main_words(manager.get(f"/cases/{review.case.reference}/reminders"))
    administrator = as_(somebody("admin@example.org", ADMINISTRATOR))
    assert "Police" not in administrator.get("/messages/failed").text
