"""When a child death overview panel is quorate: who must be there, and how many (DOMAIN 4.3)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows.child_death_codes import PANEL_ROLES
from workflows.codes import plainly


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """Who must be at a meeting: from each group at least one, and so many in all."""

    groups: Mapping[str, frozenset[str]]
    minimum: int

    def missing(self, present: Collection[str]) -> tuple[str, ...]:
        """Return in words what is missing for a quorum; nothing when the panel is quorate."""
        roles = {normal_role(role) for role in present}
        stood_for = roles | {group for role in roles for group in _groups_of(role)}
        absent = [f"nobody for {words}" for words, group in self.groups.items() if not stood_for & group]
        if len(roles) < self.minimum:
            absent.append(f"{len(roles)} present where the panel’s rule asks for {self.minimum}")
        return tuple(absent)


HEALTH_ROLES = frozenset(
    {
        "health", "public_health", "designated_doctor", "lead_nurse", "hospital_paediatrician", "paediatrician",
        "safeguarding_health", "designated_nurse", "primary_care", "gp", "community_child_health",
        "paediatric_nursing", "neonatology", "midwifery", "obstetrics", "mental_health",
    }
)  # fmt: skip
LOCAL_AUTHORITY_ROLES = frozenset({"local_authority", "social_care", "childrens_social_care", "education"})

# A list of those present is written by people: “Designated paediatrician”, “CCG”, “Children’s services, Leeds”.
WORDS_OF_HEALTH = (
    "health", "doctor", "nurse", "nursing", "paediatric", "pediatric", "neonat", "midwi", "obstetric", "hospital",
    "nhs", "ccg", "icb", "pct", "general practi", "clinical",
)  # fmt: skip
WORDS_OF_THE_LOCAL_AUTHORITY = (
    "local authority", "social care", "social work", "social services", "childrens services", "council", "education",
    "early help",
)  # fmt: skip

# DOMAIN 4.3 (G?): at least the lead professionals of health and of the local authority. A panel may ask for more.
DEFAULT_QUORUM = QuorumRule({"health": HEALTH_ROLES, "the local authority": LOCAL_AUTHORITY_ROLES}, minimum=2)


def quorum_rule(roles: Sequence[str], minimum: int) -> QuorumRule:
    """Return a panel’s own rule: each of these roles and so many in all, beside what every panel needs."""
    groups = dict(DEFAULT_QUORUM.groups) | {
        role.replace("_", " "): frozenset({normal_role(role)}) for role in roles
    }  # fmt: skip
    return QuorumRule(groups, max(minimum, DEFAULT_QUORUM.minimum))


def _groups_of(role: str) -> Iterator[str]:
    """Yield the groups that a role stands for by the words it is written in."""
    written = role.replace("_", " ")
    if any(words in written for words in WORDS_OF_HEALTH):
        yield "health"
    if any(words in written for words in WORDS_OF_THE_LOCAL_AUTHORITY):
        yield "local_authority"


def normal_role(role: str) -> str:
    """Return a role as it is compared: “Children’s social care” and “social_care” are the same."""
    written = _as_key(role)
    return next((option.key for option in PANEL_ROLES if written == _as_key(option.words)), written)


def _as_key(written: str) -> str:
    return plainly(written.replace("’", "").replace("'", "").replace("-", " ")).replace(" ", "_")
