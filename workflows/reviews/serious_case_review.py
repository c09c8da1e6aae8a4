"""The serious case review, under Working Together 2006 to 2015 (WORKFLOWS 1)."""

from dataclasses import replace

from workflows.codes import (
    ABUSE_OR_NEGLECT,
    ALTERNATIVE_REVIEWS,
    RECOMMENDATIONS,
)
from workflows.dates import days, months, working_days
from workflows.definition import Clock, Guard, Notice, On, Procedure, Source, Stage, State, Step, Workflow
from workflows.facts import Facts
from workflows.questions import (
    day,
    future_day,
    lines,
    long_text,
    one_of,
    reasons,
    text,
    yes_no,
    yes_no_not_known,
)
from workflows.reviews import publishing
from workflows.reviews.holding import HOLD_REVIEW, delay_step, hold_steps, proceedings_step
from workflows.roles import (
    AGENCY_LEAD,
    BOARD_CHAIR,
    BUSINESS_MANAGER,
    CDOP_COORDINATOR,
    SUBGROUP_CHAIR,
)

STAGES = (
    Stage("referral", "Referral"),
    Stage("decision", "Decision"),
    publishing.COMMISSIONING,
    publishing.REVIEW,
    publishing.PUBLICATION,
    publishing.LEARNING,
    publishing.LEGAL_HOLD,
    publishing.ENDED,
)

STATES = (
    State("referred", "Referred", "referral"),
    State("scoping", "Scoping", "referral"),
    State("awaiting_recommendation", "Awaiting the subgroup’s recommendation", "decision"),
    State("awaiting_decision", "Awaiting the chair’s decision", "decision"),
    *publishing.STATES,
    State("alternative_review", "Review of another kind", "review"),
    State("not_initiated", "No review", "ended", ended=True),
)

ANYWHERE = tuple(state.key for state in STATES)
WHILE_OPEN = tuple(state.key for state in STATES if not state.ended)
ALTERNATIVE = ("alternative_review",)
AFTER_A_DECISION = (*publishing.FROM_COMMISSIONING_ON, *ALTERNATIVE, "not_initiated", "closed")
DECISIONS = ("decide_to_review", "decide_alternative_review", "decide_not_to_review")

CRITERIA = ("refer_case", "record_further_information")


def _is(facts: Facts, question: str, *answers: str) -> bool:
    """Return whether the last answer to a question about the criteria is one of these."""
    return facts.answer(question, *CRITERIA) in answers


def child_died_of_suspected_abuse_or_neglect(facts: Facts) -> bool:
    """R-1.2 (a) and (b)(i); R-1.7: abuse or neglect is known or suspected, and the child has died."""
    return _is(facts, "abuse_or_neglect", "known", "suspected") and _is(facts, "died", "yes")


def child_seriously_harmed_with_concern(facts: Facts) -> bool:
    """R-1.2 (a) and (b)(ii): seriously harmed, with cause for concern about how agencies worked together."""
    return (
        _is(facts, "abuse_or_neglect", "known", "suspected")
        and _is(facts, "seriously_harmed", "yes")
        and _is(facts, "concern_about_joint_working", "yes")
    )


def child_died_in_custody_or_detention(facts: Facts) -> bool:
    """R-1.4: always, whether or not abuse or neglect is suspected."""
    return _is(facts, "died", "yes") and _is(facts, "died_in_custody_or_detention", "yes")


DEATH_LIMB = "A serious case review must be held: the child has died and abuse or neglect is known or suspected"
HARM_LIMB = (
    "A serious case review must be held: the child was seriously harmed, abuse or neglect is known or suspected, and "
    "there is concern about how agencies worked together"
)
CUSTODY_LIMB = "A serious case review must be held: the child died in custody or while detained"

review_is_not_mandatory_2006 = Guard(
    "review_is_not_mandatory",
    holds=lambda facts: not child_died_of_suspected_abuse_or_neglect(facts),
    otherwise=DEATH_LIMB,
    source=Source("R-1.7", "Working Together 2006 and 2010, chapter 8"),
)


def _limb(facts: Facts) -> str:
    if child_died_of_suspected_abuse_or_neglect(facts):
        return DEATH_LIMB
    return HARM_LIMB if child_seriously_harmed_with_concern(facts) else CUSTODY_LIMB


review_is_not_mandatory_2013 = Guard(
    "review_is_not_mandatory",
    holds=lambda facts: (
        not (
            child_died_of_suspected_abuse_or_neglect(facts)
            or child_seriously_harmed_with_concern(facts)
            or child_died_in_custody_or_detention(facts)
        )
    ),
    otherwise=_limb,
    source=Source("R-1.3", "Working Together 2013 and 2015, chapter 4"),
)

ABOUT_THE_CHILD = "The child"
ABOUT_THE_INCIDENT = "What happened"
CRITERIA_GROUP = "The criteria"

CRITERIA_QUESTIONS = (
    yes_no("died", "Has the child died?", required=True, group=CRITERIA_GROUP),
    day("died_on", "When the child died", not_before="born_on", group=CRITERIA_GROUP),
    yes_no("seriously_harmed", "Was the child seriously harmed?", required=True, group=CRITERIA_GROUP,
           hint="A child who recovers may still have been seriously harmed"),
    one_of("abuse_or_neglect", "Is abuse or neglect known or suspected?", ABUSE_OR_NEGLECT, required=True,
           group=CRITERIA_GROUP),
    yes_no_not_known("concern_about_joint_working", "Is there concern about how agencies worked together?",
                     required=True, group=CRITERIA_GROUP),
    yes_no("looked_after", "Was the child looked after?", group=CRITERIA_GROUP),
    yes_no("died_in_custody_or_detention", "Did the child die in custody or while detained?", group=CRITERIA_GROUP,
           hint="Police custody, on remand or after sentence, a secure home or centre, or detained under the "
           "Mental Health Act"),
)  # fmt: skip

REFERRAL_QUESTIONS = (
    day("received_on", "When the board was told", required=True, group=ABOUT_THE_INCIDENT),
    day("incident_on", "When the incident happened", required=True, group=ABOUT_THE_INCIDENT),
    text("pseudonym", "Pseudonym", required=True, group=ABOUT_THE_CHILD,
         hint="As the case is to be known here: Child A, Baby B. Never the child’s name"),
    day("born_on", "Date of birth", group=ABOUT_THE_CHILD),
    *CRITERIA_QUESTIONS,
    text("normally_resident_in", "Area where the child normally lives or lived", required=True, group=ABOUT_THE_CHILD),
    text("referred_by", "Who referred the case", required=True, group=ABOUT_THE_INCIDENT),
    long_text("summary", "Summary", group=ABOUT_THE_INCIDENT),
)  # fmt: skip

refer_case = Step(
    "refer_case", "Refer a case", done="Case referred",
    after="referred", opens=True, by=(BUSINESS_MANAGER, SUBGROUP_CHAIR, AGENCY_LEAD, CDOP_COORDINATOR),
    asks=REFERRAL_QUESTIONS, group="Referral",
    tells=(Notice("case_referred", SUBGROUP_CHAIR), Notice("case_referred", BOARD_CHAIR)),
)  # fmt: skip

decide_alternative_review = Step(
    "decide_alternative_review", "Decide to hold a review of another kind", done="Review of another kind decided",
    before=("awaiting_decision",), after="alternative_review", by=(BOARD_CHAIR,), final=True, group="Decision",
    guards=(review_is_not_mandatory_2006,),
    asks=(one_of("kind", "Kind of review", ALTERNATIVE_REVIEWS, required=True), reasons()),
    tells=(Notice("decision_made", BUSINESS_MANAGER), Notice("decision_made", SUBGROUP_CHAIR)),
)  # fmt: skip

decide_not_to_review = Step(
    "decide_not_to_review", "Decide not to hold a review", done="Decided not to hold a review",
    before=("awaiting_decision",), after="not_initiated", by=(BOARD_CHAIR,), final=True, group="Decision",
    guards=(review_is_not_mandatory_2006,), asks=(reasons(),),
    tells=(Notice("decision_made", BUSINESS_MANAGER), Notice("decision_made", SUBGROUP_CHAIR)),
)  # fmt: skip

UNTIL_COMMISSIONED = (
    refer_case,
    Step(
        "record_incident_notification", "Record the notification of the incident", done="Incident notified",
        before=WHILE_OPEN, by=(BUSINESS_MANAGER,), group="Referral",
        asks=(
            day("aware_on", "When the local authority became aware", required=True),
            day("notified_on", "When it notified", required=True, not_before="aware_on"),
            text("reference", "Reference of the notification"),
        ),
    ),
    Step(
        "record_further_information", "Record what has become known", done="Further information",
        before=WHILE_OPEN, by=(BUSINESS_MANAGER, SUBGROUP_CHAIR), group="Referral",
        hint="What changes an answer about the criteria: a child who has since died, abuse since ruled out. "
        "Answer only what has changed. What was recorded by mistake is corrected in the history instead.",
        asks=tuple(replace(question, required=False, not_before="") for question in CRITERIA_QUESTIONS),
    ),
    Step(
        "request_scoping", "Ask agencies what they know", done="Agencies asked what they know",
        before=("referred",), after="scoping", by=(BUSINESS_MANAGER,), group="Referral",
        asks=(
            lines("agencies", "Agencies", required=True, hint="One on each line"),
            future_day("due_on", "When their answers are due", required=True, day_needed=True, not_before="on"),
        ),
        tells=(Notice("scoping_requested", AGENCY_LEAD),),
    ),
    Step(
        "record_scoping_return", "Record what an agency knows", done="Agency answered",
        before=("scoping",), by=(BUSINESS_MANAGER, AGENCY_LEAD), group="Referral",
        asks=(
            text("agency", "Agency", required=True),
            yes_no("involved", "Was the agency involved with the child or family?", required=True),
            long_text("concerns", "Concerns"),
        ),
    ),
    Step(
        "refer_to_subgroup", "Refer to the subgroup", done="Referred to the subgroup",
        before=("referred", "scoping"), after="awaiting_recommendation", by=(BUSINESS_MANAGER,), group="Referral",
        asks=(future_day("meeting_on", "Day of the meeting"),),
        tells=(Notice("recommendation_awaited", SUBGROUP_CHAIR),),
    ),
    Step(
        "recommend", "Record the subgroup’s recommendation", done="Subgroup’s recommendation",
        before=("awaiting_recommendation",), after="awaiting_decision", by=(SUBGROUP_CHAIR,), group="Decision",
        asks=(
            one_of("recommendation", "The subgroup recommends", RECOMMENDATIONS, required=True),
            reasons("Reasons, against each of the criteria"),
            long_text("dissent", "Who disagreed, and why", hint="Roles and agencies, not names"),
        ),
        tells=(Notice("decision_awaited", BOARD_CHAIR),),
    ),
    Step(
        "record_peer_challenge", "Record peer challenge", done="Peer challenge",
        before=WHILE_OPEN, by=(BOARD_CHAIR, BUSINESS_MANAGER), group="Decision",
        asks=(text("from_whom", "From whom", required=True), long_text("view", "Their view", required=True)),
    ),
    Step(
        "return_to_subgroup", "Return to the subgroup", done="Returned to the subgroup",
        before=("awaiting_decision",), after="awaiting_recommendation", by=(BOARD_CHAIR,), group="Decision",
        asks=(reasons(),), tells=(Notice("recommendation_awaited", SUBGROUP_CHAIR),),
    ),
    Step(
        "decide_to_review", "Decide to hold a serious case review", done="Decided to hold a serious case review",
        before=("awaiting_decision",), after="commissioning", by=(BOARD_CHAIR,), final=True, group="Decision",
        asks=(reasons(),),
        tells=(Notice("decision_made", BUSINESS_MANAGER), Notice("decision_made", SUBGROUP_CHAIR)),
    ),
    decide_alternative_review,
    decide_not_to_review,
    Step(
        "reopen_decision", "Reopen the decision", done="Decision reopened",
        before=("not_initiated", "alternative_review"), after="awaiting_decision", by=(BOARD_CHAIR,), final=True,
        group="Decision", asks=(reasons(),), tells=(Notice("decision_awaited", BOARD_CHAIR),),
    ),
    Step(
        "tell_national_bodies", "Record that national bodies were told", done="National bodies told",
        before=AFTER_A_DECISION, by=(BUSINESS_MANAGER, BOARD_CHAIR), group="Decision",
        asks=(
            lines("bodies", "Which bodies", required=True, hint="One on each line"),
            day("sent_on", "When they were told", required=True),
        ),
    ),
    Step(
        "record_panel_advice", "Record the national panel’s advice", done="National panel’s advice",
        before=(*WHILE_OPEN, "not_initiated"), by=(BUSINESS_MANAGER,), group="Decision",
        asks=(long_text("advice", "Advice", required=True),),
    ),
    Step(
        "conclude_alternative_review", "Conclude the review of another kind", done="Review of another kind concluded",
        before=ALTERNATIVE, after="monitoring_actions", by=(SUBGROUP_CHAIR,), group="Review of another kind",
        asks=(long_text("findings", "Findings", required=True),),
    ),
)  # fmt: skip

PUBLISHING = publishing.publishing_steps((BOARD_CHAIR,), WHILE_OPEN, ALTERNATIVE)

TELL_DECISION = (On("tell_national_bodies", "sent_on"),)

decision = Clock(
    "decision", "Decide whether to hold a review", runs=months(1),
    starts=(On("refer_case", "received_on"),), met_by=tuple(On(step) for step in DECISIONS),
    source=Source("T-1.2", "Working Together 2006 and 2010, chapter 8"), explained_by_delay=True,
)  # fmt: skip

complete_review = Clock(
    "complete_review", "Complete the review", runs=months(4),
    starts=(On("decide_to_review"),), met_by=(On("approve_report"),),
    source=Source("T-1.8", "Working Together 2006, chapter 8"), explained_by_delay=True,
)  # fmt: skip

UNDER_WT2006 = Procedure(
    workflow="serious_case_review",
    regime="WT2006",
    title="Serious case review",
    edition="Working Together 2006",
    chapter="chapter 8",
    stages=STAGES,
    states=STATES,
    scopes=publishing.SCOPES,
    steps=(
        *UNTIL_COMMISSIONED,
        *PUBLISHING,
        proceedings_step(ANYWHERE),
        delay_step(WHILE_OPEN, (BUSINESS_MANAGER, BOARD_CHAIR)),
        *hold_steps(WHILE_OPEN, publishing.SCOPES, (BOARD_CHAIR,), (BOARD_CHAIR, SUBGROUP_CHAIR)),
    ),
    clocks=(
        decision,
        complete_review,
        Clock(
            "scoping_return", "What an agency knows", runs=None, per="each",
            starts=(On("request_scoping", "due_on", each=("agencies",)),),
            met_by=(On("record_scoping_return", each=("agency",)),),
            source=publishing.SCOPING_AND_REPORTS,
        ),
        replace(publishing.AGENCY_REPORT, voided_by=(On("approve_report"), On("conclude_alternative_review"))),
        HOLD_REVIEW,
        publishing.impact_evidence(months(6)),
        publishing.ACTION_DUE,
    ),
)  # fmt: skip


def is_review_of_another_kind(facts: Facts) -> bool:
    """DOMAIN 1.5: decided below the criteria, so that nothing of it is published as a serious case review."""
    decided = facts.latest("decide_alternative_review", "reopen_decision")
    return decided is not None and decided.step == "decide_alternative_review"


transition_completion = Clock(
    "transition_completion", "Complete and publish after the area’s new arrangements began", runs=months(12),
    from_area=True, met_by=(On("publish_report"), On("decide_not_to_publish")), unless=is_review_of_another_kind,
    source=Source("X-3", "Working Together: transitional guidance 2018"), explained_by_delay=True,
)  # fmt: skip

UNDER_WT2010 = UNDER_WT2006.amended(
    regime="WT2010",
    edition="Working Together 2010",
    clocks=(
        replace(complete_review, runs=months(6), source=Source("T-1.8", "Working Together 2010, chapter 8")),
        transition_completion,
    ),
)

COPY_2013 = publishing.pre_publication_copy(
    days(7), Source("T-1.10", "Working Together 2013, chapter 4", confirmed=False)
)
KEPT_2013 = publishing.keep_published(months(12), Source("T-1.11", "Working Together 2013, chapter 4"))

UNDER_WT2013 = UNDER_WT2010.amended(
    regime="WT2013",
    edition="Working Together 2013",
    chapter="chapter 4",
    steps=(
        replace(decide_alternative_review, guards=(review_is_not_mandatory_2013,)),
        replace(decide_not_to_review, guards=(review_is_not_mandatory_2013,)),
        *publishing.timed_publication(PUBLISHING, COPY_2013, KEPT_2013),
    ),
    clocks=(
        replace(decision, source=Source("T-1.2", "Working Together 2013, chapter 4")),
        replace(complete_review, runs=months(6), source=Source("T-1.8", "Working Together 2013, chapter 4")),
        Clock(
            "explain_not_initiating", "Explain to the national panel why there is no review", runs=days(14),
            starts=(On("decide_not_to_review"),), met_by=TELL_DECISION, voided_by=(On("reopen_decision"),),
            source=Source("T-1.5", "National panel of independent experts, guidance"), explained_by_delay=True,
        ),
        COPY_2013,
        KEPT_2013,
    ),
)  # fmt: skip

COPY_2015 = publishing.pre_publication_copy(
    working_days(7), Source("T-1.10", "Working Together 2015, chapter 4", confirmed=False)
)
KEPT_2015 = publishing.keep_published(months(12), Source("T-1.11", "Working Together 2015, chapter 4"))

UNDER_WT2015 = UNDER_WT2013.amended(
    regime="WT2015",
    edition="Working Together 2015",
    steps=publishing.timed_publication(PUBLISHING, COPY_2015, KEPT_2015),
    clocks=(
        Clock(
            "incident_notification", "Notify the incident", runs=working_days(5), same_step=True,
            starts=(On("record_incident_notification", "aware_on"),),
            met_by=(On("record_incident_notification", "notified_on"),),
            source=Source("T-1.1", "Working Together 2015, chapter 4"), explained_by_delay=True,
        ),
        replace(decision, source=Source("T-1.2", "Working Together 2015, chapter 4")),
        Clock(
            "tell_national_bodies", "Tell the national bodies the decision", runs=working_days(5),
            starts=tuple(On(step) for step in DECISIONS), met_by=TELL_DECISION, voided_by=(On("reopen_decision"),),
            source=Source("T-1.4", "Working Together 2015, chapter 4", confirmed=False), explained_by_delay=True,
        ),
        replace(complete_review, runs=months(6), source=Source("T-1.8", "Working Together 2015, chapter 4")),
        COPY_2015,
        KEPT_2015,
    ),
)  # fmt: skip

SERIOUS_CASE_REVIEW = Workflow(
    key="serious_case_review",
    title="Serious case review",
    short="SCR",
    procedures={procedure.regime: procedure for procedure in (UNDER_WT2006, UNDER_WT2010, UNDER_WT2013, UNDER_WT2015)},
)
