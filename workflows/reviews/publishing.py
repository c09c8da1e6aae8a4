"""From commissioning to closure: what a serious case review and a practice review share, declared once."""

from dataclasses import replace
from datetime import date

from workflows.codes import (
    ACTION_STATES,
    AGENCY_REPORT_KINDS,
    IMPACT_RATINGS,
    METHODOLOGIES,
    PUBLICATION_MODES,
)
from workflows.dates import PartialDate, Period, day_in_words
from workflows.definition import Clock, Guard, HoldScope, Notice, On, Source, Stage, State, Step
from workflows.facts import Facts
from workflows.questions import day, future_day, lines, long_text, one_of, reasons, text, yes_no
from workflows.roles import (
    AGENCY_LEAD,
    BOARD_MEMBER,
    BUSINESS_MANAGER,
    LEAD_REVIEWER,
    SUBGROUP_CHAIR,
)

COMMISSIONING = Stage("commissioning", "Commissioning")
REVIEW = Stage("review", "Review")
PUBLICATION = Stage("publication", "Publication")
LEARNING = Stage("learning", "Learning")
LEGAL_HOLD = Stage("legal_hold", "Legal hold")
ENDED = Stage("ended", "Ended")

STATES = (
    State("commissioning", "Commissioning", "commissioning"),
    State("gathering_information", "Gathering information", "review"),
    State("analysis", "Analysis", "review"),
    State("drafting", "Drafting the report", "review"),
    State("awaiting_approval", "Awaiting approval", "review"),
    State("preparing_publication", "Preparing publication", "publication"),
    State("published", "Published", "publication"),
    State("withheld", "Not published", "publication"),
    State("monitoring_actions", "Monitoring actions", "learning"),
    State("review_on_hold", "Review on hold", "legal_hold"),
    State("approval_on_hold", "Approval on hold", "legal_hold"),
    State("publication_on_hold", "Publication on hold", "legal_hold"),
    State("closed", "Closed", "ended", ended=True),
    State("transferred", "Transferred", "ended", ended=True),
)

# DOMAIN 6.2: nothing else can be held.
SCOPES = (
    HoldScope("publication", "publication", ("preparing_publication",), "publication_on_hold"),
    HoldScope("approval", "approval of the report", ("awaiting_approval",), "approval_on_hold"),
    HoldScope("review", "the review", ("gathering_information", "analysis", "drafting"), "review_on_hold"),
    HoldScope("learning_events", "learning events"),
    HoldScope("witness_conversations", "conversations with witnesses"),
    HoldScope("family_contact", "contact with the family"),
)

HOLD_STATES = ("review_on_hold", "approval_on_hold", "publication_on_hold")
IN_REVIEW = ("gathering_information", "analysis", "drafting")
BEFORE_PUBLICATION = ("preparing_publication", "publication_on_hold")
AFTER_PUBLICATION = ("published", "withheld", "monitoring_actions")
FROM_APPROVAL_ON = ("awaiting_approval", "preparing_publication", *AFTER_PUBLICATION)
FROM_COMMISSIONING_ON = ("commissioning", *IN_REVIEW, *FROM_APPROVAL_ON, *HOLD_STATES)


def _current_reviewers(facts: Facts) -> list[str]:
    """Return whether each reviewer now appointed is independent; the latest in each role counts."""
    by_role = {
        event.answers["role"].casefold(): event.answers["independent"] for event in facts.each("appoint_reviewer")
    }
    return list(by_role.values())


INDEPENDENCE = Source("DOMAIN-1.3", "Working Together, chapter on learning and improvement: commissioning a review")

reviewer_is_independent = Guard(
    "reviewer_is_independent",
    holds=lambda facts: "yes" in _current_reviewers(facts),
    otherwise=lambda facts: (
        "The reviewer appointed is not independent. Appoint one who is"
        if _current_reviewers(facts)
        else "No independent reviewer has been appointed. Record the reviewer’s appointment first"
    ),
    source=INDEPENDENCE,
)

terms_are_agreed = Guard(
    "terms_are_agreed",
    holds=lambda facts: "agree_terms_of_reference" in facts,
    otherwise="The terms of reference have not been agreed. Record that first",
)

publication_mode_is_chosen = Guard(
    "publication_mode_is_chosen",
    holds=lambda facts: facts.since("reopen_report").answer("mode", "decide_publication") is not None,
    otherwise="How the report is to be published has not been decided. Record the decision on publication first",
)

publication_was_decided = Guard(
    "publication_was_decided",
    holds=lambda facts: facts.since("reopen_report").answer("mode", "decide_publication") != "NOT_PUBLISHED",
    otherwise="It was decided not to publish the report. Decide again, or record that it is not published",
)

action_plan_is_agreed = Guard(
    "action_plan_is_agreed",
    holds=lambda facts: "agree_action_plan" in facts,
    otherwise="No action plan has been agreed. Record that first",
)


def _actions_open(facts: Facts) -> list[str]:
    """Return the actions not yet evidenced, superseded or rejected. An action said to be complete is still open."""
    standing = {event.answers["action"]: "agreed" for event in facts.each("add_action")}
    standing |= {event.answers["action"]: event.answers["status"] for event in facts.each("update_action")}
    return [action for action, status in standing.items() if status in ("agreed", "in_progress", "complete_claimed")]


no_action_is_open = Guard(
    "no_action_is_open",
    holds=lambda facts: not _actions_open(facts),
    otherwise=lambda facts: (
        f"{len(_actions_open(facts))} of the actions are still open. Each must be evidenced, superseded or rejected"
    ),
    source=Source("DOMAIN-7", "Action plan key, Bexley 2014: complete means that evidence is available"),
)

impact_is_checked = Guard(
    "impact_is_checked",
    holds=lambda facts: "check_impact" in facts,
    otherwise="The impact of what was learned has not been checked. Record that first",
    source=Source("DOMAIN-7", "Evidence of impact, six months after a review: local default"),
)

action_is_known = Guard(
    "action_is_known",
    holds=lambda facts: (
        facts.answers.get("action") is None
        or facts.answers["action"] in {event.answers["action"] for event in facts.each("add_action")}
    ),
    otherwise="There is no action of that name in the plan. Name one as it was added",
)

completion_has_evidence = Guard(
    "completion_has_evidence",
    holds=lambda facts: facts.answers.get("status") != "complete_evidenced" or bool(facts.answers.get("evidence")),
    otherwise="An action is complete only with its evidence. Say what the evidence is, or record that it is claimed",
    source=Source("DOMAIN-7", "Action plan key, Bexley 2014"),
)


def copy_sent_in_time(notice: Period, source: Source) -> Guard:
    """Return the guard that the copy was sent, and early enough before the day of publication (T-1.10, T-2.8)."""

    def latest_day(facts: Facts) -> date:
        return facts.calendar.due(facts.on.last, notice, backwards=True)

    def days_sent(facts: Facts) -> list[PartialDate]:
        """Return every day a copy was sent: one sent to somebody else later takes nothing from the first."""
        sent = facts.since("reopen_report").each("send_pre_publication_copy")
        return [PartialDate.parse(event.answers["sent_on"]) for event in sent]

    def is_sent_in_time(facts: Facts) -> bool:
        return any(sent_on.first <= latest_day(facts) for sent_on in days_sent(facts))

    def refusal(facts: Facts) -> str:
        needed = f"at least {notice.words()} before publication"
        if not days_sent(facts):
            return f"The pre-publication copy has not been sent. Send it {needed}, or say why the notice is short"
        return (
            f"The pre-publication copy must be sent {needed}: to publish on {facts.on.words()}, by "
            f"{day_in_words(latest_day(facts))}. Publish later, or say why the notice is short"
        )

    return Guard("copy_sent_in_time", is_sent_in_time, refusal, source, unless_answered="short_notice_reason")


def kept_published(minimum: Period, source: Source) -> Guard:
    """Return the guard that the report has been published for its minimum time (T-1.11, T-2.9)."""

    def until(facts: Facts) -> tuple[PartialDate, str]:
        published = facts.latest("publish_report")
        started = published.happened_on if published else facts.on
        return started, day_in_words(facts.calendar.due(started.last, minimum))

    def has_run(facts: Facts) -> bool:
        return facts.calendar.due(until(facts)[0].last, minimum) <= facts.on.last

    def refusal(facts: Facts) -> str:
        return f"The report must stay published for at least {minimum.words()}, until {until(facts)[1]}"

    return Guard("kept_published", has_run, refusal, source)


report_was_published = Guard(
    "report_was_published",
    holds=lambda facts: "publish_report" in facts,
    otherwise="The report has not been published, so it cannot be archived",
)


def publishing_steps(
    deciders: tuple[str, ...], while_open: tuple[str, ...], alternative: tuple[str, ...] = ()
) -> tuple[Step, ...]:
    """Return the steps from commissioning to closure; `alternative` is the state of a review of another kind."""
    decided_by = (Notice("report_approved", BUSINESS_MANAGER), Notice("report_approved", SUBGROUP_CHAIR))
    return (
        Step(
            "appoint_reviewer", "Appoint a reviewer", done="Reviewer appointed",
            before=FROM_COMMISSIONING_ON, by=(*deciders, BUSINESS_MANAGER), group="Commissioning",
            asks=(
                text("name", "Name of the reviewer", required=True),
                text("organisation", "Organisation"),
                yes_no("independent", "Is the reviewer independent of the board and of the agencies involved?",
                       required=True),
                text("role", "Role", required=True, suggests=("Lead reviewer", "Overview author", "Panel chair")),
            ),
        ),
        Step(
            "agree_terms_of_reference", "Agree the terms of reference", done="Terms of reference agreed",
            before=("commissioning",), by=(SUBGROUP_CHAIR,), group="Commissioning",
            asks=(
                day("period_from", "Period under review: from", required=True, group="Period under review"),
                day("period_to", "Period under review: to", required=True, not_before="period_from",
                    group="Period under review"),
                one_of("methodology", "Methodology", METHODOLOGIES, required=True),
                long_text("lines_of_enquiry", "Key lines of enquiry"),
            ),
        ),
        Step(
            "commission_review", "Commission the review", done="Review commissioned",
            before=("commissioning",), after="gathering_information", by=deciders,
            guards=(reviewer_is_independent, terms_are_agreed), group="Commissioning",
            tells=(Notice("review_commissioned", LEAD_REVIEWER), Notice("review_commissioned", BUSINESS_MANAGER)),
        ),
        Step(
            "request_agency_report", "Ask an agency for a report", done="Agency report asked for",
            before=("gathering_information", "analysis", *alternative), by=(BUSINESS_MANAGER, LEAD_REVIEWER),
            activity="review", group="Agencies",
            asks=(
                text("agency", "Agency", required=True),
                text("kind", "What is asked for", required=True, suggests=AGENCY_REPORT_KINDS),
                future_day("due_on", "When it is due", required=True, day_needed=True, not_before="on"),
            ),
            tells=(Notice("agency_report_requested", AGENCY_LEAD),),
        ),
        Step(
            "record_agency_report", "Record an agency’s report", done="Agency report received",
            before=(*FROM_COMMISSIONING_ON[1:], *alternative), by=(BUSINESS_MANAGER, AGENCY_LEAD), group="Agencies",
            asks=(
                text("agency", "Agency", required=True),
                text("kind", "What was received", suggests=AGENCY_REPORT_KINDS,
                     hint="Leave this empty if the agency was asked for one thing only"),
                text("signed_off_by", "Signed off by", hint="The post, not the person’s name"),
            ),
        ),
        Step(
            "begin_analysis", "Begin the analysis", done="Analysis begun",
            before=("gathering_information",), after="analysis", by=(LEAD_REVIEWER, BUSINESS_MANAGER),
            activity="review",
            group="Review",
            asks=(long_text("outstanding_reports",
                            "Reports still outstanding, and why the analysis begins without them"),),
        ),
        Step(
            "hold_learning_event", "Record a learning event", done="Learning event held",
            before=(*IN_REVIEW, *FROM_APPROVAL_ON, *alternative), by=(LEAD_REVIEWER,), activity="learning_events",
            group="Review", asks=(text("attendance", "How many attended, and from which agencies"),),
        ),
        Step(
            "record_practitioner_conversation", "Record a conversation with a practitioner",
            done="Conversation with a practitioner",
            before=(*IN_REVIEW, *FROM_APPROVAL_ON, *alternative), by=(LEAD_REVIEWER,), activity="witness_conversations",
            group="Review",
            asks=(
                text("agency", "Agency of the practitioner", required=True),
                yes_no("potential_witness", "May the practitioner be a witness in proceedings?", required=True),
            ),
        ),
        Step(
            "record_family_contact", "Record contact with the family", done="Contact with the family",
            before=while_open, by=(LEAD_REVIEWER, BUSINESS_MANAGER), activity="family_contact", group="Review",
            asks=(
                text("kind", "Kind of contact", required=True,
                     suggests=("Letter", "Telephone call", "Meeting", "Through a liaison officer")),
                long_text("outcome", "Outcome"),
            ),
        ),
        Step(
            "begin_drafting", "Begin drafting the report", done="Drafting begun",
            before=("analysis",), after="drafting", by=(LEAD_REVIEWER, BUSINESS_MANAGER), activity="review",
            group="Review",
        ),
        Step(
            "receive_draft", "Record a draft", done="Draft received",
            before=("drafting",), by=(BUSINESS_MANAGER, LEAD_REVIEWER), activity="review", group="Review",
            asks=(text("version", "Version", required=True),),
        ),
        Step(
            "submit_report", "Submit the report", done="Report submitted",
            before=("drafting",), after="awaiting_approval", by=(LEAD_REVIEWER, BUSINESS_MANAGER), activity="review",
            group="Review", asks=(text("version", "Version", required=True),),
            tells=tuple(Notice("report_submitted", role) for role in deciders),
        ),
        Step(
            "return_report", "Return the report", done="Report returned",
            before=("awaiting_approval",), after="drafting", by=deciders, activity="approval", group="Review",
            asks=(reasons(),), tells=(Notice("report_returned", LEAD_REVIEWER),),
        ),
        Step(
            "approve_report", "Approve the report", done="Report approved",
            before=("awaiting_approval",), after="preparing_publication", by=deciders, activity="approval",
            group="Review",
            hint="The review is completed on this day.", tells=decided_by,
        ),
        Step(
            "decide_publication", "Decide on publication", done="Publication decided",
            before=BEFORE_PUBLICATION, by=deciders, group="Publication",
            asks=(
                one_of("mode", "How the report is to be published", PUBLICATION_MODES, required=True),
                future_day("planned_on", "Planned day of publication"),
                long_text("reasons", "Reasons"),
            ),
        ),
        Step(
            "send_pre_publication_copy", "Send the pre-publication copy", done="Pre-publication copy sent",
            before=BEFORE_PUBLICATION, by=(BUSINESS_MANAGER,), group="Publication",
            asks=(
                lines("bodies", "To which bodies", required=True, hint="One on each line"),
                day("sent_on", "When it was sent", required=True),
            ),
        ),
        Step(
            "publish_learning_brief", "Publish a learning brief", done="Learning brief published",
            before=("analysis", "drafting", *FROM_APPROVAL_ON), by=(BUSINESS_MANAGER,), group="Publication",
            hint="A learning brief is never held: what was learned is acted on while the review goes on.",
        ),
        Step(
            "publish_report", "Publish the report", done="Report published",
            before=("preparing_publication",), after="published", by=(*deciders, BUSINESS_MANAGER),
            activity="publication",
            guards=(publication_mode_is_chosen, publication_was_decided), final=True, group="Publication",
            asks=(text("address", "Where it is published", hint="The address of the page"),),
            tells=(Notice("report_published", BOARD_MEMBER), Notice("report_published", SUBGROUP_CHAIR)),
        ),
        Step(
            "decide_not_to_publish", "Decide not to publish", done="Decided not to publish",
            before=BEFORE_PUBLICATION, after="withheld", by=deciders, final=True, group="Publication",
            asks=(long_text("grounds", "Grounds", required=True),),
            tells=(Notice("publication_withheld", BUSINESS_MANAGER), Notice("publication_withheld", BOARD_MEMBER)),
        ),
        Step(
            "reopen_report", "Reopen the report", done="Report reopened",
            before=(*BEFORE_PUBLICATION, "published"), after="drafting", by=deciders, final=True, group="Publication",
            asks=(reasons(),),
            tells=(Notice("report_reopened", LEAD_REVIEWER), Notice("report_reopened", BUSINESS_MANAGER)),
        ),
        Step(
            "agree_action_plan", "Agree the action plan", done="Action plan agreed",
            before=(*FROM_APPROVAL_ON, *alternative), by=(*deciders, SUBGROUP_CHAIR), group="Learning",
        ),
        Step(
            "add_action", "Add an action to the plan", done="Action added",
            before=(*FROM_COMMISSIONING_ON, *alternative), by=(SUBGROUP_CHAIR, BUSINESS_MANAGER), group="Learning",
            asks=(
                text("action", "The action, in a few words", required=True),
                text("agency", "Agency that owns it", required=True),
                text("owner", "Post that owns it", hint="The post, not the person’s name"),
                future_day("due_on", "When it is due", required=True, day_needed=True, not_before="on"),
                text("success_criterion", "How it will be known to have worked"),
            ),
        ),
        Step(
            "update_action", "Record progress on an action", done="Action updated",
            before=(*FROM_COMMISSIONING_ON, *alternative), by=(SUBGROUP_CHAIR, BUSINESS_MANAGER, AGENCY_LEAD),
            group="Learning",
            guards=(action_is_known, completion_has_evidence),
            asks=(
                text("action", "Which action", required=True),
                one_of("status", "How it stands", ACTION_STATES, required=True),
                long_text("evidence", "Evidence"),
                long_text("reasons", "Reasons, if it is superseded or rejected"),
            ),
        ),
        Step(
            "begin_monitoring", "Begin monitoring the actions", done="Monitoring begun",
            before=("published", "withheld"), after="monitoring_actions", by=(BUSINESS_MANAGER,),
            guards=(action_plan_is_agreed,), group="Learning",
        ),
        Step(
            "record_impact_return", "Record an agency’s evidence of impact", done="Evidence of impact received",
            before=("published", "withheld", "monitoring_actions", *alternative), by=(BUSINESS_MANAGER, AGENCY_LEAD),
            group="Learning",
            asks=(
                text("agency", "Agency", required=True),
                one_of("rating", "Impact so far", IMPACT_RATINGS, required=True),
                long_text("evidence", "Evidence"),
            ),
        ),
        Step(
            "check_impact", "Check the impact of what was learned", done="Impact checked",
            before=("published", "withheld", "monitoring_actions"), by=(SUBGROUP_CHAIR,), group="Learning",
            asks=(
                one_of("rating", "Impact overall", IMPACT_RATINGS, required=True),
                long_text("findings", "What has changed for children", required=True),
            ),
        ),
        Step(
            "archive_report", "Archive the report", done="Report archived",
            before=("published", "monitoring_actions", "closed"), by=(BUSINESS_MANAGER,),
            guards=(report_was_published,), group="Publication",
            hint="The report leaves the website and stays available on request.",
        ),
        Step(
            "close_case", "Close the case", done="Case closed",
            before=("monitoring_actions",), after="closed", by=(SUBGROUP_CHAIR,), final=True,
            guards=(no_action_is_open, impact_is_checked), group="Learning",
        ),
        Step(
            "transfer_case", "Transfer the case", done="Case transferred",
            before=while_open, after="transferred", by=(*deciders, BUSINESS_MANAGER), final=True, group="Ending",
            asks=(text("to_board", "To which board", required=True), reasons()),
        ),
    )  # fmt: skip


def with_guards(steps: tuple[Step, ...], key: str, *guards: Guard) -> Step:
    """Return the step of this key with further guards, as a later edition adds them."""
    step = next(each for each in steps if each.key == key)
    return replace(step, guards=(*step.guards, *guards))


SHORT_NOTICE = long_text(
    "short_notice_reason", "Why the notice before publication is short",
    hint="Only if the pre-publication copy was not sent in time",
)  # fmt: skip


def timed_publication(steps: tuple[Step, ...], copy: Clock, kept: Clock) -> tuple[Step, ...]:
    """Return the steps with publishing and archiving guarded by what these two clocks count, each as its clock runs."""
    assert isinstance(copy.runs, Period)
    assert isinstance(kept.runs, Period)
    publish = with_guards(steps, "publish_report", copy_sent_in_time(copy.runs, copy.source))
    archive = with_guards(steps, "archive_report", kept_published(kept.runs, kept.source))
    timed = {"publish_report": replace(publish, asks=(*publish.asks, SHORT_NOTICE)), "archive_report": archive}
    return tuple(timed.get(step.key, step) for step in steps)


SCOPING_AND_REPORTS = Source("DOMAIN-1.3", "The day asked for: no statutory limit")
IMPACT_RULE = Source(
    "DOMAIN-7", "Local default after Bexley 2014: six months after the action plan is agreed", confirmed=False
)

AGENCY_REPORT = Clock(
    "agency_report", "Agency report", runs=None,
    starts=(On("request_agency_report", "due_on", each=("agency", "kind")),),
    met_by=(On("record_agency_report", each=("agency", "kind")),),
    # What has not come by the time the review is completed is not owed to it any more.
    voided_by=(On("approve_report"),),
    per="each", source=SCOPING_AND_REPORTS,
)  # fmt: skip

ACTION_DUE = Clock(
    "action", "Complete an action", runs=None,
    starts=(On("add_action", "due_on", each=("action",)),),
    met_by=(
        On("update_action", each=("action",), where={"status": ("complete_evidenced", "superseded", "rejected")}),
    ),
    per="each", source=Source("DOMAIN-7", "The day agreed in the action plan"),
)  # fmt: skip


def impact_evidence(runs: Period) -> Clock:
    return Clock(
        "impact_evidence", "Evidence of impact", runs=runs,
        starts=(On("agree_action_plan"),), met_by=(On("record_impact_return"), On("check_impact")), source=IMPACT_RULE,
    )  # fmt: skip


def pre_publication_copy(runs: Period, source: Source) -> Clock:
    return Clock(
        "pre_publication_copy", "Send the pre-publication copy", runs=runs, backwards=True,
        starts=(On("decide_publication", "planned_on"),), met_by=(On("send_pre_publication_copy", "sent_on"),),
        voided_by=(On("reopen_report"),), source=source, explained_by_delay=True,
    )  # fmt: skip


def keep_published(runs: Period, source: Source) -> Clock:
    return Clock(
        "keep_published", "Keep the report published", runs=runs, not_before=True,
        starts=(On("publish_report"),), met_by=(On("archive_report"),), voided_by=(On("reopen_report"),), source=source,
    )  # fmt: skip
