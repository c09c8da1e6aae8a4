"""Who hears of what a panel owes, and why a reminder of it is no longer true: asked again at each sending (P20)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from models.panels.duties import OWNER, DutyAnswer, DutyReminder, why_over
from models.panels.panel import PanelMember, has_interest
from models.people import Appointment, Person
from models.queries.capacities import Capacities, capacities_of, named_on_board
from models.queries.duties import AT_THE_PANEL, has_to_do_with
from models.reminder import AnswerKind
from notifications import because
from notifications.recipient import Recipient
from workflows.dates import london_day
from workflows.roles import AGENCY_LEAD, CDOP_COORDINATOR, PANEL_MEMBER


def hear_of_a_duty(session: Session, message: OutboxMessage, now: datetime) -> tuple[Recipient, ...]:
    """Return everybody who is to hear of a duty now, each once, in a stable order.

    What nobody is there to hear goes to the coordinator, and else to the chair. Nobody hears of an action about a case
    in which they have an interest.
    """
    reminder = session.get_one(DutyReminder, message.payload["duty"])
    return _first_free(session, reminder, _those_asked(session, reminder, london_day(now)))


def hear_at_the_panel(session: Session, message: OutboxMessage, now: datetime) -> tuple[Recipient, ...]:
    """Return who at the panel hears that a message about one of its duties reached nobody: coordinator or chair."""
    reminder, day = session.get_one(DutyReminder, message.payload["duty"]), london_day(now)
    at_the_panel = (list(_at_the_panel(session, reminder.panel_id, role, day)) for role in AT_THE_PANEL)
    return _first_free(session, reminder, at_the_panel)


def _first_free(
    session: Session, reminder: DutyReminder, those: Iterable[Sequence[Recipient]]
) -> tuple[Recipient, ...]:
    """Return the first of those it may fall to who have no interest in what it is about, each once, in order."""
    for found in those:
        case_id = reminder.action.case_id if reminder.action else None
        free = (each for each in found if case_id is None or not has_interest(session, each.person_id, case_id))
        if hearers := {each.person_id: each for each in free}:
            return tuple(hearers[person_id] for person_id in sorted(hearers))
    return ()


def why_a_duty_is_over(session: Session, message: OutboxMessage, now: datetime) -> str | None:
    """Return why a reminder of a duty is no longer true, in words, or nothing where it still is."""
    reminder, today = session.get_one(DutyReminder, message.payload["duty"], populate_existing=True), london_day(now)
    return (
        why_over(session, reminder, today)
        or _why_put_off(session, reminder, today)
        or _why_overtaken(session, reminder)
    )


def _why_put_off(session: Session, reminder: DutyReminder, today: date) -> str | None:
    """Return who put off what is told to their role, if that lasts today; what goes up never is."""
    if reminder.escalated:
        return None
    put_off = _answers("snoozed", reminder).where(DutyAnswer.role == reminder.role)
    return because.put_off_on(session.scalar(put_off.limit(1)), today)


def last_seen(session: Session, reminder: DutyReminder) -> DutyAnswer | None:
    """Return the newest answer that what a reminder speaks of was seen."""
    return session.scalar(_answers("seen", reminder).limit(1))


def _answers(kind: AnswerKind, reminder: DutyReminder) -> Select[DutyAnswer]:
    """Return the query of what was answered about what a reminder speaks of, the newest first."""
    given = select(DutyAnswer).where(
        DutyAnswer.kind == kind,
        DutyAnswer.duty == reminder.kind,
        DutyAnswer.action_id.is_not_distinct_from(reminder.action_id),
        DutyAnswer.meeting_id.is_not_distinct_from(reminder.meeting_id),
        DutyAnswer.due_on == reminder.due_on,
    )
    if reminder.person_id is not None:
        given = given.where(DutyAnswer.person_id == reminder.person_id)
    return given.order_by(DutyAnswer.id.desc())


def _why_overtaken(session: Session, reminder: DutyReminder) -> str | None:
    later = exists().where(
        DutyReminder.kind == reminder.kind,
        DutyReminder.action_id.is_not_distinct_from(reminder.action_id),
        DutyReminder.meeting_id.is_not_distinct_from(reminder.meeting_id),
        DutyReminder.person_id.is_not_distinct_from(reminder.person_id),
        DutyReminder.role == reminder.role,
        DutyReminder.outcome == "told",
        DutyReminder.falls_on > reminder.falls_on,
    )
    return because.OVERTAKEN if session.scalar(select(later)) else None


def _those_asked(session: Session, reminder: DutyReminder, day: date) -> Iterator[list[Recipient]]:
    """Yield who is to hear, and after them whom it falls to."""
    if reminder.role == OWNER:
        yield list(_owners(session, reminder, day))
    elif reminder.role == PANEL_MEMBER:
        # A place on a panel is not lent, and nobody reads a pack for a member.
        yield list(_members(session, reminder, day))
        return
    else:
        yield list(_at_the_panel(session, reminder.panel_id, reminder.role, day))
    for role in AT_THE_PANEL:
        yield list(_at_the_panel(session, reminder.panel_id, role, day))


def _owners(session: Session, reminder: DutyReminder, day: date) -> Iterator[Recipient]:
    """Yield whoever hears of an action: a person, or the leads of an agency; or who stands in for them."""
    action = reminder.action
    if action is None:
        return
    if action.owner_agency_id is not None:
        yield from _leads(session, action.owner_agency_id, day)
    elif action.owner_person_id is not None and session.get_one(Person, action.owner_person_id).active:
        yield _or_deputy(session, action.owner_person_id, None, reminder.panel_id, day)


def _or_deputy(session: Session, person_id: int, role: str | None, panel_id: int, day: date) -> Recipient:
    """Return who hears for a person: a deputy of theirs, if the panel is the deputy’s business as well."""
    deputy = _deputy(session, person_id, panel_id, CDOP_COORDINATOR, day)
    if deputy is None or not has_to_do_with(session, deputy, panel_id, day):
        return Recipient(person_id, role)
    return Recipient(deputy.person_id, role, instead_of=person_id)


def _deputy(session: Session, person_id: int, panel_id: int, role: str, day: date) -> Capacities | None:
    """Return in which roles whoever was named to stand in acts; nothing where nobody was, or an account is closed."""
    deputy_id = named_on_board(session, person_id, panel_id, role, day)
    if deputy_id is None or not session.get_one(Person, deputy_id).active:
        return None
    return capacities_of(session, deputy_id, day)


def _leads(session: Session, agency_id: int, day: date) -> Iterator[Recipient]:
    of_the_agency = Appointment.agency_id == agency_id
    appointed = set(_appointed(session, of_the_agency, day))
    for person_id, board_id in session.execute(
        select(Appointment.person_id, Appointment.board_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(of_the_agency, Appointment.role == AGENCY_LEAD, Appointment.held_on(day), Person.active)
        .order_by(Appointment.person_id)
    ):
        deputy_id = named_on_board(session, person_id, board_id, AGENCY_LEAD, day) if board_id else None
        if deputy_id in appointed:
            yield Recipient(deputy_id, AGENCY_LEAD, instead_of=person_id)
        else:
            yield Recipient(person_id, AGENCY_LEAD)


def _members(session: Session, reminder: DutyReminder, day: date) -> Iterable[Recipient]:
    sitting = (
        select(PanelMember.person_id)
        .join(Person, Person.id == PanelMember.person_id)
        .where(
            PanelMember.panel_id == reminder.panel_id,
            PanelMember.person_id == reminder.person_id,
            PanelMember.sits_on(day),
            Person.active,
        )
    )
    return [Recipient(person_id, PANEL_MEMBER) for person_id in session.scalars(sitting.distinct())]


def _at_the_panel(session: Session, panel_id: int, role: str, day: date) -> Iterator[Recipient]:
    """Yield who holds a role at the panel, or whoever acts in it for them while they are away."""
    held = Appointment.board_id == panel_id
    for person_id in _appointed(session, held, day, role):
        deputy = _deputy(session, person_id, panel_id, role, day)
        if deputy is not None and role in deputy.roles(panel_id):
            yield Recipient(deputy.person_id, role, instead_of=person_id)
        else:
            yield Recipient(person_id, role)


def _appointed(session: Session, where: ColumnElement[bool], day: date, role: str | None = None) -> list[int]:
    people = (
        select(Appointment.person_id)
        .join(Person, Person.id == Appointment.person_id)
        .where(where, Appointment.held_on(day), Person.active)
    )
    if role is not None:
        people = people.where(Appointment.role == role)
    return list(session.scalars(people.distinct().order_by(Appointment.person_id)))
