"""Invented reviews, told so that every state is populated and the worklist has something late, due and held today.

Each is a stretch of one story: the steps of `SERIOUS_CASE_REVIEW` or `PRACTICE_REVIEW` up to one of them, then what
turns it elsewhere. Days are counted from the day the case was opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from webapp.scripts import Script, ScriptStep
from workflows.dates import PartialDate

BOARD = "Northmoor Safeguarding Children Board"
PARTNERSHIP = "Wyremouth Safeguarding Children Partnership"
NEW_ARRANGEMENTS = date(2019, 9, 29)

MANAGER, SUBGROUP, CHAIR, REVIEWER = "business_manager", "subgroup_chair", "board_chair", "lead_reviewer"
PARTNER, LEAD = "safeguarding_partner", "agency_lead"


@dataclass(frozen=True, slots=True)
class In:
    """An answer that is a day so many days after the case was opened."""

    days: int


@dataclass(frozen=True, slots=True)
class Told:
    """A step of a story: the day it happens, counted from the opening, who records it, and what is answered."""

    days: int
    step: str
    role: str
    answers: Mapping[str, Any]


def told(days: int, step: str, role: str, /, **answers: Any) -> Told:
    return Told(days, step, role, answers)


AGREED = ["Local authority", "Police", "Health"]

SERIOUS_CASE_REVIEW = (
    told(0, "refer_case", MANAGER, received_on=In(0), incident_on=In(-6), died="yes", died_on=In(-6),
         seriously_harmed="no", abuse_or_neglect="suspected", concern_about_joint_working="yes",
         normally_resident_in="Northmoor", referred_by="Police, child abuse investigation team"),
    told(4, "request_scoping", MANAGER, agencies=["Children’s social care", "Health visiting", "Police"],
         due_on=In(18)),
    told(13, "record_scoping_return", LEAD, agency="Police", involved="yes"),
    told(15, "record_scoping_return", LEAD, agency="Health visiting", involved="yes"),
    told(19, "refer_to_subgroup", MANAGER, meeting_on=In(24)),
    told(24, "recommend", SUBGROUP, recommendation="review", reasons="The child has died and neglect is suspected"),
    told(28, "decide_to_review", CHAIR, reasons="The criteria for a serious case review are met"),
    told(31, "tell_national_bodies", MANAGER, bodies=["National panel", "Ofsted"], sent_on=In(31)),
    told(45, "appoint_reviewer", CHAIR, name="A. Windermere", independent="yes", role="Lead reviewer"),
    told(48, "agree_terms_of_reference", SUBGROUP, period_from=In(-500), period_to=In(-6), methodology="SCIE_LT"),
    told(50, "commission_review", CHAIR),
    told(52, "request_agency_report", MANAGER, agency="Health visiting", kind="IMR", due_on=In(100)),
    told(52, "request_agency_report", MANAGER, agency="Children’s social care", kind="IMR", due_on=In(100)),
    told(98, "record_agency_report", LEAD, agency="Health visiting"),
    told(121, "record_agency_report", LEAD, agency="Children’s social care"),
    told(130, "begin_analysis", REVIEWER),
    told(140, "record_family_contact", REVIEWER, kind="Meeting"),
    told(160, "begin_drafting", REVIEWER),
    told(185, "submit_report", REVIEWER, version="1.0"),
    told(200, "approve_report", CHAIR),
    told(210, "decide_publication", CHAIR, mode="FULL", planned_on=In(250)),
    told(230, "send_pre_publication_copy", MANAGER, bodies=["National panel", "Ofsted"], sent_on=In(230)),
    told(250, "publish_report", CHAIR),
    told(255, "agree_action_plan", CHAIR),
    told(260, "begin_monitoring", MANAGER),
    told(262, "add_action", SUBGROUP, action="Joint visits before discharge", agency="Health visiting", due_on=In(400)),
    told(390, "update_action", SUBGROUP, action="Joint visits before discharge", status="complete_evidenced",
         evidence="Audit of forty discharges"),
    told(430, "record_impact_return", LEAD, agency="Health visiting", rating="embedded"),
    told(440, "check_impact", SUBGROUP, rating="partial", findings="Joint visits are now made in nine cases of ten"),
    told(450, "close_case", SUBGROUP),
)  # fmt: skip

PRACTICE_REVIEW = (
    told(0, "record_incident", MANAGER, received_on=In(0), aware_on=In(-1), incident_on=In(-3), died="no",
         seriously_harmed="yes", abuse_or_neglect="suspected", normally_resident_in="Northmoor",
         referred_by="Children’s hospital"),
    told(2, "notify_panel", MANAGER, notified_on=In(2)),
    told(2, "tell_partners", MANAGER, sent_on=In(2)),
    told(21, "submit_rapid_review", PARTNER, decision="local_review", agreed_by=AGREED,
         learning=["Bruising in babies who cannot move was not followed up"]),
    told(32, "record_panel_response", MANAGER, view="The Panel agrees with the decision"),
    told(36, "decide_local_review", PARTNER, reasons="The case raises issues of importance to the area",
         agreed_by=AGREED),
    told(45, "appoint_reviewer", PARTNER, name="B. Thirlmere", independent="yes", role="Lead reviewer"),
    told(50, "agree_terms_of_reference", SUBGROUP, period_from=In(-400), period_to=In(-3), methodology="HYBRID"),
    told(52, "commission_review", PARTNER),
    told(54, "request_agency_report", MANAGER, agency="General practice", kind="Agency report", due_on=In(80)),
    told(54, "request_agency_report", MANAGER, agency="Health visiting", kind="Agency report", due_on=In(80)),
    told(79, "record_agency_report", LEAD, agency="General practice"),
    told(96, "record_agency_report", LEAD, agency="Health visiting"),
    told(100, "begin_analysis", REVIEWER),
    told(130, "begin_drafting", REVIEWER),
    told(150, "submit_report", REVIEWER, version="1.0"),
    told(165, "approve_report", PARTNER),
    told(170, "decide_publication", PARTNER, mode="FULL", planned_on=In(200)),
    told(182, "send_pre_publication_copy", MANAGER, bodies=["The Panel", "Ofsted"], sent_on=In(182)),
    told(200, "publish_report", PARTNER),
    told(205, "agree_action_plan", SUBGROUP),
    told(210, "begin_monitoring", MANAGER),
)  # fmt: skip


def hold(days: int, role: str, kind: str, *scopes: str, ends_with: str = "sentence") -> Told:
    return told(
        days, "authorise_hold", role, kind=kind, scope=list(scopes), requested_by="Senior investigating officer",
        reasons="It could prejudice the proceedings", review_on=In(days + 90), ends_with=ends_with,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """One invented case: what it is called, when it was opened, how far the story goes, and what happens then."""

    pseudonym: str
    opened: date | int
    """The day, or how many days before today."""
    until: str
    then: Sequence[Told] = ()
    but: Mapping[str, Mapping[str, Any]] | None = None
    """Answers of a step that are different in this case."""


Differently = Mapping[str, Mapping[str, Any]]

HARMED: Differently = {
    "refer_case": {"died": "no", "died_on": None, "seriously_harmed": "yes", "concern_about_joint_working": "no"},
}  # fmt: skip
NO_CASE: Differently = {**HARMED, "recommend": {"recommendation": "none", "reasons": "The criteria are not met"}}
OTHER: Differently = {
    **HARMED,
    "recommend": {"recommendation": "alternative", "reasons": "Learning is best drawn otherwise"},
}

OLD_REVIEWS = (
    Story("Child AA", date(2008, 3, 3), "close_case"),
    Story("Child AB", date(2009, 6, 1), "recommend", (told(28, "decide_not_to_review", CHAIR, reasons="Not met"),),
          NO_CASE),
    Story("Child AC", date(2011, 3, 7), "close_case"),
    Story("Child AD", date(2011, 9, 5), "recommend",
          (told(28, "decide_alternative_review", CHAIR, kind="MULTI_AGENCY_MANAGEMENT_REVIEW", reasons="Proportionate"),
           told(90, "conclude_alternative_review", SUBGROUP, findings="Handover between midwives and health visitors")),
          OTHER),
    Story("Child AE", date(2013, 9, 2), "decide_publication",
          (told(220, "decide_not_to_publish", CHAIR, grounds="To protect the surviving children"),
           told(240, "agree_action_plan", CHAIR))),
    Story("Child AF", date(2014, 4, 7), "close_case"),
    Story("Child AG", date(2017, 1, 9), "refer_case",
          (told(6, "transfer_case", MANAGER, to_board="Southfell Safeguarding Children Board",
                reasons="The child normally lived there"),)),
)  # fmt: skip

LATE = (told(300, "record_delay", MANAGER, reasons=["CRIMINAL_TRIAL"]),)

# The last serious case reviews of the area, still open when its board came to an end.
LAST_REVIEWS = (
    Story("Child BA", date(2019, 9, 2), "refer_case"),
    Story("Child BB", date(2019, 9, 2), "request_scoping"),
    Story("Child BC", date(2019, 8, 19), "refer_to_subgroup"),
    Story("Child BD", date(2019, 8, 12), "recommend"),
    Story("Child BE", date(2019, 8, 5), "decide_to_review"),
    Story("Child BF", date(2019, 7, 1), "request_agency_report", LATE),
    Story("Child BG", date(2019, 6, 3), "begin_analysis", LATE),
    Story("Child BH", date(2019, 5, 6), "begin_drafting", LATE),
    Story("Child BJ", date(2019, 4, 1), "submit_report", LATE),
    Story("Child BK", date(2019, 3, 4), "approve_report", LATE),
    Story("Child BL", date(2019, 2, 4), "publish_report"),
    Story("Child BM", date(2019, 1, 7), "begin_monitoring"),
    Story("Child BN", date(2019, 4, 1), "recommend",
          (told(28, "decide_alternative_review", CHAIR, kind="LEARNING_REVIEW", reasons="Proportionate"),), OTHER),
    Story("Child BP", date(2019, 5, 6), "begin_analysis", (hold(140, CHAIR, "CRIMINAL_TRIAL", "review"),)),
    Story("Child BQ", date(2019, 4, 1), "submit_report", (hold(190, CHAIR, "INQUEST", "approval",
                                                               ends_with="inquest_concluded"),)),
    Story("Child BR", date(2019, 3, 4), "approve_report",
          (hold(205, CHAIR, "CRIMINAL_TRIAL", "publication", "witness_conversations"), *LATE)),
    Story("Child BS", date(2016, 9, 5), "decide_publication",
          (told(220, "decide_not_to_publish", CHAIR, grounds="To protect the identity of the child"),)),
)  # fmt: skip

REVIEWS_NOW = (
    Story("Child CA", 1, "record_incident"),
    Story("Child CB", 9, "record_incident"),
    Story("Child CC", 14, "notify_panel"),
    Story("Child CD", 40, "tell_partners"),
    Story("Child CE", 34, "record_panel_response"),
    Story("Child CF", 47, "appoint_reviewer"),
    Story("Child CG", 85, "request_agency_report"),
    Story("Child CH", 125, "begin_analysis"),
    Story("Child CJ", 160, "begin_drafting"),
    Story("Child CK", 158, "submit_report"),
    Story("Child CL", 175, "decide_publication"),
    Story("Child CM", 230, "approve_report",
          (hold(168, PARTNER, "CRIMINAL_TRIAL", "publication"),
           told(215, "record_delay", MANAGER, reasons=["CRIMINAL_TRIAL"], expected_on=In(320)))),
    Story("Child CN", 190, "begin_analysis", (hold(110, PARTNER, "CRIMINAL_INVESTIGATION", "review",
                                                   ends_with="charge"),)),
    Story("Child CP", 203, "publish_report"),
    Story("Child CQ", 330, "begin_monitoring",
          (told(215, "add_action", SUBGROUP, action="Bruising protocol", agency="General practice", due_on=In(300)),)),
    Story("Child CR", 60, "record_panel_response",
          (told(38, "decide_no_local_review", PARTNER, reasons="The learning has been acted on", agreed_by=AGREED),)),
    Story("Child CS", 20, "record_incident", (told(3, "rule_not_serious", PARTNER,
                                                   reasons="The injury was accidental"),)),
    Story("Child CT", 70, "record_panel_response", (told(40, "record_national_review", PARTNER,
                                                         reasons="National themes"),)),
)  # fmt: skip


COORDINATOR, PANEL_CHAIR, DOCTOR = "cdop_coordinator", "cdop_chair", "designated_doctor"

CHILD_DEATH_REVIEW = (
    told(0, "notify_death", COORDINATOR, notified_on=In(0), died_on=In(-1), born_on=In(-900), sex="female",
         ethnic_group="A", normally_resident_in="Wyremouth", place_of_death="acute_hospital_paediatric_ward",
         expected="no"),
    told(1, "confirm_in_scope", COORDINATOR),
    told(1, "convene_joint_response", DOCTOR, held_on=In(1)),
    told(3, "request_report", COORDINATOR, agency="General practice", form="Reporting form", due_on=In(24)),
    told(3, "request_report", COORDINATOR, agency="Health visiting", form="Reporting form", due_on=In(24)),
    told(20, "record_report", COORDINATOR, agency="General practice"),
    told(30, "record_report", COORDINATOR, agency="Health visiting"),
    told(50, "complete_information", COORDINATOR),
    told(80, "hold_review_meeting", DOCTOR, report_received_on=In(80)),
    told(95, "list_for_panel", COORDINATOR, meeting_on=In(110)),
    told(110, "review_at_panel", PANEL_CHAIR, meeting_on=In(110),
         roles_present=["designated_doctor", "local_authority", "public_health", "police"]),
    told(110, "categorise", PANEL_CHAIR, category="5", preventability="no_modifiable",
         cause_of_death="Acute asthma", event="none", child_protection_plan="no", statutory_order="no",
         asylum_seeker="no",
         factors=[{"domain": "intrinsic", "description": "Severe asthma", "score": "2", "modifiable": "no"}]),
    told(120, "finalise_return", COORDINATOR),
    told(125, "close_case", COORDINATOR),
)  # fmt: skip


def _aged(days: int, **more: Any) -> Differently:
    """Return what is different about a child who was so many days old."""
    return {"notify_death": {"born_on": In(-1 - days), **more}}


CHILD_DEATHS = (
    Story("the first death", 1, "notify_death", but=_aged(5840)),
    Story("the second death", 9, "request_report", but=_aged(2)),
    Story("the third death", 28, "record_report", but=_aged(75)),
    Story("the fourth death", 70, "complete_information", but=_aged(700)),
    Story("the fifth death", 93, "hold_review_meeting", but=_aged(2600)),
    Story("the sixth death", 104, "list_for_panel", but=_aged(5200)),
    Story("the seventh death", 112, "review_at_panel", but=_aged(90)),
    Story("the eighth death", 118, "categorise", but=_aged(11)),
    Story("the ninth death", 124, "finalise_return", but=_aged(4100)),
    Story("the tenth death", 300, "close_case", but=_aged(900)),
    Story("the eleventh death", 130, "hold_review_meeting",
          (hold(85, PANEL_CHAIR, "INQUEST", "panel_review", ends_with="inquest_concluded"),)),
    Story("the twelfth death", 40, "confirm_in_scope",
          (told(6, "transfer_case", COORDINATOR, to_panel="Southfell", reasons="The child lived there"),)),
    Story("the thirteenth death", 45, "notify_death",
          (told(4, "rule_out_of_scope", DOCTOR, ground="stillbirth"),)),
)  # fmt: skip


def scripts(today: date) -> Iterator[Script]:
    """Yield the invented cases as they stand today. One opened lately is opened so many days before today."""
    for story in OLD_REVIEWS + LAST_REVIEWS:
        yield _script(story, "serious_case_review", BOARD, SERIOUS_CASE_REVIEW, today)
    for story in REVIEWS_NOW:
        yield _script(story, "practice_review", PARTNERSHIP, PRACTICE_REVIEW, today)
    for story in CHILD_DEATHS:
        yield _script(story, "child_death_review", PARTNERSHIP, CHILD_DEATH_REVIEW, today)


def _script(story: Story, workflow: str, board: str, stretch: Sequence[Told], today: date) -> Script:
    opened = today - timedelta(days=story.opened) if isinstance(story.opened, int) else story.opened
    last = max(place for place, each in enumerate(stretch) if each.step == story.until)
    steps = [
        _step(each, story, opened, place) for place, each in enumerate([*stretch[: last + 1], *story.then], start=1)
    ]
    return Script(
        file="demonstration",
        title=f"{board}, {story.pseudonym}",
        workflow=workflow,
        board=board,
        steps=tuple(step for step in steps if step.on.last <= today),
        expectations=(),
        new_arrangements_start=NEW_ARRANGEMENTS,
    )


def _step(each: Told, story: Story, opened: date, line: int) -> ScriptStep:
    answers = {**each.answers, **((story.but or {}).get(each.step) or {})}
    if line == 1 and each.step != "notify_death":
        answers["pseudonym"] = story.pseudonym
    dated = {
        key: (opened + timedelta(days=value.days)).isoformat() if isinstance(value, In) else value
        for key, value in answers.items()
        if value is not None
    }
    return ScriptStep(line, each.step, PartialDate.on(opened + timedelta(days=each.days)), each.role, dated)
