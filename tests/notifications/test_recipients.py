"""A message is for those who hold the role now, on this case, and may see it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.deputyship import Deputyship
from models.outbox import OutboxMessage
from models.panels.panel import DeclaredInterest, Panel, PanelBoard
from notifications.recipient import Recipient
from notifications.recipients import agencies_asked, may_still_receive, recipients_of
from tests.models.reviews import SCOPING, a_board, noon
from tests.notifications.watching import Watch, morning
from workflows.roles import AGENCY_LEAD, BOARD_CHAIR, BOARD_MEMBER, BUSINESS_MANAGER, CDOP_CHAIR, SUBGROUP_CHAIR

MON_3_MAR, TUE_25_MAR = date(2014, 3, 3), date(2014, 3, 25)


@pytest.fixture
def watch(committed_database):
    with Session(committed_database.engine, expire_on_commit=False) as session:
        watch = Watch(committed_database.engine, session)
        watch.review.opened()
        yield watch


def a_message(watch, role, **other):
    told = {"notice_key": "case_referred", "event_sequence": 1, "created_at": noon(MON_3_MAR)} | other
    message = OutboxMessage(
        case_id=watch.review.case.id, recipient_role=role, not_before=noon(MON_3_MAR), attempts=0,
        **({"payload": {"reference": watch.review.case.reference, "step": "refer_case"}} | told),
    )  # fmt: skip
    watch.session.add(message)
    watch.session.flush()
    return message


def people(watch, message, day=TUE_25_MAR):
    return [each.person_id for each in recipients_of(watch.session, message, morning(day))]


def test_those_hear_who_hold_the_role_on_the_board_today_and_have_an_open_account(watch):
    chair = watch.appoint(BOARD_CHAIR)
    watch.appoint(BOARD_CHAIR, active=False)
    before = watch.appoint(BOARD_CHAIR)
    before.appointments[0].until_on = date(2014, 3, 24)
    watch.appoint(SUBGROUP_CHAIR)
    watch.session.flush()

    assert people(watch, a_message(watch, BOARD_CHAIR)) == [chair.id]


def test_nobody_hears_who_holds_the_role_on_another_board(watch):
    chair = watch.appoint(BOARD_CHAIR)
    chair.appointments[0].board = a_board(watch.session, "Elsewhere")
    watch.session.flush()

    assert people(watch, a_message(watch, BOARD_CHAIR)) == []


def test_whoever_declared_an_interest_hears_nothing_and_the_reason_is_kept(watch):
    """P33: a message to somebody conflicted says that there is a case."""
    chair = watch.appoint(BOARD_CHAIR)
    message = a_message(watch, BOARD_CHAIR)
    assert may_still_receive(watch.session, chair.id, message, morning(TUE_25_MAR)) is None
    watch.session.add(DeclaredInterest(person_id=chair.id, case_id=watch.review.case.id, declared_at=noon(MON_3_MAR)))
    watch.session.flush()

    assert people(watch, message) == []
    because = may_still_receive(watch.session, chair.id, message, morning(TUE_25_MAR))
    assert because == "An interest in the case was declared"


@pytest.mark.parametrize("case_insensitive", ["Police", "POLICE"])
def test_only_the_lead_of_the_agency_asked_hears_of_what_is_asked(watch, case_insensitive):
    lead = watch.appoint(AGENCY_LEAD, agency=watch.agency(case_insensitive))
    of_another = watch.appoint(AGENCY_LEAD, agency=watch.agency("Probation"))
    event = watch.review.take("request_scoping", answers=SCOPING)
    asked = watch.session.scalars(select(OutboxMessage).where(OutboxMessage.event_sequence == event.sequence)).one()

    assert people(watch, asked) == [lead.id]
    assert may_still_receive(watch.session, of_another.id, asked, morning(TUE_25_MAR))


def test_a_reminder_of_what_one_agency_owes_goes_to_its_own_lead(watch):
    police = watch.appoint(AGENCY_LEAD, agency=watch.agency("Police"))
    visitors = watch.appoint(AGENCY_LEAD, agency=watch.agency("Health visiting"))
    watch.review.take("request_scoping", answers=SCOPING)
    watch.swept(TUE_25_MAR)

    heard = {people(watch, message)[0] for message in watch.messages()}
    assert heard == {police.id, visitors.id}
    assert all(len(people(watch, message)) == 1 for message in watch.messages())


def test_what_goes_up_from_an_agency_goes_to_the_board_member_who_stands_for_it(watch):
    """DOMAIN 11: escalation at due+11 WD to the agency's board member."""
    police = watch.appoint(BOARD_MEMBER, agency=watch.agency("Police"))
    others = watch.appoint(BOARD_MEMBER)
    watch.review.take("request_scoping", answers=SCOPING)
    watch.swept_daily(MON_3_MAR, date(2014, 4, 16))

    goes_up = [each for each in watch.messages() if each.payload["rung"] == "goes_up"]
    assert sorted(people(watch, each)[0] for each in goes_up) == sorted([police.id, others.id])


def test_a_reminder_for_a_role_nobody_holds_goes_up_and_at_last_to_the_office(watch):
    manager = watch.appoint(BUSINESS_MANAGER)
    watch.review.take("request_scoping", answers=SCOPING)
    watch.swept(TUE_25_MAR)
    message = watch.messages()[0]

    assert message.recipient_role == AGENCY_LEAD
    assert recipients_of(watch.session, message, morning(TUE_25_MAR)) == (Recipient(manager.id, BUSINESS_MANAGER),)


def test_a_panel_hears_of_the_deaths_of_the_boards_it_serves_and_of_no_review(watch):
    panel = a_board(watch.session, "Panel of Anytown")
    watch.session.add(Panel(board_id=panel.id))
    watch.session.flush()
    watch.session.add(PanelBoard(panel_id=panel.id, board_id=watch.review.board.id))
    chair = watch.appoint(CDOP_CHAIR)
    chair.appointments[0].board = panel
    watch.session.flush()
    message = a_message(watch, CDOP_CHAIR)

    assert people(watch, message) == []
    watch.review.case.workflow_key = "child_death_review"
    watch.session.flush()
    assert people(watch, message) == [chair.id]


def test_a_deputy_hears_instead_of_whoever_is_away_and_only_if_they_may_see_the_case(watch):
    """The deputy sees the case in a role of their own; without one it goes to the person who is away."""
    chair, deputy, stranger = watch.appoint(BOARD_CHAIR), watch.appoint(SUBGROUP_CHAIR), watch.appoint(CDOP_CHAIR)
    message = a_message(watch, BOARD_CHAIR)
    away = Deputyship(
        absent_id=chair.id, deputy_id=deputy.id, from_on=MON_3_MAR, until_on=date(2014, 3, 31), named_by=chair.id,
        named_at=noon(MON_3_MAR),
    )  # fmt: skip
    watch.session.add(away)
    watch.session.flush()

    heard = recipients_of(watch.session, message, morning(TUE_25_MAR))
    assert heard == (Recipient(deputy.id, BOARD_CHAIR, instead_of=chair.id),)
    assert people(watch, message, date(2014, 4, 1)) == [chair.id]
    assert may_still_receive(watch.session, chair.id, message, morning(TUE_25_MAR))
    away.deputy_id = stranger.id
    watch.session.flush()
    assert people(watch, message) == [chair.id]


def test_instead_of_an_agency_s_lead_hears_only_somebody_of_the_agency_even_of_a_case_the_deputy_may_see(watch):
    """ADR 55: an agency speaks through its own people. A chair who sees the case is not told; the lead is."""
    police = watch.agency("Police")
    lead, chair = watch.appoint(AGENCY_LEAD, agency=police), watch.appoint(SUBGROUP_CHAIR)
    of_the_agency = watch.appoint(BOARD_MEMBER, agency=police)
    watch.review.take("request_scoping", answers=SCOPING)
    watch.swept(TUE_25_MAR)
    away = Deputyship(
        absent_id=lead.id, deputy_id=chair.id, from_on=MON_3_MAR, until_on=date(2014, 3, 31), named_by=lead.id,
        named_at=noon(MON_3_MAR),
    )  # fmt: skip
    watch.session.add(away)
    watch.session.flush()

    assert [each for message in watch.messages() for each in people(watch, message)].count(lead.id) == 1
    away.deputy_id = of_the_agency.id
    watch.session.flush()
    heard = {
        each for message in watch.messages() for each in recipients_of(watch.session, message, morning(TUE_25_MAR))
    }
    assert Recipient(of_the_agency.id, AGENCY_LEAD, instead_of=lead.id) in heard
    assert lead.id not in {each.person_id for each in heard}


def test_who_stands_in_for_the_lead_of_two_agencies_hears_of_their_own_agency_alone(watch):
    """ADR 55: for an agency speaks somebody appointed for it. What the other agency owes stays with the lead."""
    police, visitors = watch.agency("Police"), watch.agency("Health visiting")
    lead, deputy = watch.appoint(AGENCY_LEAD, agency=police), watch.appoint(BOARD_MEMBER, agency=police)
    watch.appoint(AGENCY_LEAD, agency=visitors).appointments[0].person_id = lead.id
    watch.review.take("request_scoping", answers=SCOPING)
    watch.swept(TUE_25_MAR)
    away = Deputyship(
        absent_id=lead.id, deputy_id=deputy.id, from_on=MON_3_MAR, until_on=date(2014, 3, 31), named_by=lead.id,
        named_at=noon(MON_3_MAR),
    )  # fmt: skip
    watch.session.add(away)
    watch.session.flush()

    heard = {agencies_asked(watch.session, each): people(watch, each) for each in watch.messages()}
    assert heard == {("Police",): [deputy.id], ("Health visiting",): [lead.id]}
