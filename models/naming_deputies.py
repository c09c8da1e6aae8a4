"""Naming somebody to stand in while one is away, and ending it; every refusal in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import Session

from models import audit
from models.agency import Agency, Board
from models.case import Case
from models.deputyship import Deputyship
from models.errors import EntryRefused
from models.panels.panel import boards_served, has_interest
from models.people import Appointment, Person
from models.queries.access import SEE_WHO_THE_CHILD_IS, may_see, may_see_what_is_asked, places_of, sight_of
from workflows.dates import day_in_words
from workflows.roles import ADMINISTRATOR, AGENCY_LEAD


class DeputyRefused(EntryRefused):
    """Somebody cannot be a deputy so."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Who is to stand in for whom, from when to when, on which board or case; on neither, for everything."""

    absent: Person
    deputy: Person
    from_on: date
    until_on: date
    board: Board | None = None
    case: Case | None = None


def name_deputy(session: Session, naming: Naming, *, named_by: Person, now: datetime, today: date) -> Deputyship:
    """Return the span in which the deputy stands in. Raises DeputyRefused."""
    _refuse_the_days(naming, today)
    _refuse_the_person(session, naming, named_by)
    _refuse_overlaps(session, naming)
    for day in dict.fromkeys((max(naming.from_on, today), naming.until_on)):
        if why := why_not(session, naming, day):
            raise DeputyRefused("deputy", why)
    span = Deputyship(
        absent_id=naming.absent.id, deputy_id=naming.deputy.id, from_on=naming.from_on, until_on=naming.until_on,
        board_id=naming.board.id if naming.board else None, case_id=naming.case.id if naming.case else None,
        named_by=named_by.id, named_at=now,
    )  # fmt: skip
    session.add(span)
    session.flush()
    _record(session, "deputy_named", span, named_by, now)
    return span


def end_deputyship(session: Session, span: Deputyship, *, ended_by: Person, now: datetime) -> None:
    """Let the deputy stand in no longer, from this moment on. What they recorded stays theirs, for whom it was."""
    if span.ended_at is None:
        span.ended_at, span.ended_by = now, ended_by.id
        _record(session, "deputyship_ended", span, ended_by, now)


def naming_of(span: Deputyship) -> Naming:
    """Return what was agreed, to be asked about again."""
    return Naming(span.absent, span.deputy, span.from_on, span.until_on, span.board, span.case)


def why_not(session: Session, naming: Naming, on: date) -> str:
    """Return why the deputy cannot stand in on a day, as a sentence; nothing where they can."""
    deputy = naming.deputy
    if not deputy.active:
        return f"{deputy.name} has no open account. Name somebody else"
    if naming.case is not None and has_interest(session, deputy.id, naming.case.id):
        return f"{deputy.name} has declared an interest in {naming.case.reference}. Name somebody else"
    if away := _away(session, naming, on):
        days = f"from {day_in_words(away.from_on)} to {day_in_words(away.until_on)}"
        return f"{deputy.name} is away {days}. Name somebody else"
    if lacking := sorted(_lacking(session, naming, on)):
        where = " or ".join([", ".join(lacking[:-1]), lacking[-1]] if len(lacking) > 1 else lacking)
        return (
            f"{deputy.name} may not see all that {naming.absent.name} sees of {where} on {day_in_words(on)}. "
            "Name somebody who may, or have an administrator appoint them"
        )
    return ""


def is_shown_no_child(session: Session, naming: Naming, on: date) -> bool:
    """Return whether the absent person sees somewhere who the children are, and the deputy in no role of their own."""
    boards = {naming.case.board_id} if naming.case is not None else _places(session, naming, on)[0]
    return bool(boards & _knows_who(session, naming.absent, on) - _knows_who(session, naming.deputy, on))


def not_seen(absent: Person) -> str:
    """Return the refusal for a case that is not there, which is also that for one that may not be seen."""
    return f"There is no case with this reference that {absent.name} sees on the first day"


def _knows_who(session: Session, person: Person, on: date) -> set[int]:
    """Return the boards on which a role of the person's own shows who the children are."""
    boards = places_of(session, person.id, on).boards
    return {board_id for board_id, roles in boards.items() if not roles.isdisjoint(SEE_WHO_THE_CHILD_IS)}


def _refuse_the_days(naming: Naming, today: date) -> None:
    if naming.until_on < naming.from_on:
        raise DeputyRefused("until_on", "The last day must be on or after the first")
    if naming.until_on < today:
        raise DeputyRefused("until_on", "The last day is past. Give today or a later day")


def _refuse_the_person(session: Session, naming: Naming, named_by: Person) -> None:
    if naming.deputy.id == naming.absent.id:
        raise DeputyRefused("deputy", "Nobody can stand in for themselves. Name somebody else")
    # Whoever gains by it does not decide it: not even an administrator.
    if naming.deputy.id == named_by.id:
        raise DeputyRefused("deputy", "You cannot name yourself. Somebody else must")
    day = naming.from_on
    if naming.case is not None:
        seen = or_(may_see(naming.absent.id, day), may_see_what_is_asked(naming.absent.id, day))
        if session.scalar(select(Case.id).where(Case.id == naming.case.id, seen)) is None:
            raise DeputyRefused("case", not_seen(naming.absent))
        return
    boards, cases = _places(session, naming, day)
    if not boards and not cases:
        raise DeputyRefused("board", "There is nothing to stand in for: no appointment is held there on that day")


def _refuse_overlaps(session: Session, naming: Naming) -> None:
    """Raise DeputyRefused where somebody is named for the same already."""
    same = and_(
        Deputyship.absent_id == naming.absent.id,
        Deputyship.board_id.is_not_distinct_from(naming.board.id if naming.board else None),
        Deputyship.case_id.is_not_distinct_from(naming.case.id if naming.case else None),
    )
    # Those who name at once take turns, so that two spans cannot slip past each other.
    session.execute(select(Person.id).where(Person.id == naming.absent.id).with_for_update())
    if span := _overlapping(session, naming, same):
        days = f"from {day_in_words(span.from_on)} to {day_in_words(span.until_on)}"
        raise DeputyRefused("from_on", f"{span.deputy.name} is named for the same already, {days}. End that first")


def _overlapping(session: Session, naming: Naming, which: ColumnElement[bool]) -> Deputyship | None:
    together = and_(Deputyship.from_on <= naming.until_on, Deputyship.until_on >= naming.from_on)
    spans = select(Deputyship).where(Deputyship.ended_at.is_(None), together, which)
    return session.scalars(spans.order_by(Deputyship.from_on, Deputyship.id).limit(1)).one_or_none()


def _away(session: Session, naming: Naming, on: date) -> Deputyship | None:
    """Return the span in which the deputy is away that day from any of what is to be stood in for."""
    theirs = and_(Deputyship.absent_id == naming.deputy.id, Deputyship.stands_on(on))
    everything = and_(Deputyship.board_id.is_(None), Deputyship.case_id.is_(None))
    same = [everything]
    if naming.board is not None:
        same.append(Deputyship.board_id == naming.board.id)
    if naming.case is not None:
        same += [Deputyship.case_id == naming.case.id, Deputyship.board_id == naming.case.board_id]
    anything = theirs if naming.board is None and naming.case is None else and_(theirs, or_(*same))
    return session.scalars(select(Deputyship).where(anything).order_by(Deputyship.id).limit(1)).one_or_none()


def _lacking(session: Session, naming: Naming, on: date) -> Iterator[str]:
    """Yield the boards, agencies and cases of what is to be stood in for that the deputy may not see."""
    absent, deputy = sight_of(session, naming.absent.id, on), sight_of(session, naming.deputy.id, on)
    boards, cases = _places(session, naming, on)
    whole = {naming.case.board_id} if naming.case is not None else boards
    if naming.case is not None:
        boards, cases = set(), {naming.case.id}
    unseen = {
        board_id for workflow, seen in absent.boards.items() for board_id in seen & boards - deputy.boards[workflow]
    }
    yield from session.scalars(select(Board.short_name).where(Board.id.in_(unseen)))
    not_shown = and_(Case.id.in_(cases), absent.covers(), not_(deputy.covers()))
    yield from session.scalars(select(Case.reference).where(not_shown))
    if naming.case is None or not session.scalar(select(Case.id).where(Case.id == naming.case.id, absent.covers())):
        yield from session.scalars(_led_without(naming, whole, on))


def _led_without(naming: Naming, boards: set[int], on: date) -> Select[str]:
    """Return the query of the agencies that the absent person leads and the deputy is not appointed for, by name."""
    held = select(Appointment.agency_id).where(Appointment.agency_id.is_not(None), Appointment.held_on(on))
    led = held.where(Appointment.person_id == naming.absent.id, Appointment.role == AGENCY_LEAD)
    theirs = held.where(Appointment.person_id == naming.deputy.id)
    missing = select(Agency.name).where(Agency.id.in_(led), Agency.id.not_in(theirs), Agency.board_id.in_(boards))
    return missing.order_by(Agency.name, Agency.id)


def _places(session: Session, naming: Naming, on: date) -> tuple[set[int], set[int]]:
    """Return the ids of the boards and of the single cases that are to be stood in for."""
    places = places_of(session, naming.absent.id, on)
    boards = {board_id for board_id, roles in places.boards.items() if roles - {ADMINISTRATOR}}
    cases = {case_id for case_id, roles in places.cases.items() if roles - {ADMINISTRATOR}}
    if naming.board is not None:
        within = boards_served(session, [naming.board.id])
        boards &= within
        cases = set(session.scalars(select(Case.id).where(Case.id.in_(cases), Case.board_id.in_(within))))
    return boards, cases


def _record(session: Session, action: str, span: Deputyship, by: Person, now: datetime) -> None:
    detail = {
        "deputyship": span.id, "absent": span.absent_id, "deputy": span.deputy_id, "board": span.board_id,
        "from_on": span.from_on.isoformat(), "until_on": span.until_on.isoformat(),
    }  # fmt: skip
    audit.record(session, action, at=now, person_id=by.id, case_id=span.case_id, detail=detail)
