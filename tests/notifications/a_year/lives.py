"""What happens to a case in the year, drawn by chance: what is recorded on which day after it was opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.notifications.a_year.register import AGENCIES, CHILD, PLACE, POLICE

BECAUSE = {"reasons": f"As {CHILD} was seen at {PLACE}"}
ALL_THREE = {"agreed_by": ["Local authority", "Police", "Health"]}


@dataclass(frozen=True)
class Entry:
    """Something to be recorded: a step that happened `ago` days before, or a correction of the newest such step."""

    step: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    ago: int = 0
    corrects: bool = False
    strikes_out: bool = False


Diary = Iterator[tuple[int, Entry]]
"""How many days after the opening something is recorded, and what."""


def opening(workflow: str, on: date) -> dict[str, Any]:
    """Return what is told when a case is opened."""
    if workflow == "child_death_review":
        return {
            "notified_on": on.isoformat(), "died_on": (on - timedelta(2)).isoformat(), "born_on": "2012-05-05",
            "sex": "male", "normally_resident_in": PLACE, "expected": "no", "nhs_number": "943 476 5919",
            "circumstances": f"{CHILD} was found at {PLACE}",
        }  # fmt: skip
    dates = {"received_on": on.isoformat(), "incident_on": (on - timedelta(3)).isoformat()}
    about = {
        "pseudonym": CHILD, "died": "no", "seriously_harmed": "yes", "abuse_or_neglect": "suspected",
        "normally_resident_in": PLACE, "referred_by": POLICE, "summary": f"{CHILD} lived at {PLACE}",
    }  # fmt: skip
    if workflow == "practice_review":
        return dates | about | {"aware_on": (on - timedelta(1)).isoformat()}
    return dates | about | {"concern_about_joint_working": "yes"}


def life(workflow: str, opened_on: date, chance: Random) -> Diary:
    """Yield what is recorded of a case, in no order."""
    told = Telling(opened_on, chance)
    if workflow == "serious_case_review":
        yield from _decided(told)
    elif workflow == "practice_review":
        yield from _rapidly_reviewed(told)
    else:
        yield from _looked_into(told)
    if chance.random() < 0.5:
        yield from _held(told, workflow)


@dataclass
class Telling:
    """Draws days and answers."""

    opened_on: date
    chance: Random

    def between(self, first: int, last: int) -> int:
        return self.chance.randrange(first, last + 1)

    def day(self, days: int) -> str:
        return (self.opened_on + timedelta(days)).isoformat()

    def entry(self, step: str, **answers: Any) -> Entry:
        """Return a step as it is recorded: one in six some days after it happened."""
        ago = self.chance.randrange(1, 6) if self.chance.random() < 1 / 6 else 0
        return Entry(step, answers, ago)


def _decided(told: Telling) -> Diary:
    asked, due = told.between(0, 3), told.between(14, 30)
    scoping = {"agencies": list(AGENCIES), "due_on": told.day(due)}
    yield asked, told.entry("request_scoping", **scoping)
    if told.chance.random() < 0.4:
        moved = told.day(due + told.between(-6, 20))
        yield told.between(asked + 2, 40), Entry("request_scoping", scoping | {"due_on": moved}, corrects=True)
    for agency in AGENCIES:
        yield told.between(6, 70), told.entry("record_scoping_return", agency=agency, involved="no")
    decided = told.between(15, 60)
    yield decided - 9, told.entry("refer_to_subgroup")
    yield decided - 4, told.entry("recommend", recommendation="review", **BECAUSE)
    yield decided, told.entry("decide_to_review", **BECAUSE)
    yield (
        decided + told.between(2, 15),
        told.entry("tell_national_bodies", bodies=["Ofsted"], sent_on=told.day(decided)),
    )
    yield from _reviewed(told, decided + told.between(5, 30))


def _rapidly_reviewed(told: Telling) -> Diary:
    notified = told.between(1, 12)
    yield told.between(0, 12), told.entry("tell_partners", sent_on=told.day(0))
    yield notified, Entry("notify_panel", {"notified_on": told.day(notified)})
    if told.chance.random() < 0.2:
        corrected = told.day(notified - 1)
        yield notified + told.between(2, 15), Entry("notify_panel", {"notified_on": corrected}, corrects=True)
    sent = notified + told.between(10, 35)
    yield (
        sent,
        told.entry("submit_rapid_review", decision="local_review", learning=[f"{CHILD} was not heard"], **ALL_THREE),
    )
    decided = sent + told.between(5, 20)
    yield decided, told.entry("decide_local_review", **BECAUSE, **ALL_THREE)
    yield from _reviewed(told, decided + told.between(5, 30))


def _reviewed(told: Telling, begun: int) -> Diary:
    """Yield the review itself, from its commissioning to its publication and what is learned."""
    yield begun, Entry("appoint_reviewer", {"name": f"Dr {CHILD}", "independent": "yes", "role": "Lead reviewer"})
    period = {"period_from": "2017-01-01", "period_to": "2018-09-01"}
    yield begun, Entry("agree_terms_of_reference", period)
    yield begun, Entry("commission_review", ALL_THREE)
    for agency in AGENCIES:
        asked, due = begun + told.between(1, 6), begun + told.between(25, 50)
        request = {"agency": agency, "kind": "IMR", "due_on": told.day(due)}
        yield asked, Entry("request_agency_report", request)
        if told.chance.random() < 0.15:
            yield asked + told.between(3, 40), Entry("request_agency_report", strikes_out=True)
        if told.chance.random() < 0.85:
            yield due + told.between(-10, 40), told.entry("record_agency_report", agency=agency)
    analysed = begun + told.between(50, 80)
    yield analysed, told.entry("begin_analysis")
    yield analysed + 20, told.entry("begin_drafting")
    yield analysed + told.between(30, 50), told.entry("submit_report", version="1.0")
    approved = analysed + told.between(55, 80)
    yield approved, told.entry("approve_report", **ALL_THREE)
    planned = approved + told.between(25, 40)
    for days, moved in ((approved + 1, planned), (approved + told.between(4, 15), planned + told.between(-5, 15))):
        yield days, Entry("decide_publication", {"mode": "FULL", "planned_on": told.day(moved), **ALL_THREE})
    yield (
        planned - told.between(2, 12),
        told.entry("send_pre_publication_copy", bodies=["Ofsted"], sent_on=told.day(planned - 14)),
    )
    yield planned + 16, Entry("publish_report", {"short_notice_reason": "It was agreed"})
    yield planned + 20, Entry("agree_action_plan")
    action = {"action": f"Teach {CHILD}", "agency": POLICE, "due_on": told.day(planned + told.between(30, 60))}
    yield planned + 21, Entry("add_action", action)
    yield planned + 24, Entry("begin_monitoring")


def _looked_into(told: Telling) -> Diary:
    yield told.between(0, 3), Entry("confirm_in_scope")
    yield told.between(0, 9), told.entry("convene_joint_response", held_on=told.day(0))
    for agency in AGENCIES:
        due = told.between(14, 30)
        request = {"agency": agency, "form": "Reporting form", "due_on": told.day(due)}
        yield 4, Entry("request_report", request)
        if told.chance.random() < 0.25:
            moved = told.day(due + told.between(-5, 20))
            yield told.between(6, 35), Entry("request_report", request | {"due_on": moved}, corrects=True)
        if told.chance.random() < 0.9:
            yield due + told.between(-8, 40), told.entry("record_report", agency=agency)
    complete = told.between(60, 110)
    yield complete, Entry("complete_information")
    yield complete + 8, Entry("hold_review_meeting", {"report_received_on": told.day(complete + 8)})
    listed, met = complete + told.between(10, 20), complete + told.between(25, 60)
    yield listed, Entry("list_for_panel", {"meeting_on": told.day(met), "quorum_minimum": 2})
    yield from at_the_panel(told, met)


def at_the_panel(told: Telling, met: int) -> Diary:
    """Yield what is recorded of a death when a panel meets, and of the year it belongs to."""
    present = ["designated_doctor", "social_care", "police", "education"]
    yield met, Entry("review_at_panel", {"meeting_on": told.day(met), "roles_present": present})
    factors = [{"domain": "social", "description": f"{CHILD} was alone", "score": "1", "modifiable": "yes"}]
    yield met, Entry("categorise", {"category": 2, "preventability": "modifiable", "factors": factors})
    yield met + told.between(5, 60), Entry("finalise_return")


def _held(told: Telling, workflow: str) -> Diary:
    scope = "panel_review" if workflow == "child_death_review" else told.chance.choice(["publication", "review"])
    begun, look = told.between(20, 120), told.between(30, 80)
    hold = {
        "kind": "CRIMINAL_TRIAL", "scope": [scope], "requested_by": POLICE, "review_on": told.day(begun + look),
        **BECAUSE, **ALL_THREE,
    }  # fmt: skip
    yield begun, Entry("authorise_hold", hold)
    looked = begun + look + told.between(-12, 15)
    again = told.day(looked + told.between(20, 60))
    yield looked, Entry("review_hold", {"hold": "CRIMINAL_TRIAL", "outcome": "continue", "review_on": again})
    yield (
        looked + told.between(10, 90),
        Entry("release_hold", {"hold": "CRIMINAL_TRIAL", "evidence": "Ended", **ALL_THREE}),
    )
