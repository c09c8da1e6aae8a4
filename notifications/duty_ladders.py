"""The ladders of what panels owe: data, and every number a local default, since no guidance gives one.

A board that is a panel may move their days within bounds. Who hears is not chosen: the pages of a panel are made for
these roles, and for whoever an action was given to.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.panels.duties import OWNER, Kind
from notifications.rungs import ON_THE_DAY, Ladder, Rung, after, before
from workflows.roles import CDOP_CHAIR, CDOP_COORDINATOR, PANEL_MEMBER

PANEL_DUTIES = "panel_duties"
"""What stands for a panel's duties where a ladder of a case has its kind of review."""

LOCAL = "DOMAIN 11 gives actions to the chair and the office. Local default"

DUTY_LADDERS: Mapping[Kind, Ladder] = {
    "action": Ladder(
        (
            Rung("ahead", before(5), (OWNER,), least=1, most=20),
            Rung("due", ON_THE_DAY, (OWNER,)),
            Rung("overdue", after(1), (OWNER, CDOP_COORDINATOR), least=1, most=5),
            Rung("goes_up_1", after(5), (CDOP_CHAIR,), escalates=True, least=1, most=30),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 7: an overdue action goes up. {LOCAL}",
        CDOP_COORDINATOR,
    ),
    "pack": Ladder(
        (
            Rung("due", ON_THE_DAY, (CDOP_COORDINATOR,)),
            # A pack is due five working days before its meeting: later than four after, there is nothing to go up.
            Rung("goes_up_1", after(2), (CDOP_CHAIR,), escalates=True, least=1, most=4),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 8.1: packs are read before a meeting. {LOCAL}",
        CDOP_COORDINATOR,
    ),
    "minutes": Ladder(
        (
            Rung("ahead", before(5), (CDOP_COORDINATOR,), least=1, most=9),
            Rung("due", ON_THE_DAY, (CDOP_COORDINATOR, CDOP_CHAIR)),
            Rung("overdue", after(1), (CDOP_COORDINATOR,), least=1, most=5),
            Rung("goes_up_1", after(5), (CDOP_CHAIR,), escalates=True, least=1, most=30),
        ),
        (CDOP_CHAIR,),
        f"DOMAIN 11: minutes are approved. {LOCAL}",
        CDOP_COORDINATOR,
    ),
    "reading": Ladder(
        (
            Rung("ahead", before(3), (PANEL_MEMBER,), least=1, most=10),
            Rung("due", ON_THE_DAY, (PANEL_MEMBER,)),
            # On the day of the meeting, before which an interest is to be declared.
            Rung("goes_up_1", after(1), (CDOP_COORDINATOR,), escalates=True),
        ),
        (CDOP_COORDINATOR,),
        f"DOMAIN 4.3: a member declares an interest before a case is reviewed. {LOCAL}",
        CDOP_COORDINATOR,
    ),
}
