"""Who a message is for now: those who hold the role, may see what it is about and have no interest in it.

Asked when a message is addressed and again when it is sent; nothing about people is kept with a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session

from models.agency import Agency
from models.case import Case, Deadline
from models.delivery import Delivery
from models.deputies import standing_in
from models.outbox import OutboxMessage
from models.panels.duties import DutyReminder
from models.panels.panel import DeclaredInterest, has_interest, panels_serving
from models.people import Appointment, Person
from models.queries.access import BOARD_READERS, may_see, may_see_what_is_asked
from models.reminder import Reminder
from notifications.duty_recipients import hear_at_the_panel, hear_of_a_duty
from notifications.ladders import ladder_for
from notifications.recipient import Recipient
from workflows.dates import london_day
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import AGENCY_LEAD, BOARD_MEMBER, ROLES


def recipients_of(session: Session, message: OutboxMessage, now: datetime) -> tuple[Recipient, ...]:
    """Return everybody who is to hear a message now, each once, in a stable order.

    Where nobody holds the role a reminder is for, it goes to whoever it would go up to, and else to the office that
    keeps the case, so that a post left empty silences nothing.
    """
    if "duty" in message.payload:
        return hear_of_a_duty(session, message, now)
    if "unreached" in message.payload and message.case_id is None:
        return hear_at_the_panel(session, session.get_one(OutboxMessage, message.payload["unreached"]), now)
    day = london_day(now)
    if message.recipient_person_id is not None:
        return _named(session, message, message.recipient_person_id, day)
    if message.case_id is None or message.recipient_role is None:
        return ()
    case = session.get_one(Case, message.case_id)
    agencies = agencies_asked(session, message)
    for role in _roles(case, message):
        if holders := _holders(session, case, role, agencies, day):
            return _with_deputies(session, case, role, holders, agencies, day)
    return ()


def may_still_receive(session: Session, person_id: int, message: OutboxMessage, now: datetime) -> str | None:
    """Return why a person may not be told this any more, in words, or nothing where they still may."""
    if any(each.person_id == person_id for each in recipients_of(session, message, now)):
        return None
    if not session.get_one(Person, person_id).active:
        return "The account was closed"
    if message.case_id is None:
        return "It is not for this person any more, or somebody stands in"
    if has_interest(session, person_id, message.case_id):
        return "An interest in the case was declared"
    day = london_day(now)
    seen = or_(may_see(person_id, day), may_see_what_is_asked(person_id, day))
    if session.scalar(select(true()).where(Case.id == message.case_id, seen)) is None:
        return "The case may not be seen any more"
    role = ROLES.get(message.recipient_role or "", "role")
    return f"The role of {role} is not held any more, or somebody stands in"


def agencies_asked(session: Session, message: OutboxMessage) -> tuple[str, ...]:
    """Return the agencies that what a message is about is asked of, as the history names them now; often none."""
    if message.case_id is None:
        return ()
    asked = select(Deadline.agency).where(Deadline.case_id == message.case_id, Deadline.agency.is_not(None))
    if reminder_id := message.payload.get("reminder"):
        same = and_(Reminder.clock_key == Deadline.clock_key, Reminder.subject == Deadline.subject)
        asked = asked.join(Reminder, and_(Reminder.case_id == Deadline.case_id, same))
        asked = asked.where(Reminder.id == reminder_id)
    else:
        started_by = cast(Deadline.explanation["started"].astext, Integer)
        asked = asked.where(started_by == message.event_sequence)
    return tuple(name for name in session.scalars(asked.order_by(Deadline.ordinal)) if name)


def agencies_not_reached(session: Session, message: OutboxMessage) -> tuple[str, ...]:
    """Return the agencies that a message to agencies’ leads has not reached, and will not unless somebody sees to it.

    Nobody leads them, or all that was addressed to those who do was given up or not sent; none where the message went
    to somebody else instead, who knows by it.
    """
    if message.recipient_role != AGENCY_LEAD:
        return ()
    deliveries = session.scalars(select(Delivery).where(Delivery.message_id == message.id).order_by(Delivery.id)).all()
    if any(each.role != AGENCY_LEAD for each in deliveries):
        return ()
    told = {name for each in deliveries if _may_have_reached(each) for name in _led_by(session, each)}
    return tuple(name for name in _agencies_told(session, message) if name.lower() not in told)


def _may_have_reached(delivery: Delivery) -> bool:
    return delivery.outcome not in ("failed", "suppressed") or delivery.seen_at is not None


def _led_by(session: Session, delivery: Delivery) -> Iterator[str]:
    """Yield in small letters the agencies that whoever a delivery is for leads, or leads in whose place they are."""
    led = select(func.lower(Agency.name)).join(Appointment, Appointment.agency_id == Agency.id)
    people = (delivery.person_id, delivery.instead_of)
    yield from session.scalars(led.where(Appointment.person_id.in_(people), Appointment.role == AGENCY_LEAD))


def agencies_of(session: Session, delivery: Delivery) -> tuple[str, ...]:
    """Return for which of the agencies that a message is for somebody was to receive it; often none."""
    led = set(_led_by(session, delivery)) if delivery.role == AGENCY_LEAD else set()
    return tuple(name for name in _agencies_told(session, delivery.message) if name.lower() in led)


def _agencies_told(session: Session, message: OutboxMessage) -> Sequence[str]:
    if "duty" not in message.payload:
        return agencies_asked(session, message)
    action = session.get_one(DutyReminder, message.payload["duty"]).action
    agency = session.get(Agency, action.owner_agency_id) if action and action.owner_agency_id else None
    return (agency.name,) if agency else ()


def _roles(case: Case, message: OutboxMessage) -> Iterator[str]:
    """Yield the role a message is for, and for a reminder those it falls to where nobody holds it."""
    role = message.recipient_role
    if role is None:
        return
    yield role
    if "reminder" not in message.payload:
        return
    ladder = ladder_for(case.workflow_key, message.payload["clock"])
    higher = ladder.above(role) if role in ladder.chain else None
    while higher is not None:
        yield higher
        higher = ladder.above(higher)
    yield ladder.office


def _named(session: Session, message: OutboxMessage, person_id: int, day: date) -> tuple[Recipient, ...]:
    """Return the person a message names, if the account is open and the case, if it is about one, may be seen."""
    person = session.get_one(Person, person_id)
    if not person.active:
        return ()
    if message.case_id is not None:
        seen = select(true()).where(Case.id == message.case_id, _may_hear(message.recipient_role, day, person_id))
        if session.scalar(seen) is None:
            return ()
    return (Recipient(person_id, message.recipient_role),)


def _holders(session: Session, case: Case, role: str, agencies: Sequence[str], day: date) -> list[int]:
    """Return the ids of those who hold a role on the case today and may hear of it, in order."""
    if role == BOARD_MEMBER and agencies:
        standing_for = _appointed(session, case, role, day, _of(agencies))
        return standing_for or _appointed(session, case, role, day, Appointment.agency_id.is_(None))
    return _appointed(session, case, role, day, _of(agencies) if role == AGENCY_LEAD else true())


def _appointed(session: Session, case: Case, role: str, day: date, only: ColumnElement[bool]) -> list[int]:
    is_a_death = case.workflow_key == CHILD_DEATH_REVIEW
    boards = [case.board_id, *(panels_serving(session, case.board_id) if is_a_death else ())]
    shown_to_board = role == AGENCY_LEAD or role in BOARD_READERS.get(case.workflow_key, ())
    on_the_board = Appointment.board_id.in_(boards if shown_to_board else [])
    people = (
        select(Person.id)
        .join(Appointment, Appointment.person_id == Person.id)
        .outerjoin(Agency, Agency.id == Appointment.agency_id)
        .join(Case, Case.id == case.id)
        .where(
            Person.active == true(),
            Appointment.role == role,
            Appointment.held_on(day),
            or_(Appointment.case_id == case.id, on_the_board),
            only,
            _may_hear(role, day),
        )
    )
    return list(session.scalars(people.distinct().order_by(Person.id)))


def _of(agencies: Iterable[str]) -> ColumnElement[bool]:
    return func.lower(Agency.name).in_([name.lower() for name in agencies])


def _may_hear(role: str | None, day: date, person_id: int | None = None) -> ColumnElement[bool]:
    """Return the condition on `Case` that a person, or the person of a row, may hear of it in a role."""
    who = Person.id if person_id is None else person_id
    interest = exists().where(DeclaredInterest.person_id == who, DeclaredInterest.case_id == Case.id)
    seen = may_see(who, day)
    if role in {None, AGENCY_LEAD}:
        seen = or_(seen, may_see_what_is_asked(who, day))
    return and_(seen, not_(interest.correlate_except(DeclaredInterest)))


def _with_deputies(
    session: Session, case: Case, role: str, holders: Sequence[int], agencies: Sequence[str], day: date
) -> tuple[Recipient, ...]:
    """Return those who hold a role, and instead of whoever is away their deputy; nobody twice."""
    found: dict[int, Recipient] = {}
    for person_id in holders:
        deputy = standing_in(session, person_id, case.id, role, day, asked_of=agencies)
        if deputy is None:
            found[person_id] = Recipient(person_id, role)
        else:
            found.setdefault(deputy, Recipient(deputy, role, instead_of=person_id))
    return tuple(found[person_id] for person_id in sorted(found))
