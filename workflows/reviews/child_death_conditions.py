"""What must hold for the steps of a child death review, and what to think of before taking them."""

from workflows.child_deaths import (
    NEONATAL_DAYS,
    Eligibility,
    age_in_days,
    analysis_scheme,
    eligibility,
    preventability_period,
    wrong_with_factors,
)
from workflows.dates import PartialDate
from workflows.definition import Guard, Option, Source
from workflows.facts import Facts
from workflows.history import Answers
from workflows.quorum import DEFAULT_QUORUM, QuorumRule, quorum_rule


def _eligibility(facts: Facts) -> Eligibility:
    """Return whether the death is reviewed, as told; dates known only to the month are read as the youngest age."""
    born_on, died_on = (PartialDate.parse(facts.answer(key, "notify_death")) for key in ("born_on", "died_on"))
    told = {key: facts.answer(key, "notify_death") for key in ("live_birth", "over_24_weeks", "lawful_termination")}
    youngest = min(born_on.last, died_on.first)
    return eligibility(youngest, died_on.first, **{key: answer for key, answer in told.items() if answer})


death_is_in_scope = Guard(
    "death_is_in_scope",
    holds=lambda facts: _eligibility(facts).in_scope,
    otherwise=lambda facts: (
        f"{' '.join(_eligibility(facts).because)} Rule the death out of scope, or correct the notification if it is "
        "wrong"
    ),
    source=Source("R-3.2", "Working Together, chapter on child death review"),
)

live_birth_is_known = Guard(
    "live_birth_is_known",
    holds=lambda facts: _eligibility(facts).born_alive or not _eligibility(facts).in_scope,
    otherwise="Whether the child was born alive is not known. Ask whoever attended the birth, and correct the "
    "notification: a stillbirth is not reviewed",
    source=Source("R-3.2", "Working Together, chapter on child death review"),
)


def _comes_before_the_meeting(facts: Facts) -> bool:
    told = facts.answers.get("report_received_on")
    return told is not None and PartialDate.parse(told).last < facts.on.first


report_follows_the_meeting = Guard(
    "report_follows_the_meeting",
    holds=lambda facts: not _comes_before_the_meeting(facts),
    otherwise="The report of the meeting is said to have come before the meeting. Check both days: the six weeks until "
    "the panel run from the day the report came",
    source=Source("T-4.10", "Child Death Review: statutory and operational guidance 2018", confirmed=False),
)


def _rule_of_the_panel(facts: Facts) -> QuorumRule:
    """Return the rule of quorum with which the case was last listed, or what every panel needs."""
    listed = facts.latest("list_for_panel")
    if listed is None:
        return DEFAULT_QUORUM
    return quorum_rule(listed.answers.get("quorum_roles", []), int(listed.answers.get("quorum_minimum", 0)))


def _missing(facts: Facts) -> tuple[str, ...]:
    return _rule_of_the_panel(facts).missing(facts.answers.get("roles_present", ()))


panel_is_quorate = Guard(
    "panel_is_quorate",
    holds=lambda facts: "roles_present" not in facts.answers or not _missing(facts),
    otherwise=lambda facts: (
        f"The panel was not quorate: {', and '.join(_missing(facts))}. Defer the review to a meeting that is"
    ),
    source=Source("DOMAIN-4.3", "Child death review guidance: membership and quorum", confirmed=False),
)


def _declared_by(facts: Facts, role: str) -> bool:
    return any(event.answers["role"] == role for event in facts.each("declare_interest"))


chair_has_no_interest = Guard(
    "chair_has_no_interest",
    holds=lambda facts: not _declared_by(facts, "chair"),
    otherwise="The chair has declared an interest in this case. Another member takes the chair for it",
    unless_answered="chaired_by",
    source=Source("DOMAIN-4.3", "Child death review guidance: membership and quorum", confirmed=False),
)

deputy_has_no_interest = Guard(
    "deputy_has_no_interest",
    holds=lambda facts: not _declared_by(facts, str(facts.answers.get("chaired_by", ""))),
    otherwise="Whoever took the chair instead has declared an interest in this case too. Name another member",
)

wording_is_of_the_period = Guard(
    "wording_is_of_the_period",
    holds=lambda facts: (
        "preventability" not in facts.answers
        or facts.answers["preventability"] in {option.key for option in _period(facts)[0]}
    ),
    otherwise=lambda facts: (
        f"Preventability on that day is put in {_period(facts)[1]}. "
        f"Choose one of: {', '.join(option.words for option in _period(facts)[0])}"
    ),
    source=Source("DOMAIN-3.5", "Working Together: preventability, and modifiable factors from 1 April 2010"),
)


def _period(facts: Facts) -> tuple[tuple[Option, ...], str]:
    period = preventability_period(facts.on.last)
    return period.options, period.words


factors_are_graded_as_then = Guard(
    "factors_are_graded_as_then",
    holds=lambda facts: not _wrong_factors(facts),
    otherwise=lambda facts: ". ".join(
        ("The factors are not graded as the form of the time grades them", *dict.fromkeys(_wrong_factors(facts)))
    ),
    source=Source("DOMAIN-3.7", "Child death review: analysis form of the time"),
)


def _wrong_factors(facts: Facts) -> tuple[str, ...]:
    return wrong_with_factors(facts.answers.get("factors", ()), analysis_scheme(facts.on.last))


report_was_asked_for = Guard(
    "report_was_asked_for",
    holds=lambda facts: "agency" not in facts.answers or _was_asked_for(facts),
    otherwise="No such report was asked of that agency. Name the agency and the form as the request does",
)


def _was_asked_for(facts: Facts) -> bool:
    """Return whether the agency told of was asked for the form told of or, where none is, for any."""
    told = {key: str(facts.answers.get(key) or "").casefold() for key in ("agency", "form")}
    return any(
        all(not said or str(event.answers[key]).casefold() == said for key, said in told.items())
        for event in facts.each("request_report")
    )


# --- What to think of (DOMAIN 3.6) ------------------------------------------


def _answered(facts: Facts, *categories: str) -> bool:
    return facts.answers.get("category") in categories


def _days_old(facts: Facts) -> int:
    born_on, died_on = (PartialDate.parse(facts.answer(key, "notify_death")) for key in ("born_on", "died_on"))
    return age_in_days(born_on.last, died_on.last)


UNEXPLAINED_CAUSES = ("sids", "sudden infant death", "unascertained", "sudi")


def _cause_is_unexplained(facts: Facts) -> bool:
    cause = str(facts.answers.get("cause_of_death", "")).casefold()
    return any(words in cause for words in UNEXPLAINED_CAUSES)


CATEGORY_CAUTIONS = (
    Guard(
        "perinatal_event_after_four_weeks",
        holds=lambda facts: not _answered(facts, "8") or _days_old(facts) < NEONATAL_DAYS,
        otherwise="Category 8 for a child who lived 28 days or longer: right only if the death goes back to birth",
    ),
    Guard(
        "unexplained_death_with_a_cause",
        holds=lambda facts: not _answered(facts, "10") or _cause_is_unexplained(facts),
        otherwise="Category 10 is for a death whose cause the pathologist gives as sudden infant death syndrome or "
        "unascertained. Record that cause, or choose the category of the cause found",
    ),
    Guard(
        "abuse_or_neglect_was_referred",
        holds=lambda facts: not _answered(facts, "1") or "refer_for_review" in facts,
        otherwise="Category 1: consider at once whether the death must be referred for a review of its own",
    ),
    Guard(
        "joint_response_was_held",
        holds=lambda facts: not _answered(facts, "1", "2", "3", "10") or "convene_joint_response" in facts,
        otherwise="No joint agency response is recorded. Deaths of this category call for one: record it, or why not",
    ),
    Guard(
        "factors_agree_with_conclusion",
        holds=lambda facts: (
            facts.answers.get("preventability") not in ("no_modifiable", "not_preventable")
            or not _modifiable_factors(facts)
        ),
        otherwise="A factor is marked as modifiable, and the conclusion is that there were none",
    ),
)


def _modifiable_factors(facts: Facts) -> list[object]:
    factors = facts.answers.get("factors", ())
    return [factor for factor in factors if isinstance(factor, dict) and factor.get("modifiable") == "yes"]


ground_agrees_with_age = Guard(
    "ground_agrees_with_age",
    holds=lambda facts: facts.answers.get("ground") != "over_18" or not _eligibility(facts).in_scope,
    otherwise="By the dates of birth and death the child was under 18. Check them before ruling the death out",
)


def inquest_is_open(facts: Facts) -> bool:
    """Return whether an inquest is known to have been opened and not to have ended, with no review since."""
    about = [
        event
        for event in facts.each("record_proceedings", "review_at_panel")
        if event.step == "review_at_panel" or _opens_inquest(event.answers) or _ends_inquest(event.answers)
    ]
    return bool(about) and _opens_inquest(about[-1].answers)


def _opens_inquest(answers: Answers) -> bool:
    return _says(answers, "inquest_opened", "opened")


def _ends_inquest(answers: Answers) -> bool:
    return _says(answers, "inquest_concluded", "concluded")


def _says(answers: Answers, of_the_inquest: str, of_any_process: str) -> bool:
    event, process = answers.get("event"), answers.get("process")
    return event == of_the_inquest or (event == of_any_process and process == "INQUEST")
