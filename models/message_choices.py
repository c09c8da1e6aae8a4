"""Writing down how a person wishes to be told, and what a board lets its people choose."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.delivery import Channel, MessageChoice, MessageRule, Timing
from models.people import Appointment


def choose(
    session: Session,
    person_id: int,
    *,
    channel: Channel,
    timing: Timing,
    quiet_from: int,
    quiet_until: int,
    on_days_off: bool,
    now: datetime,
) -> None:
    """Record how a person wishes to be told from now on. What was planned already goes as it was planned."""
    chosen = {
        "channel": channel, "timing": timing, "quiet_from": quiet_from, "quiet_until": quiet_until,
        "on_days_off": on_days_off, "changed_at": now,
    }  # fmt: skip
    statement = insert(MessageChoice).values(person_id=person_id, **chosen)
    session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=chosen))
    detail = {"channel": channel, "timing": timing, "on_days_off": on_days_off}
    audit.record(session, "message_choice_changed", at=now, person_id=person_id, detail=detail)


def rule_of(session: Session, board_id: int) -> MessageRule:
    """Return what a board lets its people choose: everything, where it has not said."""
    kept = session.get(MessageRule, board_id)
    everything = {"may_do_without_mail": True, "may_be_told_at_once": True, "may_be_told_on_days_off": True}
    return kept or MessageRule(board_id=board_id, **everything)


def set_rule(session: Session, board: Board, person_id: int, now: datetime, **may: bool) -> None:
    """Record what a board lets its people choose from now on."""
    rule = {**may, "changed_at": now}
    statement = insert(MessageRule).values(board_id=board.id, **rule)
    session.execute(statement.on_conflict_do_update(index_elements=["board_id"], set_=rule))
    detail: dict[str, str | bool] = {"board": board.reference_prefix, **may}
    audit.record(session, "message_rule_changed", at=now, person_id=person_id, role="administrator", detail=detail)


def rules_for(session: Session, person_id: int, on: date) -> list[tuple[Board, MessageRule]]:
    """Return the boards that do not let a person choose everything, with what each allows."""
    held = and_(Appointment.board_id == Board.id, Appointment.person_id == person_id, Appointment.held_on(on))
    rules = (
        select(Board, MessageRule)
        .join(MessageRule, MessageRule.board_id == Board.id)
        .where(select(Appointment.id).where(held).exists())
        .order_by(Board.name)
    )
    found = [(board, rule) for board, rule in session.execute(rules)]
    return [(board, rule) for board, rule in found if not all(_allowed(rule))]


def _allowed(rule: MessageRule) -> tuple[bool, bool, bool]:
    return rule.may_do_without_mail, rule.may_be_told_at_once, rule.may_be_told_on_days_off
