"""Ladders: for each clock, what is said before, at and after the day it is due, to whom, and to whom it goes up.

Data, and every number with its source. What a ladder is, is `notifications.rungs`; what is said when is
`notifications.thresholds`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from models.panels.duties import Kind
from notifications.duty_ladders import DUTY_LADDERS, PANEL_DUTIES
from notifications.rungs import ON_THE_DAY, Ladder, Rung, after, before
from workflows.regimes import CHILD_DEATH_REVIEW
from workflows.roles import (
    AGENCY_LEAD,
    BOARD_CHAIR,
    BOARD_MEMBER,
    BUSINESS_MANAGER,
    CDOP_CHAIR,
    CDOP_COORDINATOR,
    DESIGNATED_DOCTOR,
    SAFEGUARDING_PARTNER,
    SUBGROUP_CHAIR,
)


@dataclass(frozen=True, slots=True)
class _People:
    """Whom one kind of review turns to: who sees to a limit, and how it goes up."""

    office: str
    chain: tuple[str, ...]
    agency_chain: tuple[str, ...]
    panel: str
    may_hear: tuple[str, ...]
    """Whom a board may choose to hear of a limit, the nearest first; whoever it is, they are shown such cases."""
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def owners(self, clock_key: str) -> tuple[str, ...]:
        return (self.office, *self.also.get(clock_key, ()))


# DOMAIN 7: agency lead, agency board member, subgroup chair, business committee or executive, board chair. The
# business manager stands where boards have a business committee; a letter to chief officers is written, not sent.
_SERIOUS_CASES = _People(
    BUSINESS_MANAGER,
    (SUBGROUP_CHAIR, BOARD_CHAIR),
    (BOARD_MEMBER, SUBGROUP_CHAIR, BUSINESS_MANAGER, BOARD_CHAIR),
    SUBGROUP_CHAIR,
    (BUSINESS_MANAGER, SUBGROUP_CHAIR, BOARD_CHAIR),
    {"decision": (SUBGROUP_CHAIR,), "complete_review": (SUBGROUP_CHAIR,), "hold_review": (SUBGROUP_CHAIR,)},
)
_PRACTICE_REVIEWS = _People(
    BUSINESS_MANAGER,
    (SUBGROUP_CHAIR, SAFEGUARDING_PARTNER),
    (BOARD_MEMBER, SUBGROUP_CHAIR, BUSINESS_MANAGER, SAFEGUARDING_PARTNER),
    SUBGROUP_CHAIR,
    (BUSINESS_MANAGER, SUBGROUP_CHAIR, SAFEGUARDING_PARTNER),
    {"rapid_review": (SUBGROUP_CHAIR,), "publish_review": (SUBGROUP_CHAIR,), "hold_review": (SUBGROUP_CHAIR,)},
)
# Board members are shown no child's death: a return goes up to the coordinator and to the chair of the panel.
_CHILD_DEATHS = _People(
    CDOP_COORDINATOR,
    (CDOP_CHAIR,),
    (CDOP_COORDINATOR, CDOP_CHAIR),
    CDOP_CHAIR,
    (CDOP_COORDINATOR, DESIGNATED_DOCTOR, CDOP_CHAIR),
    {
        "joint_response_meeting": (DESIGNATED_DOCTOR,),
        "review_meeting": (DESIGNATED_DOCTOR,),
        "hold_review": (DESIGNATED_DOCTOR,),
    },
)
_PEOPLE = {"serious_case_review": _SERIOUS_CASES, "practice_review": _PRACTICE_REVIEWS}

LEAD_TIME = "WORKFLOWS 5: five working days before a limit, unless its clock says otherwise"
LOCAL_AFTER = "one, five and ten working days after: local default, by the chaser ladder of DOMAIN 11"


def _owed(people: _People, clock_key: str, *, statutory: bool, source: str) -> Ladder:
    """Return the ladder of something the board itself owes by a day."""
    owners, escalations = people.owners(clock_key), []
    for number, role in enumerate(people.chain, start=1):
        at = after(5 * number)
        up = Rung(f"goes_up_{number}", at, (role,), escalates=True, least=1, most=30, may_hear=people.chain)
        escalations.append(up)
    return Ladder(
        (
            Rung("ahead", before(5), owners, least=1, most=20, may_hear=people.may_hear),
            Rung("due", ON_THE_DAY, owners, may_hear=people.may_hear),
            Rung("overdue", after(1), owners, least=1, most=5, may_hear=people.may_hear),
            *escalations,
        ),
        people.chain,
        source,
        people.office,
        statutory,
    )


def _agency_return(people: _People) -> Ladder:
    """Return the chaser ladder of DOMAIN 11: what an agency was asked for by a day.

    The agency's own line manager has no account; the second chaser goes to the board's office beside the lead.
    """
    top = people.agency_chain[0] if people.agency_chain[0] != people.office else people.panel
    chased = tuple(dict.fromkeys((AGENCY_LEAD, people.office, top, people.panel)))
    panel_told = Rung("panel_told", after(11), (people.panel,), least=3, most=30, may_hear=people.may_hear)
    return Ladder(
        (
            Rung("ahead", before(5), (AGENCY_LEAD,), least=1, most=20, may_hear=chased),
            Rung("chaser_1", after(1), (AGENCY_LEAD,), least=1, most=10, may_hear=chased),
            Rung("chaser_2", after(6), (AGENCY_LEAD, people.office), least=2, most=20, may_hear=chased),
            Rung("goes_up", after(11), (top,), escalates=True, least=3, most=30, may_hear=people.agency_chain),
            *(() if top == people.panel else (panel_told,)),
        ),
        people.agency_chain,
        "Chaser ladder: local default, DOMAIN 11",
        people.office,
    )


def _minimum(people: _People) -> Ladder:
    """Return the ladder of a minimum that has to run: the office hears when it has."""
    return Ladder(
        (Rung("over", ON_THE_DAY, (people.office,), may_hear=people.may_hear),),
        (),
        "The day the minimum has run: local default",
        people.office,
        minimum=True,
    )


AGENCY_RETURNS = frozenset({"scoping_return", "agency_report", "report_return"})
MINIMA = frozenset({"keep_published"})
STATUTORY: Mapping[str, frozenset[str]] = {
    "serious_case_review": frozenset(
        {
            "decision", "complete_review", "transition_completion", "explain_not_initiating", "pre_publication_copy",
            "incident_notification", "tell_national_bodies",
        }
    ),
    "practice_review": frozenset(
        {"incident_notification", "tell_partners", "rapid_review", "publish_review", "pre_publication_copy"}
    ),
    CHILD_DEATH_REVIEW: frozenset(
        {
            "notification", "joint_response_meeting", "review_meeting", "panel_review", "national_return",
            "completion_after_transition",
        }
    ),
}  # fmt: skip
"""By kind of review, the clocks whose limit is in law or statutory guidance; each rule is in `docs/rules.md`."""

OWN: Mapping[str, str] = {
    "hold_review": "DOMAIN 6.3: a hold past the day it must be looked at is overdue. Local default",
    "action": "DOMAIN 7: an overdue action goes up from the subgroup to the board. Local default",
    "impact_evidence": "DOMAIN 7: evidence of impact is asked for and goes up as an action does. Local default",
}
"""The limits boards set themselves, with where their ladder is from."""


@cache
def ladder_for(workflow_key: str, clock_key: str) -> Ladder:
    """Return the ladder of a clock, before what a board has changed. A clock nobody listed has the ladder of a limit.

    What a panel owes has its kind for a clock, under `PANEL_DUTIES`.

    Every clock declared is listed, which a test holds; the ladder of one that is not errs towards telling somebody.
    """
    if workflow_key == PANEL_DUTIES:
        return DUTY_LADDERS[cast(Kind, clock_key)]
    people = _PEOPLE.get(workflow_key, _CHILD_DEATHS)
    if clock_key in AGENCY_RETURNS:
        return _agency_return(people)
    if clock_key in MINIMA:
        return _minimum(people)
    source = OWN.get(clock_key, f"{LEAD_TIME}; {LOCAL_AFTER}")
    statutory = clock_key in STATUTORY.get(workflow_key, frozenset())
    return _owed(people, clock_key, statutory=statutory, source=source)


def office_of(workflow_key: str) -> str:
    """Return the role of the office that keeps such cases and depends on what agencies answer."""
    return _PEOPLE.get(workflow_key, _CHILD_DEATHS).office


def is_listed(workflow_key: str, clock_key: str) -> bool:
    """Return whether somebody decided which ladder the clock has."""
    return clock_key in AGENCY_RETURNS | MINIMA | STATUTORY.get(workflow_key, frozenset()) | OWN.keys()
