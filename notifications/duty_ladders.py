"""The ladders of what panels owe: data, and every number a local default, since no guidance gives one.

A board that is a panel may move their days and choose who hears, within bounds (ADR 82). Whoever was asked by name goes
on hearing; beside them those may be chosen for whom the pages of a panel are made, its coordinator and its chair.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.panels.duties import OWNER, Kind
from models.queries.duties import AT_THE_PANEL
from notifications.rungs import ON_THE_DAY, Ladder, Offset, Rung, after, before
from workflows.roles import CDOP_CHAIR, CDOP_COORDINATOR, PANEL_MEMBER

PANEL_DUTIES = "panel_duties"
"""What stands for a panel's duties where a ladder of a case has its kind of review."""

LOCAL = "DOMAIN 11 gives actions to the chair and the office. Local default"


def _asked(key: str, at: Offset, whom: str, *beside: str, least: int = 0, most: int = 0) -> Rung:
    """Return a rung told to whoever was asked by name, who stays, and to whoever is told beside them."""
    return Rung(key, at, (whom, *beside), least=least, most=most, may_hear=(whom, *AT_THE_PANEL), stays=(whom,))


def _run(key: str, at: Offset, *to: str, least: int = 0, most: int = 0) -> Rung:
    """Return a rung of what those who run a panel see to themselves."""
    return Rung(key, at, to, least=least, most=most, may_hear=AT_THE_PANEL)


def _goes_up(at: Offset, *chain: str, least: int = 0, most: int = 0) -> Rung:
    """Return the rung that goes up to the first of a chain, or to whom of it a panel chooses."""
    return Rung("goes_up_1", at, chain[:1], escalates=True, least=least, most=most, may_hear=chain)


DUTY_LADDERS: Mapping[Kind, Ladder] = {
    "action": Ladder(
        (
            _asked("ahead", before(5), OWNER, least=1, most=20),
            _asked("due", ON_THE_DAY, OWNER),
            _asked("overdue", after(1), OWNER, CDOP_COORDINATOR, least=1, most=5),
            _goes_up(after(5), CDOP_CHAIR, least=1, most=30),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 7: an overdue action goes up. {LOCAL}",
        CDOP_COORDINATOR,
    ),
    "pack": Ladder(
        (
            _run("due", ON_THE_DAY, CDOP_COORDINATOR),
            # A pack is due five working days before its meeting: later than four after, there is nothing to go up.
            _goes_up(after(2), CDOP_CHAIR, least=1, most=4),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 8.1: packs are read before a meeting. {LOCAL}",
        CDOP_COORDINATOR,
    ),
    "minutes": Ladder(
        (
            _run("ahead", before(5), CDOP_COORDINATOR, least=1, most=9),
            _run("due", ON_THE_DAY, CDOP_COORDINATOR, CDOP_CHAIR),
            _run("overdue", after(1), CDOP_COORDINATOR, least=1, most=5),
            _goes_up(after(5), CDOP_CHAIR, least=1, most=30),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 11: minutes are approved. {LOCAL}",
        CDOP_COORDINATOR,
    ),
    "reading": Ladder(
        (
            _asked("ahead", before(3), PANEL_MEMBER, least=1, most=10),
            _asked("due", ON_THE_DAY, PANEL_MEMBER),
            # On the day of the meeting, before which an interest is to be declared.
            _goes_up(after(1), *AT_THE_PANEL),
        ),
        AT_THE_PANEL,
        f"DOMAIN 4.3: a member declares an interest before a case is reviewed. {LOCAL}",
        CDOP_COORDINATOR,
    ),
}
