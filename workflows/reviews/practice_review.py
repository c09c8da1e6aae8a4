"""The practice review, under Working Together 2018 to 2026: from the incident to a local review (WORKFLOWS 2).

From commissioning on it is the serious case review, with the safeguarding partners where that has the board’s chair.
"""

from dataclasses import replace

from workflows.codes import RAPID_REVIEW_DECISIONS, SAFEGUARDING_PARTNERS, plainly
from workflows.dates import months, working_days
from workflows.definition import Clock, Guard, Notice, On, Procedure, Source, Stage, State, Step, Workflow
from workflows.facts import Facts
from workflows.questions import day, lines, long_text, one_of, reasons, text
from workflows.reviews import publishing
from workflows.reviews.holding import HOLD_REVIEW, delay_step, hold_steps, proceedings_step
from workflows.reviews.serious_case_review import ABOUT_THE_CHILD, ABOUT_THE_INCIDENT, CRITERIA_QUESTIONS
from workflows.roles import AGENCY_LEAD, BUSINESS_MANAGER, CDOP_COORDINATOR, SAFEGUARDING_PARTNER, SUBGROUP_CHAIR

STAGES = (
    Stage("notification", "Notification"),
    Stage("rapid_review", "Rapid review"),
    publishing.COMMISSIONING,
    publishing.REVIEW,
    publishing.PUBLICATION,
    publishing.LEARNING,
    publishing.LEGAL_HOLD,
    publishing.ENDED,
)

STATES = (
    State("incident_known", "Incident known", "notification"),
    State("rapid_review", "Rapid review", "rapid_review"),
    State("awaiting_panel", "Awaiting the Panel’s response", "rapid_review"),
    *publishing.STATES,
    State("not_serious_incident", "Not a serious incident", "ended", ended=True),
    State("no_local_review", "No local review", "ended", ended=True),
    State("national_review", "National review", "ended", ended=True),
)

ANYWHERE = tuple(state.key for state in STATES)
WHILE_OPEN = tuple(state.key for state in STATES if not state.ended)
PARTNERS = (SAFEGUARDING_PARTNER,)


def _not_named(facts: Facts) -> list[str]:
    """Return the partners missing from an agreement as it is told; none when nothing is told of one.

    Each line names a partner, or the post that agreed for one: three posts are an agreement of the three.
    """
    agreed = facts.answers.get("agreed_by")
    if agreed is None or len(agreed) >= len(SAFEGUARDING_PARTNERS):
        return []
    told = plainly(" ".join(agreed))
    return [partner.words.lower() for partner in SAFEGUARDING_PARTNERS if plainly(partner.words) not in told]


every_partner_agreed = Guard(
    "every_partner_agreed",
    holds=lambda facts: not _not_named(facts),
    otherwise=lambda facts: (
        f"The three safeguarding partners decide jointly. Not named as having agreed: {', '.join(_not_named(facts))}"
    ),
    source=Source("T-2.6", "Working Together 2018, chapter 4: the safeguarding partners decide jointly"),
)

IN_A_PARTNERS_PLACE = (
    "Instead of ticking a partner, the post that agreed for it can be written, one on each line. Do not name the person"
)

AGREEMENT = lines(
    "agreed_by", "Who agreed for the local authority, the police and health", group="Agreement",
    hint=f"Where they agreed on this together, give all three. {IN_A_PARTNERS_PLACE}",
    suggests=tuple(partner.words for partner in SAFEGUARDING_PARTNERS),
)  # fmt: skip

AGREEMENT_OF_ALL = replace(AGREEMENT, required=True, hint=f"All three must have agreed. {IN_A_PARTNERS_PLACE}")

# What the partners decide together after the rapid review, which is where their agreement must be recorded (T-2.6).
# A later decision names it again where it was given again.
JOINT_DECISIONS = frozenset({
    "approve_report", "return_report", "commission_review", "decide_publication", "decide_not_to_publish",
    "reopen_report", "authorise_hold", "release_hold",
})  # fmt: skip


def jointly(step: Step) -> Step:
    """Return a decision of the partners, asking who agreed and refusing an agreement of fewer than the three."""
    if step.key not in JOINT_DECISIONS:
        return step
    return replace(step, asks=(*step.asks, AGREEMENT), guards=(*step.guards, every_partner_agreed))


def _about_the_incident() -> tuple[Step, ...]:
    """Return the steps that record the incident and notify it."""
    return (
        Step(
            "record_incident", "Record an incident", done="Incident recorded",
            after="incident_known", opens=True, group="Notification",
            by=(BUSINESS_MANAGER, SAFEGUARDING_PARTNER, SUBGROUP_CHAIR, AGENCY_LEAD, CDOP_COORDINATOR),
            asks=(
                day("incident_on", "When the incident happened", required=True, group=ABOUT_THE_INCIDENT),
                day("aware_on", "When the local authority became aware of it", required=True, not_before="incident_on",
                    group=ABOUT_THE_INCIDENT),
                day("received_on", "When the partnership was told", required=True, group=ABOUT_THE_INCIDENT),
                text("pseudonym", "Pseudonym", required=True, group=ABOUT_THE_CHILD,
                     hint="As the case is to be known here: Child A, Baby B. Never the child’s name"),
                day("born_on", "Date of birth", group=ABOUT_THE_CHILD),
                *(question for question in CRITERIA_QUESTIONS if question.key != "concern_about_joint_working"),
                text("normally_resident_in", "Area where the child normally lives or lived", required=True,
                     group=ABOUT_THE_CHILD),
                text("referred_by", "Who reported it", required=True, group=ABOUT_THE_INCIDENT),
                long_text("summary", "Summary", group=ABOUT_THE_INCIDENT),
            ),
            tells=(Notice("case_referred", SUBGROUP_CHAIR), Notice("case_referred", SAFEGUARDING_PARTNER)),
        ),
        Step(
            "notify_panel", "Notify the Panel", done="Panel notified",
            before=("incident_known",), after="rapid_review", group="Notification",
            by=(BUSINESS_MANAGER, SAFEGUARDING_PARTNER, AGENCY_LEAD),
            hint="The local authority notifies the Panel. The same notification reaches the Secretary of State and "
            "Ofsted, who are also told of the death of any looked after child.",
            asks=(
                day("notified_on", "When the notification was sent", required=True),
                text("reference", "Reference of the notification"),
            ),
            tells=(Notice("rapid_review_begun", SAFEGUARDING_PARTNER), Notice("rapid_review_begun", SUBGROUP_CHAIR)),
        ),
        Step(
            "rule_not_serious", "Rule that it is not a serious incident", done="Ruled not a serious incident",
            before=("incident_known", "rapid_review"), after="not_serious_incident",
            by=(SAFEGUARDING_PARTNER, BUSINESS_MANAGER), final=True, group="Notification", asks=(reasons(),),
        ),
        Step(
            "tell_partners", "Record that the safeguarding partners were told", done="Safeguarding partners told",
            before=(*WHILE_OPEN, "not_serious_incident"), by=(BUSINESS_MANAGER, AGENCY_LEAD, SAFEGUARDING_PARTNER),
            group="Notification", asks=(day("sent_on", "When they were told", required=True),),
        ),
    )  # fmt: skip


def _about_the_rapid_review() -> tuple[Step, ...]:
    """Return the steps from the rapid review to the decision on a local review."""
    return (
        Step(
            "submit_rapid_review", "Submit the rapid review", done="Rapid review submitted",
            before=("rapid_review",), after="awaiting_panel", by=(SAFEGUARDING_PARTNER, BUSINESS_MANAGER),
            group="Rapid review", guards=(every_partner_agreed,),
            hint="A rapid review is never held. If the police ask, leave accounts of witnesses out of it.",
            asks=(
                one_of("decision", "What the partners decided", RAPID_REVIEW_DECISIONS, required=True),
                AGREEMENT_OF_ALL,
                long_text("immediate_action", "Immediate action for the safety of children"),
                lines("learning", "What was learned", required=True, hint="One point on each line"),
                text("panel_guidance_version", "Edition of the Panel’s guidance followed",
                     suggests=("April 2019", "September 2022", "June 2025")),
            ),
        ),
        Step(
            "record_panel_response", "Record the Panel’s response", done="Panel’s response",
            before=("awaiting_panel",), by=(BUSINESS_MANAGER, SAFEGUARDING_PARTNER), group="Rapid review",
            asks=(long_text("view", "The Panel’s view", required=True),),
            tells=(Notice("decision_awaited", SAFEGUARDING_PARTNER),),
        ),
        Step(
            "decide_local_review", "Decide to hold a local review", done="Decided to hold a local review",
            before=("awaiting_panel",), after="commissioning", by=PARTNERS, final=True, group="Decision",
            guards=(every_partner_agreed,), asks=(reasons(), AGREEMENT),
            tells=(Notice("decision_made", BUSINESS_MANAGER), Notice("decision_made", SUBGROUP_CHAIR)),
        ),
        Step(
            "decide_no_local_review", "Decide not to hold a local review", done="Decided not to hold a local review",
            before=("awaiting_panel",), after="no_local_review", by=PARTNERS, final=True, group="Decision",
            guards=(every_partner_agreed,), asks=(reasons(), AGREEMENT),
            tells=(Notice("decision_made", BUSINESS_MANAGER), Notice("decision_made", SUBGROUP_CHAIR)),
        ),
        Step(
            "record_national_review", "Record that there is a national review", done="National review",
            before=("awaiting_panel", *publishing.FROM_COMMISSIONING_ON), after="national_review",
            by=(SAFEGUARDING_PARTNER, BUSINESS_MANAGER), final=True, group="Decision",
            asks=(long_text("reasons", "Reasons"),),
            tells=(Notice("decision_made", BUSINESS_MANAGER), Notice("decision_made", SUBGROUP_CHAIR)),
        ),
    )  # fmt: skip


def statutory_clocks(guidance: str, *, rapid_review_confirmed: bool) -> tuple[Clock, ...]:
    """Return the clocks of an edition, printed as coming from `guidance`; the figures have not changed since 2018.

    The rapid review counts from the notification. In 2018 and 2019 the Panel may have counted from awareness (T-2.4).
    """
    return (
        Clock(
            "incident_notification", "Notify the Panel of the incident", runs=working_days(5),
            starts=(On("record_incident", "aware_on"),), met_by=(On("notify_panel", "notified_on"),),
            source=Source("T-2.1", f"Children Act 2004, section 16C(1); {guidance}"), explained_by_delay=True,
        ),
        Clock(
            "tell_partners", "Tell the safeguarding partners", runs=working_days(5),
            starts=(On("record_incident", "aware_on"),), met_by=(On("tell_partners", "sent_on"),),
            source=Source("T-2.2", guidance), explained_by_delay=True,
        ),
        Clock(
            "rapid_review", "Send the rapid review to the Panel", runs=working_days(15),
            starts=(On("notify_panel", "notified_on"),), met_by=(On("submit_rapid_review"),),
            source=Source("T-2.4", guidance, confirmed=rapid_review_confirmed), explained_by_delay=True,
        ),
        Clock(
            "publish_review", "Complete and publish the review", runs=months(6),
            starts=(On("decide_local_review"),), met_by=(On("publish_report"),),
            source=Source("T-2.7", guidance, confirmed=False), explained_by_delay=True,
        ),
        publishing.pre_publication_copy(working_days(7), Source("T-2.8", guidance, confirmed=False)),
        publishing.keep_published(months(12), Source("T-2.9", guidance, confirmed=False)),
    )  # fmt: skip


PUBLISHING = tuple(jointly(step) for step in publishing.publishing_steps(PARTNERS, WHILE_OPEN))

CLOCKS_2018 = statutory_clocks("Working Together 2018, chapter 4", rapid_review_confirmed=False)
CLOCKS_2023 = statutory_clocks("Working Together 2023, chapter 5", rapid_review_confirmed=True)

# The chapters of 2026 on reviews have not been read: the figures of 2023, every one marked as not confirmed.
CLOCKS_2026 = tuple(
    replace(clock, source=replace(clock.source, confirmed=False))
    for clock in statutory_clocks("Working Together 2026, chapter 5", rapid_review_confirmed=False)
)

UNDER_WT2018 = Procedure(
    workflow="practice_review",
    regime="WT2018",
    title="Practice review",
    edition="Working Together 2018",
    chapter="chapter 4",
    stages=STAGES,
    states=STATES,
    scopes=publishing.SCOPES,
    steps=(
        *_about_the_incident(),
        *_about_the_rapid_review(),
        *publishing.timed_publication(PUBLISHING, *CLOCKS_2018[-2:]),
        proceedings_step(ANYWHERE),
        delay_step(WHILE_OPEN, (BUSINESS_MANAGER, SAFEGUARDING_PARTNER)),
        *map(jointly, hold_steps(WHILE_OPEN, publishing.SCOPES, PARTNERS, (SAFEGUARDING_PARTNER, SUBGROUP_CHAIR))),
    ),
    clocks=(
        *CLOCKS_2018,
        publishing.AGENCY_REPORT,
        HOLD_REVIEW,
        publishing.impact_evidence(months(6)),
        publishing.ACTION_DUE,
    ),
)

UNDER_WT2023 = UNDER_WT2018.amended(
    regime="WT2023",
    edition="Working Together 2023",
    chapter="chapter 5",
    steps=publishing.timed_publication(PUBLISHING, *CLOCKS_2023[-2:]),
    clocks=CLOCKS_2023,
)


UNDER_WT2026 = UNDER_WT2023.amended(
    regime="WT2026",
    edition="Working Together 2026",
    chapter="chapter 5",
    steps=publishing.timed_publication(PUBLISHING, *CLOCKS_2026[-2:]),
    clocks=CLOCKS_2026,
    confirmed=False,
)

PRACTICE_REVIEW = Workflow(
    key="practice_review",
    title="Practice review",
    short="LCSPR",
    procedures={procedure.regime: procedure for procedure in (UNDER_WT2018, UNDER_WT2023, UNDER_WT2026)},
)
