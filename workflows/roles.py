"""The capacities people act in, each with its words."""

from collections.abc import Sequence

BUSINESS_MANAGER = "business_manager"
SUBGROUP_CHAIR = "subgroup_chair"
BOARD_CHAIR = "board_chair"
SAFEGUARDING_PARTNER = "safeguarding_partner"
LEAD_REVIEWER = "lead_reviewer"
AGENCY_LEAD = "agency_lead"
PANEL_MEMBER = "panel_member"
CDOP_COORDINATOR = "cdop_coordinator"
CDOP_CHAIR = "cdop_chair"
DESIGNATED_DOCTOR = "designated_doctor"
LEGAL_ADVISER = "legal_adviser"
BOARD_MEMBER = "board_member"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"

ROLES: dict[str, str] = {
    BUSINESS_MANAGER: "business manager",
    SUBGROUP_CHAIR: "subgroup chair",
    BOARD_CHAIR: "board chair",
    SAFEGUARDING_PARTNER: "safeguarding partner",
    LEAD_REVIEWER: "lead reviewer",
    AGENCY_LEAD: "agency lead",
    PANEL_MEMBER: "panel member",
    CDOP_COORDINATOR: "child death coordinator",
    CDOP_CHAIR: "chair of the child death overview panel",
    DESIGNATED_DOCTOR: "designated doctor",
    LEGAL_ADVISER: "legal adviser",
    BOARD_MEMBER: "board member",
    AUDITOR: "auditor",
    ADMINISTRATOR: "administrator",
}


def in_words(roles: tuple[str, ...]) -> str:
    """Return 'board chair or business manager'."""
    return either([ROLES[role] for role in roles])


def either(words: Sequence[str]) -> str:
    """Return 'one', 'one or another', 'one, another or a third'."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
