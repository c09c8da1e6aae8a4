"""Setting a panel up: which boards it serves, its rule of quorum, and who sits on it. Each act is recorded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import audit
from models.agency import Board
from models.panels.panel import Panel, PanelBoard, PanelMember
from models.people import Person


def add_panel(session: Session, board: Board, *, person_id: int, now: datetime) -> Panel:
    """Return a new panel, which is this board."""
    panel = Panel(board=board, board_id=board.id)
    session.add(panel)
    session.flush()
    _record(session, "panel_added", panel, person_id, now)
    return panel


def change_panel(
    session: Session,
    panel: Panel,
    *,
    areas: Sequence[str],
    quorum_roles: Sequence[str],
    quorum_minimum: int,
    person_id: int,
    now: datetime,
) -> None:
    """Change the areas a panel serves and its rule of quorum. Cases listed before keep the rule of their day."""
    panel.areas, panel.quorum_roles, panel.quorum_minimum = list(areas), list(quorum_roles), quorum_minimum
    session.flush()
    _record(session, "panel_changed", panel, person_id, now)


def serve(session: Session, panel: Panel, board_ids: Collection[int], *, person_id: int, now: datetime) -> None:
    """Let the panel serve these boards and no others. It then sees the deaths of each."""
    session.execute(delete(PanelBoard).where(PanelBoard.panel_id == panel.board_id))
    others = sorted(set(board_ids) - {panel.board_id})
    session.add_all([PanelBoard(panel_id=panel.board_id, board_id=board_id) for board_id in others])
    session.flush()
    _record(session, "panel_serves", panel, person_id, now, boards=len(others))


def boards_of(session: Session, panel: Panel) -> Sequence[Board]:
    """Return the boards a panel serves, by name."""
    served = select(Board).join(PanelBoard, PanelBoard.board_id == Board.id)
    return session.scalars(served.where(PanelBoard.panel_id == panel.board_id).order_by(Board.name, Board.id)).all()


def boards_without_panel(session: Session) -> Sequence[Board]:
    """Return the boards that are no panel yet, those that were entered as one first."""
    none = select(Board).where(Board.id.not_in(select(Panel.board_id)))
    return session.scalars(none.order_by(Board.kind != "panel", Board.name, Board.id)).all()


def add_member(
    session: Session,
    panel: Panel,
    person: Person,
    *,
    role: str,
    agency: str | None,
    from_on: date,
    until_on: date | None,
    person_id: int,
    now: datetime,
) -> PanelMember:
    """Return somebody's new place on a panel, for what and from when to when. Raises IntegrityError for one twice."""
    member = PanelMember(
        panel_id=panel.board_id, person_id=person.id, person=person, role=role, agency=agency, from_on=from_on,
        until_on=until_on,
    )  # fmt: skip
    session.add(member)
    session.flush()
    _record(session, "panel_member_added", panel, person_id, now, member=member.id, about_person=person.id)
    return member


def end_membership(session: Session, member: PanelMember, until_on: date, *, person_id: int, now: datetime) -> None:
    """Let a day be the last of somebody's place on a panel."""
    member.until_on = until_on
    session.flush()
    panel = session.get_one(Panel, member.panel_id)
    _record(session, "panel_member_ended", panel, person_id, now, member=member.id, about_person=member.person_id)


def member_of(session: Session, panel: Panel, member_id: int) -> PanelMember | None:
    """Return one place on this panel."""
    return session.scalars(
        select(PanelMember).where(PanelMember.id == member_id, PanelMember.panel_id == panel.board_id)
    ).one_or_none()


def _record(session: Session, act: str, panel: Panel, person_id: int, now: datetime, **detail: int) -> None:
    told: dict[str, str | int] = {"panel": panel.board.reference_prefix, **detail}
    audit.record(session, act, at=now, person_id=person_id, detail=told)
