"""What a child death referred for a review of its own tells that review when it opens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.dates import PartialDate
from workflows.facts import Facts
from workflows.regimes import LATEST_NEW_ARRANGEMENTS, PRACTICE_REVIEW, SERIOUS_CASE_REVIEW
from workflows.standing import Told

REFERS = "refer_for_review"
"""The step that opens another case beside its own."""


@dataclass(frozen=True, slots=True)
class Referral:
    """The case to open: its kind, the step that opens it, and what that step is told."""

    workflow: str
    step: str
    told: Told


def referral(facts: Facts, on: PartialDate, answers: Mapping[str, Any], known_as: str) -> Referral:
    """Return the review that a referral on this day opens.

    A serious case review, and from the area’s new arrangements on a practice review (X-1). What the referral leaves
    open is passed on as not known. `known_as` is the pseudonym the review begins with.
    """
    notified = {key: facts.answer(key, "notify_death") for key in ("died_on", "born_on", "normally_resident_in")}
    told = {
        **notified,
        "received_on": on.iso(),
        "incident_on": notified["died_on"],
        "pseudonym": known_as,
        "died": "yes",
        "seriously_harmed": "no",
        "abuse_or_neglect": answers.get("abuse_or_neglect", "not_known"),
        "referred_by": "Child death overview panel",
        "summary": answers.get("reasons", ""),
    }
    if _is_practice_review(on, facts.new_arrangements_start):
        return Referral(PRACTICE_REVIEW, "record_incident", Told(on, {**told, "aware_on": on.iso()}))
    concern = answers.get("concern_about_joint_working", "not_known")
    return Referral(SERIOUS_CASE_REVIEW, "refer_case", Told(on, {**told, "concern_about_joint_working": concern}))


def _is_practice_review(on: PartialDate, area_start: date | None) -> bool:
    return on.last >= min(area_start or LATEST_NEW_ARRANGEMENTS, LATEST_NEW_ARRANGEMENTS)
