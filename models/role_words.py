"""The words for whoever acts or hears: the roles of the law, and the owner of a panel's action, who acts in none."""

from __future__ import annotations

from models.panels.duties import OWNER
from workflows.roles import ROLES

OWNER_WORDS = "whoever sees to it"


def role_words(role: str) -> str:
    """Return 'business manager' for `business_manager`, and 'whoever sees to it' for the owner of an action."""
    return OWNER_WORDS if role == OWNER else ROLES[role]


def whom(role: str) -> str:
    """Return 'the business manager', or 'whoever sees to it' for the owner of an action."""
    return role_words(role) if role == OWNER else f"the {role_words(role)}"
