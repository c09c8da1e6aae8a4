"""When a child death overview panel is quorate: who must be there, and how many (DOMAIN 4.3)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from workflows.codes import plainly


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """Who must be at a meeting: from each group at least one, and so many in all."""

    groups: Mapping[str, frozenset[str]]
    minimum: int

    def missing(self, present: Collection[str]) -> tuple[str, ...]:
        """Return in words what is missing for a quorum; nothing when the panel is quorate."""
        roles = {normal_role(role) for role in present}
        absent = [f"nobody for {words}" for words, group in self.groups.items() if not roles & group]
        if len(roles) < self.minimum:
            absent.append(f"{len(roles)} present where the panel’s rule asks for {self.minimum}")
        return tuple(absent)


HEALTH_ROLES = frozenset(
    {
        "health", "designated_doctor", "lead_nurse", "hospital_paediatrician", "paediatrician", "safeguarding_health",
        "designated_nurse", "primary_care", "gp", "community_child_health", "paediatric_nursing", "neonatology",
        "midwifery", "obstetrics", "mental_health",
    }
)  # fmt: skip
LOCAL_AUTHORITY_ROLES = frozenset({"local_authority", "social_care", "childrens_social_care", "education"})

# DOMAIN 4.3 (G?): at least the lead professionals of health and of the local authority. A panel may ask for more.
DEFAULT_QUORUM = QuorumRule({"health": HEALTH_ROLES, "the local authority": LOCAL_AUTHORITY_ROLES}, minimum=2)


def quorum_rule(roles: Sequence[str], minimum: int) -> QuorumRule:
    """Return a panel’s own rule: each of these roles and so many in all, beside what every panel needs."""
    groups = dict(DEFAULT_QUORUM.groups) | {
        role.replace("_", " "): frozenset({normal_role(role)}) for role in roles
    }  # fmt: skip
    return QuorumRule(groups, max(minimum, DEFAULT_QUORUM.minimum))


def normal_role(role: str) -> str:
    """Return a role as it is compared: “Children’s social care” and “childrens_social_care” are the same."""
    return plainly(role.replace("’", "").replace("'", "").replace("-", " ")).replace(" ", "_")
