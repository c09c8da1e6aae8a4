"""The child death review, under Working Together 2006 to 2015 and the guidance of 2018 (WORKFLOWS 3)."""

from dataclasses import replace

from workflows.child_death_codes import (
    CATEGORY_OPTIONS,
    ETHNIC_GROUPS,
    EVENTS,
    OUT_OF_SCOPE_GROUNDS,
    PANEL_ROLES,
    PLACES_OF_DEATH,
    PREVENTABILITY,
    SEX,
    THEMES,
)
from workflows.codes import ABUSE_OR_NEGLECT, YES_NO_NOT_KNOWN
from workflows.dates import days, months, weeks, working_days
from workflows.definition import (
    Clock,
    HoldScope,
    Kind,
    Notice,
    On,
    Option,
    Procedure,
    Question,
    Source,
    Stage,
    State,
    Step,
    Workflow,
    YearEnd,
)
from workflows.questions import (
    day,
    future_day,
    lines,
    long_text,
    one_of,
    reasons,
    some_of,
    text,
    yes_no_not_known,
)
from workflows.reviews import child_death_conditions as conditions
from workflows.reviews.holding import HOLD_REVIEW, delay_step, hold_steps, proceedings_step
from workflows.roles import (
    AGENCY_LEAD,
    BUSINESS_MANAGER,
    CDOP_CHAIR,
    CDOP_COORDINATOR,
    DESIGNATED_DOCTOR,
    LEGAL_ADVISER,
    PANEL_MEMBER,
)

STAGES = (
    Stage("notification", "Notification"),
    Stage("review", "Review"),
    Stage("legal_hold", "Legal hold"),
    Stage("categorisation", "Categorisation"),
    Stage("ended", "Ended"),
)

AWAITING_MEETING = State("awaiting_meeting", "Awaiting the child death review meeting", "review")

STATES = (
    State("notified", "Notified", "notification"),
    State("gathering_information", "Gathering information", "review"),
    State("ready_for_panel", "Ready for the panel", "review"),
    State("on_agenda", "On the panel’s agenda", "review"),
    State("reviewed", "Reviewed, to be categorised", "review"),
    State("awaiting_proceedings", "Awaiting other proceedings", "legal_hold"),
    State("categorised", "Categorised", "categorisation"),
    State("returned", "Entered in the national return", "categorisation"),
    State("closed", "Closed", "ended", ended=True),
    State("not_in_scope", "Not in scope", "ended", ended=True),
    State("transferred", "Transferred to another panel", "ended", ended=True),
)

ANYWHERE = tuple(state.key for state in STATES)
WHILE_OPEN = tuple(state.key for state in STATES if not state.ended)
BEFORE_THE_PANEL = ("gathering_information", "ready_for_panel", "awaiting_proceedings", "on_agenda")
AFTER_THE_PANEL = ("reviewed", "categorised", "returned")

# DOMAIN 4.8: notification, the joint response, requests for reports and the return are never held.
SCOPES = (
    HoldScope("panel_review", "review by the panel", ("ready_for_panel",), "awaiting_proceedings"),
    HoldScope("family_contact", "contact with the family"),
)

COORDINATION = (CDOP_COORDINATOR, DESIGNATED_DOCTOR)
MAY_NOTIFY = (CDOP_COORDINATOR, DESIGNATED_DOCTOR, AGENCY_LEAD, BUSINESS_MANAGER, CDOP_CHAIR, PANEL_MEMBER)


# --- What is asked ----------------------------------------------------------

ABOUT_THE_CHILD = "The child"
ABOUT_THE_DEATH = "The death"
ABOUT_THE_NOTIFICATION = "The notification"
SCOPE = "Whether the death is reviewed"

NOTIFICATION_QUESTIONS = (
    day("notified_on", "When the panel was notified", required=True, not_before="died_on",
        group=ABOUT_THE_NOTIFICATION),
    day("died_on", "When the child died", required=True, not_before="born_on", group=ABOUT_THE_DEATH),
    day("born_on", "Date of birth", required=True, group=ABOUT_THE_CHILD),
    one_of("sex", "Sex", SEX, required=True, group=ABOUT_THE_CHILD),
    one_of("ethnic_group", "Ethnic group", ETHNIC_GROUPS, group=ABOUT_THE_CHILD),
    Question("nhs_number", "NHS number", Kind.NHS_NUMBER, group=ABOUT_THE_CHILD, kept_apart=True,
             hint="Ten digits. Leave it empty if the child had none or it is not known"),
    text("normally_resident_in", "Area where the child normally lived", required=True, group=ABOUT_THE_CHILD,
         hint="The area decides which panel reviews, wherever the child died"),
    one_of("place_of_death", "Where the child died", PLACES_OF_DEATH, group=ABOUT_THE_DEATH,
           hint="Or where what led directly to the death happened"),
    one_of("expected", "Was the death expected?", YES_NO_NOT_KNOWN, required=True, group=ABOUT_THE_DEATH,
           hint="Unexpected: not a significant possibility 24 hours before. If in doubt, treat it as unexpected"),
    yes_no_not_known("live_birth", "Was the child born alive?", group=SCOPE),
    yes_no_not_known("over_24_weeks", "Was the child born after 24 weeks of pregnancy?", group=SCOPE),
    yes_no_not_known("lawful_termination", "Was it a planned termination within the law?", group=SCOPE),
    long_text("circumstances", "Circumstances of the death", group=ABOUT_THE_DEATH, kept_apart=True),
    text("notifier", "Who notified", group=ABOUT_THE_NOTIFICATION, kept_apart=True),
    lines("agencies", "Agencies that knew the child", group=ABOUT_THE_NOTIFICATION,
          hint="One on each line. Each is proposed when reports are requested"),
    text("transferred_from", "Panel that passed the case on", group=ABOUT_THE_NOTIFICATION),
    text("cdop_ref", "The panel’s own reference", group=ABOUT_THE_NOTIFICATION),
    text("pseudonym", "How the case is to be known on papers", group=ABOUT_THE_NOTIFICATION,
         hint="Never the child’s name. Left empty, it is known by the reference"),
)  # fmt: skip

ANALYSIS = "What the panel found"
CONCLUSION = "The panel’s conclusion"
FOLLOW_UP = "What follows"
RETURN = "For the national return"

CATEGORISATION_QUESTIONS = (
    text("cause_of_death", "Cause of death as now understood", group=ANALYSIS),
    Question("factors", "Factors", Kind.FACTORS, group=ANALYSIS,
             hint="By domain: what it was, its score, and whether it could be modified"),
    one_of("event", "What led to the death", EVENTS, group=ANALYSIS),
    one_of("category", "Category of death", CATEGORY_OPTIONS, required=True, group=CONCLUSION,
           hint="If more than one applies, the one nearest the top"),
    some_of("other_categories", "Other categories that also apply", CATEGORY_OPTIONS, group=CONCLUSION),
    one_of("preventability", "Preventability", PREVENTABILITY, required=True, group=CONCLUSION),
    long_text("reasons", "Reasons for the conclusion", group=CONCLUSION),
    text("dissent", "Who saw it differently, by role, and how", group=CONCLUSION),
    lines("issues", "Issues identified", group=FOLLOW_UP, hint="One on each line"),
    lines("learning", "Learning points", group=FOLLOW_UP, hint="One on each line"),
    lines("recommendations", "Recommendations, and to whom", group=FOLLOW_UP, hint="One on each line"),
    long_text("family_follow_up", "Follow-up for the family", group=FOLLOW_UP),
    yes_no_not_known("child_protection_plan", "Was the child subject to a child protection plan?", group=RETURN),
    yes_no_not_known("statutory_order", "Was the child subject to a statutory order?", group=RETURN),
    yes_no_not_known("asylum_seeker", "Was the child an asylum seeker?", group=RETURN),
)  # fmt: skip

WHO_SITS = (Option("chair", "Chair"), *PANEL_ROLES)
SIZES = tuple(Option(str(number), f"At least {number} members") for number in range(2, 13))

LISTING_QUESTIONS = (
    future_day("meeting_on", "Day of the panel’s meeting", required=True, not_before="on"),
    lines("quorum_roles", "Who must be there by the panel’s rule", hint="One on each line. Health and the local "
          "authority must always be there"),
    one_of("quorum_minimum", "How many must be there", SIZES),
)  # fmt: skip

REVIEW_QUESTIONS = (
    day("meeting_on", "Day of the panel’s meeting", required=True),
    lines("roles_present", "Who was present for this case", required=True, hint="One on each line",
          suggests=tuple(option.words for option in PANEL_ROLES)),
    text("presence_assumed_because", "Why who was present is assumed",
         hint="Only for a meeting long past of which no list was kept"),
    one_of("chaired_by", "Who took the chair instead", WHO_SITS[1:], hint="Only if the chair did not"),
    text("themed", "Theme of the meeting", suggests=THEMES, hint="Only for a themed panel"),
)  # fmt: skip

FAMILY_CONTACTS = ("Through the key worker", "Letter", "Telephone call", "Meeting")


def _coordinated(*keys: str) -> tuple[Notice, ...]:
    return tuple(Notice(key, CDOP_COORDINATOR) for key in keys)


# --- The steps, as the review runs ------------------------------------------

notify_death = Step(
    "notify_death", "Notify a child’s death", done="Death notified",
    after="notified", opens=True, by=MAY_NOTIFY, asks=NOTIFICATION_QUESTIONS, group="Notification",
    tells=(*_coordinated("death_notified"), Notice("death_notified", DESIGNATED_DOCTOR)),
)  # fmt: skip

complete_information = Step(
    "complete_information", "Record that the information is complete", done="Information complete",
    before=("gathering_information",), after="ready_for_panel", by=(CDOP_COORDINATOR,), group="Information",
    asks=(
        lines("outstanding", "What is still outstanding", hint="One on each line: what the panel will do without"),
        long_text("summary", "Summary for the panel", hint="Without names, places and exact dates"),
    ),
    tells=(Notice("ready_for_panel", CDOP_CHAIR),),
)  # fmt: skip

request_report = Step(
    "request_report", "Request a report", done="Report requested",
    before=BEFORE_THE_PANEL, by=(CDOP_COORDINATOR,), group="Information",
    asks=(
        text("agency", "Agency", required=True),
        text("form", "Which form", required=True, hint="By its name, never by its number: the numbers changed"),
        future_day("due_on", "When it is due", required=True, day_needed=True, not_before="on"),
    ),
    tells=(Notice("report_requested", AGENCY_LEAD),),
)  # fmt: skip

record_report = Step(
    "record_report", "Record that a report came", done="Report received",
    before=(*BEFORE_THE_PANEL, *AFTER_THE_PANEL), by=(CDOP_COORDINATOR, AGENCY_LEAD), group="Information",
    asks=(text("agency", "Agency", required=True), text("form", "Which form")),
)  # fmt: skip
record_report_not_coming = Step(
    "record_report_not_coming", "Record that a report will not come", done="Report will not come",
    before=(*BEFORE_THE_PANEL, *AFTER_THE_PANEL), by=(CDOP_COORDINATOR,), group="Information",
    asks=(
        text("agency", "Agency", required=True),
        text("form", "Which form", hint="Leave it empty if nothing at all will come from this agency"),
        reasons("Why it will not come", hint="For example, that the practice has closed. Do not repeat names"),
    ),
    guards=(conditions.report_was_asked_for,),
    hint="The panel does without it, and the agency is not reminded any more. It can still come.",
)  # fmt: skip

STEPS = (
    notify_death,
    Step(
        "confirm_in_scope", "Confirm that the death is to be reviewed", done="Confirmed in scope",
        before=("notified",), after="gathering_information", by=COORDINATION, guards=(conditions.death_is_in_scope,),
        cautions=(conditions.live_birth_is_known,), group="Notification",
    ),
    Step(
        "rule_out_of_scope", "Rule the death out of scope", done="Ruled out of scope",
        before=("notified", "gathering_information"), after="not_in_scope", by=(DESIGNATED_DOCTOR, CDOP_CHAIR),
        asks=(one_of("ground", "On which ground", OUT_OF_SCOPE_GROUNDS, required=True),), final=True,
        cautions=(conditions.ground_agrees_with_age,), group="Notification", tells=_coordinated("ruled_out_of_scope"),
    ),
    Step(
        "convene_joint_response", "Record the joint agency response", done="Joint agency response held",
        before=WHILE_OPEN, by=(DESIGNATED_DOCTOR,), group="Joint response",
        asks=(day("held_on", "When the first meeting was held", required=True),),
        hint="For a death from an external cause, sudden and without apparent cause, in custody, or not clearly "
        "natural. It is not a rapid review.",
    ),
    request_report,
    record_report,
    record_report_not_coming,
    complete_information,
    Step(
        "list_for_panel", "List for a panel meeting", done="Listed for the panel",
        before=("ready_for_panel",), after="on_agenda", by=(CDOP_COORDINATOR,), activity="panel_review",
        asks=LISTING_QUESTIONS, group="Panel",
        # Members hold no role on a case: they hear of a meeting when its pack is released.
        tells=(Notice("listed_for_panel", CDOP_CHAIR),),
    ),
    Step(
        "declare_interest", "Record a declaration of interest", done="Interest declared",
        before=WHILE_OPEN, by=(CDOP_CHAIR, PANEL_MEMBER, DESIGNATED_DOCTOR, CDOP_COORDINATOR), group="Panel",
        asks=(
            one_of("role", "Whose interest", WHO_SITS, required=True),
            long_text("interest", "What it is", required=True,
                      hint="The member is kept from this case and does not take the chair for it"),
        ),
        tells=_coordinated("interest_declared"),
    ),
    Step(
        "defer_review", "Defer the review", done="Review deferred",
        before=("on_agenda",), after="gathering_information", by=(CDOP_CHAIR,), group="Panel",
        asks=(reasons(), text("until", "Until when, or what")), tells=_coordinated("review_deferred"),
    ),
    Step(
        "review_at_panel", "Record the panel’s review", done="Reviewed by the panel",
        before=("on_agenda",), after="reviewed", by=(CDOP_CHAIR,), activity="panel_review", asks=REVIEW_QUESTIONS,
        guards=(conditions.panel_is_quorate, conditions.chair_has_no_interest, conditions.deputy_has_no_interest),
        group="Panel",
    ),
    Step(
        "categorise", "Record the panel’s conclusions", done="Categorised",
        before=("reviewed",), after="categorised", by=(CDOP_CHAIR,), asks=CATEGORISATION_QUESTIONS, group="Panel",
        guards=(conditions.wording_is_of_the_period, conditions.factors_are_graded_as_then),
        cautions=conditions.CATEGORY_CAUTIONS, tells=_coordinated("categorised"),
    ),
    Step(
        "refer_for_review", "Refer for a review of its own", done="Referred for a review",
        before=WHILE_OPEN, by=(CDOP_CHAIR, DESIGNATED_DOCTOR), final=True, group="Referral",
        asks=(
            reasons(),
            one_of("abuse_or_neglect", "Is abuse or neglect known or suspected?", ABUSE_OR_NEGLECT),
            yes_no_not_known("concern_about_joint_working", "Is there concern about how agencies worked together?"),
        ),
        hint="Opens a serious case review or a practice review, linked with this case. Tell the partners at once.",
        # The review it opens tells those who keep reviews; they are shown no child’s death.
        tells=_coordinated("death_referred"),
    ),
    Step(
        "finalise_return", "Enter the case in the national return", done="Entered in the national return",
        before=("categorised",), after="returned", by=(CDOP_COORDINATOR,), group="National return",
        asks=(
            long_text("gaps_left_because", "Why anything is left empty",
                      hint="Only if something the return needs is missing and will not be known"),
        ),
    ),
    Step(
        "close_case", "Close the case", done="Case closed",
        before=("returned",), after="closed", by=(CDOP_COORDINATOR,), group="Ending",
    ),
    Step(
        "reopen_case", "Reopen the case", done="Case reopened",
        before=("returned", "closed"), after="gathering_information", by=(CDOP_CHAIR,), group="Ending",
        asks=(reasons(),), tells=_coordinated("case_reopened"),
    ),
    Step(
        "transfer_case", "Transfer to another panel", done="Transferred to another panel",
        before=WHILE_OPEN, after="transferred", by=(CDOP_COORDINATOR,), final=True, group="Ending",
        asks=(text("to_panel", "To which panel", required=True), reasons()),
        hint="The panel of the area where the child normally lived reviews the death. It is then not counted here.",
    ),
    Step(
        "record_transferred_outcome", "Record what the other panel found", done="Outcome at the other panel",
        before=("transferred",), by=(CDOP_COORDINATOR,), group="Ending",
        asks=(long_text("outcome", "Outcome", required=True),),
    ),
    Step(
        "record_family_contact", "Record contact with the family", done="Contact with the family",
        before=WHILE_OPEN, by=COORDINATION, activity="family_contact", group="Family",
        asks=(
            text("kind", "Kind of contact", required=True, suggests=FAMILY_CONTACTS),
            long_text("outcome", "Outcome, and what the family asked"),
        ),
    ),
)  # fmt: skip


BEFORE_NOTIFICATION = day("event_on", "When it happened, if that was before the panel was notified",
                          hint="The step itself is then dated on the day of the notification")  # fmt: skip


def _beside_the_review(anywhere: tuple[str, ...], while_open: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the steps about holds, proceedings and delay, told to those who look after the case."""
    holds = hold_steps(
        while_open, SCOPES, (CDOP_CHAIR, DESIGNATED_DOCTOR), (CDOP_CHAIR, DESIGNATED_DOCTOR, CDOP_COORDINATOR)
    )
    hints = {
        "authorise_hold": "A hold stops only what it covers. It never stops a statutory date, and it cannot cover the "
        "joint response, requests for reports, the safety of other children or support for the family.",
        "release_hold": "Then: ask the coroner or the police whether anything learned changes the facts, offer contact "
        "again to the family, and list the case for the panel.",
    }
    proceedings = proceedings_step(anywhere, (CDOP_COORDINATOR, DESIGNATED_DOCTOR, BUSINESS_MANAGER, LEGAL_ADVISER))
    return (
        replace(proceedings, asks=(*proceedings.asks, BEFORE_NOTIFICATION)),
        delay_step(while_open, (CDOP_COORDINATOR, CDOP_CHAIR, DESIGNATED_DOCTOR)),
        *(replace(step, hint=hints.get(step.key, step.hint), tells=_told_of_holds(step)) for step in holds),
    )


def _told_of_holds(step: Step) -> tuple[Notice, ...]:
    keys = dict.fromkeys(notice.key for notice in step.tells)
    return tuple(Notice(key, role) for key in keys for role in COORDINATION)


# --- The clocks -------------------------------------------------------------

WT2006_CHAPTER = "Working Together 2006, chapter 7"

notification = Clock(
    "notification", "Notify the panel", runs=working_days(1), same_step=True,
    starts=(On("notify_death", "died_on"),), met_by=(On("notify_death", "notified_on"),),
    source=Source("T-3.1", WT2006_CHAPTER, confirmed=False),
)  # fmt: skip

joint_response_meeting = Clock(
    "joint_response_meeting", "Rapid response: share what is known and plan", runs=days(1),
    starts=(On("notify_death", "died_on"),), met_by=(On("convene_joint_response", "held_on"),),
    voided_by=(On("review_at_panel"),),  # there is nothing left to plan once the panel has reviewed
    unless=lambda facts: facts.answer("expected", "notify_death") == "yes",
    source=Source("T-3.8", WT2006_CHAPTER, confirmed=False), explained_by_delay=True,
)  # fmt: skip

report_return = Clock(
    "report_return", "Agency’s report", runs=None, per="each",
    starts=(On("request_report", "due_on", each=("agency", "form")),),
    met_by=(On("record_report", each=("agency", "form")),),
    voided_by=(On("record_report_not_coming", each=("agency", "form")),),
    source=Source("T-3.11", "The day asked for: no statutory limit"),
)  # fmt: skip

national_return = Clock(
    "national_return", "Enter the case in the national return", runs=YearEnd(3, 31),
    starts=(On("categorise"),), met_by=(On("finalise_return"),),
    source=Source("T-4.11", "Child death data collection: the year ends on 31 March"), explained_by_delay=True,
)  # fmt: skip

completion_after_transition = Clock(
    "completion_after_transition", "Complete the review after the area’s new arrangements began", runs=months(4),
    from_area=True, met_by=(On("review_at_panel"),),
    source=Source("X-4", "Child death review: transitional guidance 2018", confirmed=False), explained_by_delay=True,
)  # fmt: skip

UNDER_WT2006 = Procedure(
    workflow="child_death_review",
    regime="WT2006",
    title="Child death review",
    edition="Working Together 2006",
    chapter="chapter 7",
    stages=STAGES,
    states=STATES,
    scopes=SCOPES,
    steps=(*STEPS, *_beside_the_review(ANYWHERE, WHILE_OPEN)),
    clocks=(
        notification,
        joint_response_meeting,
        report_return,
        national_return,
        HOLD_REVIEW,
        completion_after_transition,
    ),
)


def _restated(text: str) -> tuple[Clock, ...]:
    """Return the clocks that go back to the guidance, with the edition that states them."""
    return tuple(
        replace(clock, source=replace(clock.source, text=text)) for clock in (notification, joint_response_meeting)
    )


UNDER_WT2010 = UNDER_WT2006.amended(
    regime="WT2010", edition="Working Together 2010", clocks=_restated("Working Together 2010, chapter 7")
)
UNDER_WT2013 = UNDER_WT2010.amended(
    regime="WT2013",
    edition="Working Together 2013",
    chapter="chapter 5",
    clocks=_restated("Working Together 2013, chapter 5"),
)
UNDER_WT2015 = UNDER_WT2013.amended(
    regime="WT2015", edition="Working Together 2015", clocks=_restated("Working Together 2015, chapter 5")
)

# --- The guidance of 2018: a meeting of those who cared for the child, before the panel ---------

CDR2018 = "Child Death Review: statutory and operational guidance 2018"


def _with_meeting(step: Step) -> Step:
    """Return the step as it can also be taken while the meeting is awaited, if it can all through the gathering."""
    all_through = set(BEFORE_THE_PANEL) <= set(step.before)
    return replace(step, before=(*step.before, AWAITING_MEETING.key)) if all_through else step


hold_review_meeting = Step(
    "hold_review_meeting", "Record the child death review meeting", done="Child death review meeting held",
    before=(AWAITING_MEETING.key,), after="ready_for_panel", by=(DESIGNATED_DOCTOR, CDOP_COORDINATOR),
    asks=(day("report_received_on", "When its report was received", required=True),), group="Information",
    cautions=(conditions.report_follows_the_meeting,),
    hint="Those who cared for the child meet, after the post-mortem report is known.",
    tells=(Notice("ready_for_panel", CDOP_CHAIR),),
)  # fmt: skip

panel_review = Clock(
    "panel_review", "Review at the panel", runs=weeks(6), from_latest=True,
    starts=(
        On("hold_review_meeting", "report_received_on"),
        On("record_proceedings", where={"event": ("inquest_concluded",)}),
        On("record_proceedings", where={"process": ("INQUEST",), "event": ("concluded",)}),
    ),
    met_by=(On("review_at_panel"),), unless=conditions.inquest_is_open,
    source=Source("T-4.10", CDR2018, confirmed=False), explained_by_delay=True,
)  # fmt: skip

# What the guidance says of the meeting, the panel and the joint response is remembered and not read (DOMAIN 14).
_UNDER_CDR2018 = UNDER_WT2015.amended(
    regime="CDR2018",
    edition=CDR2018,
    chapter="chapters 2 to 5",
    without_clocks=("completion_after_transition",),
    steps=(
        *(_with_meeting(step) for step in UNDER_WT2015.steps),
        replace(complete_information, after=AWAITING_MEETING.key, tells=()),
        hold_review_meeting,
    ),
    clocks=(
        replace(notification, runs=days(1), source=Source("T-4.2", CDR2018, confirmed=False)),
        replace(
            joint_response_meeting, title="Joint agency response: first meeting", runs=days(2),
            source=Source("T-4.5", CDR2018, confirmed=False),
        ),
        Clock(
            "review_meeting", "Hold the child death review meeting", runs=months(3),
            starts=(On("notify_death", "died_on"),), met_by=(On("hold_review_meeting"),),
            source=Source("T-4.8", CDR2018, confirmed=False), explained_by_delay=True,
        ),
        panel_review,
    ),
)  # fmt: skip

UNDER_CDR2018 = replace(_UNDER_CDR2018, states=(*STATES[:2], AWAITING_MEETING, *STATES[2:]))

CHILD_DEATH_REVIEW = Workflow(
    key="child_death_review",
    title="Child death review",
    short="CDR",
    procedures={
        procedure.regime: procedure
        for procedure in (UNDER_WT2006, UNDER_WT2010, UNDER_WT2013, UNDER_WT2015, UNDER_CDR2018)
    },
)
