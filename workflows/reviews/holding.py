"""Holds, proceedings and delays: what every kind of review shares about the processes beside it (WORKFLOWS 4)."""

from workflows.codes import DELAY_REASONS, HOLD_KINDS, PARALLEL_PROCESSES, PROCEEDINGS_EVENTS
from workflows.dates import PartialDate, months_from
from workflows.definition import Clock, Guard, HoldScope, Notice, On, Option, Source, Step
from workflows.facts import Facts
from workflows.holds import active
from workflows.questions import day, future_day, lines, long_text, one_of, reasons, some_of, text, which_hold
from workflows.roles import BUSINESS_MANAGER, LEGAL_ADVISER, SUBGROUP_CHAIR

HOLD_RULE = Source(
    "DOMAIN-6.3", "Local default: a hold is looked at again at least every three months", confirmed=False
)

MONTHS_UNTIL_LOOKED_AT = 3

HOLD_REVIEW = Clock(
    "hold_review",
    "Look at the hold",
    runs=None,
    starts=(On("authorise_hold", "review_on"), On("review_hold", "review_on")),
    met_by=(On("review_hold"), On("release_hold")),
    per="hold",
    source=HOLD_RULE,
)


def _another_of_this_kind_today(facts: Facts) -> bool:
    kind = facts.answers.get("kind")
    return any(
        hold.kind == kind and hold.authorised.happened_on == facts.on
        for hold in active(facts.holds)
        if kind is not None
    )


can_be_told_apart = Guard(
    "can_be_told_apart",
    holds=lambda facts: not _another_of_this_kind_today(facts),
    otherwise="A hold of this kind was authorised on the same day and is still active. Review that one instead",
)


def _is_looked_at_in_time(facts: Facts) -> bool:
    told = facts.answers.get("review_on")
    return told is None or PartialDate.parse(told).first <= months_from(facts.on.last, MONTHS_UNTIL_LOOKED_AT)


# A caution, not a refusal: the three months are a local default, and a court may have named a later day.
is_looked_at_in_time = Guard(
    "is_looked_at_in_time",
    holds=_is_looked_at_in_time,
    otherwise="The hold would not be looked at for more than three months. Give an earlier day, unless there is a "
    "reason to wait",
    source=HOLD_RULE,
)


def hold_steps(
    while_open: tuple[str, ...],
    scopes: tuple[HoldScope, ...],
    authorised_by: tuple[str, ...],
    looked_at_by: tuple[str, ...],
) -> tuple[Step, ...]:
    """Return the steps that authorise a hold, look at it again, and release it."""
    scope_options = tuple(Option(scope.key, scope.words) for scope in scopes)
    return (
        Step(
            "authorise_hold", "Authorise a hold", done="Hold authorised",
            before=while_open, by=authorised_by, on_hold="authorises", group="Holds", guards=(can_be_told_apart,),
            cautions=(is_looked_at_in_time,),
            hint="A hold stops only the activities it covers. It never stops a statutory date, and it cannot cover "
            "the safety of other children, notifications, a rapid review, immediate learning or the action plan.",
            asks=(
                one_of("kind", "Because of which process", HOLD_KINDS, required=True),
                some_of("scope", "Which activities it covers", scope_options, required=True),
                text("requested_by", "Who asked for it", required=True, hint="The office, not the person’s name"),
                reasons(),
                future_day("review_on", "When it must be looked at again", required=True, day_needed=True,
                           not_before="on", hint="No hold is open-ended. Look at it again within three months"),
                text("ends_with", "What will end it",
                     suggests=("charge", "plea", "verdict", "sentence", "inquest_concluded", "order_made")),
                future_day("expected_on", "When that is expected"),
            ),
            tells=(Notice("hold_authorised", BUSINESS_MANAGER), Notice("hold_authorised", SUBGROUP_CHAIR)),
        ),
        Step(
            "review_hold", "Look at a hold again", done="Hold looked at again",
            before=while_open, by=looked_at_by, on_hold="reviews", group="Holds",
            cautions=(is_looked_at_in_time,),
            asks=(
                which_hold(),
                text("outcome", "What was decided about it", required=True, suggests=("continue", "change", "release"),
                     hint="That it goes on, should change, or can end. It goes on until its release is recorded"),
                future_day("review_on", "When it must be looked at next", required=True, day_needed=True,
                           not_before="on", hint="Within three months"),
            ),
        ),
        Step(
            "release_hold", "Release a hold", done="Hold released",
            before=while_open, by=authorised_by, on_hold="releases", group="Holds",
            hint="Then: ask the police, the coroner or the legal adviser whether anything learned in court changes the "
            "facts; offer contact again to family and witnesses; check the report and the actions; plan publication.",
            asks=(which_hold(), long_text("evidence", "What shows that it can end", required=True)),
            tells=(Notice("hold_released", BUSINESS_MANAGER), Notice("hold_released", SUBGROUP_CHAIR)),
        ),
    )  # fmt: skip


def proceedings_step(anywhere: tuple[str, ...], by: tuple[str, ...] = (BUSINESS_MANAGER, LEGAL_ADVISER)) -> Step:
    return Step(
        "record_proceedings", "Record what happened in other proceedings", done="Proceedings",
        before=anywhere, by=by, group="Proceedings and delay",
        asks=(
            one_of("process", "Which process", PARALLEL_PROCESSES, required=True),
            one_of("event", "What happened", PROCEEDINGS_EVENTS, required=True),
        ),
    )  # fmt: skip


def delay_step(while_open: tuple[str, ...], by: tuple[str, ...]) -> Step:
    return Step(
        "record_delay", "Record a delay", done="Delay recorded",
        before=while_open, by=by, group="Proceedings and delay",
        hint="A recorded delay explains why something is late. It moves no date.",
        asks=(
            some_of("reasons", "Reasons", DELAY_REASONS, required=True),
            future_day("expected_on", "When it is now expected"),
            lines("bodies_told", "Which bodies were told", hint="One on each line"),
            day("told_on", "When they were told"),
        ),
    )  # fmt: skip
