"""What is to be said about a date, on which day and to whom, written out from the documents and not from the code.

WORKFLOWS 5: five working days before a limit. DOMAIN 11: an agency is chased a working day after, again five later with
the office beside it, and five later still it goes up. DOMAIN 7: how things go up. ADR 59: what a panel owes.
docs/reminders.md: the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workflows.calendar import Calendar

ONE_DAY = timedelta(days=1)
MANAGER, SUBGROUP, COORDINATOR, PANEL, DOCTOR = (
    "business_manager", "subgroup_chair", "cdop_coordinator", "cdop_chair", "designated_doctor",
)  # fmt: skip
LEAD, MEMBER = "agency_lead", "board_member"
OWNER, READER = "owner", "panel_member"
"""Whoever sees to an action of a panel, and the member whose pack is to be read."""

OFFICE = {"serious_case_review": MANAGER, "practice_review": MANAGER, "child_death_review": COORDINATOR}
TOP = {"serious_case_review": "board_chair", "practice_review": "safeguarding_partner", "child_death_review": PANEL}
BESIDE_THE_OFFICE = {
    ("serious_case_review", "decision"): SUBGROUP, ("serious_case_review", "complete_review"): SUBGROUP,
    ("serious_case_review", "hold_review"): SUBGROUP,
    ("practice_review", "rapid_review"): SUBGROUP, ("practice_review", "publish_review"): SUBGROUP,
    ("practice_review", "hold_review"): SUBGROUP,
    ("child_death_review", "joint_response_meeting"): DOCTOR, ("child_death_review", "review_meeting"): DOCTOR,
    ("child_death_review", "hold_review"): DOCTOR,
}  # fmt: skip
OF_AGENCIES, MINIMUM = {"scoping_return", "agency_report", "report_return"}, "keep_published"
ANSWER_WITHIN = 5
"""Working days in which what went up is to be seen."""


@dataclass(frozen=True)
class Saying:
    """One thing to be said: so many working days after the day it is due, before it where negative, to one role."""

    key: str
    days: int
    role: str
    goes_up: bool = False
    since: date = date.min
    """The first day on which it is said to this role, where a panel chose that it is."""


PANEL_OWES = "panel"
"""What stands for what a panel owes where a case has its kind of review."""
OF_A_PANEL = {
    "action": (
        Saying("ahead", -5, OWNER), Saying("due", 0, OWNER), Saying("overdue", 1, OWNER),
        Saying("overdue", 1, COORDINATOR), Saying("goes_up_1", 5, PANEL, goes_up=True),
    ),
    "pack": (Saying("due", 0, COORDINATOR), Saying("goes_up_1", 2, PANEL, goes_up=True)),
    "reading": (
        Saying("ahead", -3, READER), Saying("due", 0, READER), Saying("goes_up_1", 1, COORDINATOR, goes_up=True),
    ),
    "minutes": (
        Saying("ahead", -5, COORDINATOR), Saying("due", 0, COORDINATOR), Saying("due", 0, PANEL),
        Saying("overdue", 1, COORDINATOR), Saying("goes_up_1", 5, PANEL, goes_up=True),
    ),
}  # fmt: skip


def sayings(workflow: str, clock: str) -> Sequence[Saying]:
    """Return everything that is said about a date, to whom, in order of day."""
    if workflow == PANEL_OWES:
        return OF_A_PANEL[clock]
    office, is_a_death = OFFICE[workflow], workflow == "child_death_review"
    if clock == MINIMUM:
        return [Saying("over", 0, office)]
    if clock in OF_AGENCIES:
        above = PANEL if is_a_death else MEMBER
        chased = [Saying("ahead", -5, LEAD), Saying("chaser_1", 1, LEAD), Saying("chaser_2", 6, LEAD)]
        chased += [Saying("chaser_2", 6, office), Saying("goes_up", 11, above, goes_up=True)]
        return chased if is_a_death else [*chased, Saying("panel_told", 11, SUBGROUP)]
    owners = [each for each in (office, BESIDE_THE_OFFICE.get((workflow, clock))) if each]
    said = [Saying(key, days, role) for key, days in (("ahead", -5), ("due", 0), ("overdue", 1)) for role in owners]
    chain = (PANEL,) if is_a_death else (SUBGROUP, TOP[workflow])
    return said + [Saying(f"goes_up_{n}", 5 * n, role, goes_up=True) for n, role in enumerate(chain, 1)]


def above(workflow: str, clock: str, role: str) -> str | None:
    """Return who is told next when what had gone up to a role was not seen; nobody from the top."""
    up = _ways_up(workflow, clock)
    return up[up.index(role) + 1] if role in up[:-1] else None


def falls_to(workflow: str, clock: str, role: str) -> Sequence[str]:
    """Return the role something is said to, and those it falls to, one after another, where nobody holds it."""
    up = _ways_up(workflow, clock)
    return [role, *(up[up.index(role) + 1 :] if role in up else []), OFFICE[workflow]]


def _ways_up(workflow: str, clock: str) -> Sequence[str]:
    if workflow == PANEL_OWES:
        return []  # ADR 59: "It goes up once."
    if workflow == "child_death_review":
        return [COORDINATOR, PANEL] if clock in OF_AGENCIES else [PANEL]
    if clock in OF_AGENCIES:
        return [MEMBER, SUBGROUP, MANAGER, TOP[workflow]]
    return [] if clock == MINIMUM else [SUBGROUP, TOP[workflow]]


def counted(due_on: date, working_days: int, calendar: Calendar) -> date:
    """Return the day so many working days after another, found by walking to it one day at a time."""
    free = {day for day, _ in calendar.holidays}
    day, left = due_on, abs(working_days)
    while left:
        day += ONE_DAY if working_days > 0 else -ONE_DAY
        left -= day.weekday() < 5 and day not in free
    return day
