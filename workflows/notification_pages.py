"""What a notification of a death asks, as short pages in the order somebody is asked (DOMAIN 3.3).

Some answers belong to the step `notify_death`; the rest identify somebody and go beside the history. What a page
expects and nobody knows is recorded as not known, with why; what the step needs before it is recorded is `required`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from workflows.answers import Asked, read_answers
from workflows.child_death_codes import EVENTS, SEX
from workflows.child_deaths import NEONATAL_DAYS, age_in_days
from workflows.codes import PARALLEL_PROCESSES, options
from workflows.dates import PartialDate
from workflows.definition import Question, Step
from workflows.errors import AnswersRefused, Problem
from workflows.questions import day, long_text, one_of, some_of, text, yes_no_not_known
from workflows.reviews.child_death_review import NOTIFICATION_QUESTIONS

Answers = Mapping[str, Any]

NOT_KNOWN = "why_not_known"
"""The question of each page that says why something on it is not known; stored by the key of the page."""

_ASKED_BY_THE_STEP = {question.key: question for question in NOTIFICATION_QUESTIONS}

# DOMAIN 3.3: the reasons for absence that the national form added in April 2022, and a baby who was never given one.
NO_NHS_NUMBER = options(
    not_resident="The child did not live in England",
    not_available="The number is not available yet",
    never_given="The child died before a number was given",
)

# T-4.4: a joint agency response is called for where one of these holds.
JOINT_RESPONSE = options(
    external="The death is or could be due to something from outside the body",
    sudden="It was sudden, with no cause apparent at once, as in infancy",
    custody="It happened in custody, or the child was detained under the Mental Health Act",
    suspicion="Something first seen or told raises a suspicion that it was not natural",
    unattended="A stillbirth with no healthcare professional there",
    resuscitated="The child was brought to hospital near death and is expected to die",
)

KINDS_OF_AGENCY = options(
    gp="General practice",
    hospital="Hospital",
    midwife="Midwifery",
    health_visitor="Health visiting",
    school_nurse="School nursing",
    social_care="Children’s social care",
    school="School, nursery or college",
    police="Police",
    ambulance="Ambulance service",
    mental_health="Mental health service",
    other="Another",
)

RELATIONSHIPS = ("mother", "father", "step-parent", "grandparent", "foster carer", "adoptive parent")


@dataclass(frozen=True, slots=True)
class Page:
    """One short page: what it asks, which of it is expected to be known, and when it is asked at all.

    A page with `each` asks the same about any number of people or agencies; `each` is what one of them is called.
    """

    key: str
    title: str
    asks: tuple[Question, ...]
    expects: tuple[str, ...] = ()
    lead: str = ""
    each: str = ""
    none_words: str = ""
    applies: Callable[[Answers], bool] = lambda _: True
    not_asked_because: str = ""

    def question(self, key: str) -> Question | None:
        return next((question for question in self.asks if question.key == key), None)

    @property
    def needs(self) -> tuple[str, ...]:
        """What the step must be told before the notification can be recorded."""
        return tuple(question.key for question in self.asks if question.required)


def _step(key: str, **other: Any) -> Question:
    return replace(_ASKED_BY_THE_STEP[key], group="", **other)


def may_be_newborn(answers: Answers) -> bool:
    """Return whether the child may have died within four weeks of birth, or the dates do not say."""
    born_on, died_on = answers.get("born_on"), answers.get("died_on")
    if not born_on or not died_on:
        return True
    return age_in_days(PartialDate.parse(born_on).last, PartialDate.parse(died_on).first) < NEONATAL_DAYS


PAGES = (
    Page(
        "notification", "The notification",
        (
            _step("notified_on"),
            text("notifier", "Who notified", kept_apart=True),
            text("notifier_role", "Their role", hint="For example, consultant paediatrician"),
            text("notifier_agency", "Their agency"),
            text("notifier_telephone", "Telephone"),
            text("notifier_email", "E-mail address"),
            _step("transferred_from", label="Panel that passed the case on",
                  hint="Only if another panel heard of the death first"),
            _step("cdop_ref"),
            _step("pseudonym"),
        ),
        ("notified_on", "notifier", "notifier_role", "notifier_agency"),
    ),
    Page(
        "child", "The child",
        (
            text("forenames", "Forenames"),
            text("surname", "Surname"),
            text("also_known_as", "Other names the child was known by"),
            _step("born_on"),
            _step("sex", options=SEX),
            _step("ethnic_group"),
            _step("nhs_number", hint="Ten digits"),
            one_of("no_nhs_number_because", "If there is no NHS number, why not", NO_NHS_NUMBER),
        ),
        ("forenames", "surname", "born_on", "sex", "ethnic_group"),
    ),
    Page(
        "home", "Where the child lived",
        (
            long_text("address", "Address"),
            text("postcode", "Postcode"),
            _step("normally_resident_in"),
            text("looked_after_by", "If the child was looked after, by which local authority"),
        ),
        ("address", "postcode", "normally_resident_in"),
    ),
    Page(
        "death", "The death",
        (
            _step("died_on"),
            text("died_at", "Time of death", hint="As a 24-hour clock shows it, for example 17:30"),
            _step("place_of_death"),
            text("place_name", "Name of the hospital or place"),
            one_of("event", "What led to the death, as far as is known", EVENTS),
            text("senior_practitioner", "Senior medical practitioner present"),
        ),
        ("died_on", "died_at", "place_of_death", "event"),
    ),
    Page(
        "birth", "The birth",
        (
            _step("live_birth", hint="With any sign of life, whatever the length of the pregnancy"),
            _step("over_24_weeks"),
            _step("lawful_termination"),
        ),
        ("live_birth",),
        lead="A child who was born alive is in scope, however early. A stillbirth, a late foetal loss and a "
        "termination within the law are not.",
        applies=may_be_newborn,
        not_asked_because="Not asked: the child lived longer than four weeks",
    ),
    Page(
        "expected", "Was it expected?",
        (
            _step("expected"),
            yes_no_not_known("confirmed_by_designated_doctor", "Has the designated doctor confirmed this?"),
            some_of("joint_response", "Does any of these hold?", JOINT_RESPONSE,
                    hint="Tick all that do. Each calls for a joint agency response at once"),
        ),
        ("expected", "confirmed_by_designated_doctor"),
    ),
    Page(
        "cause", "Certificate and cause",
        (
            yes_no_not_known("certificate_issued", "Was a medical certificate of cause of death issued?"),
            text("cause_1a", "Ia. Disease or condition leading directly to death"),
            text("cause_1b", "Ib. Condition leading to Ia"),
            text("cause_1c", "Ic. Condition leading to Ib"),
            text("cause_2", "II. Other conditions that contributed"),
        ),
        ("certificate_issued",),
        lead="Copy the cause as the certificate gives it. Leave it empty if none is issued yet.",
    ),
    Page(
        "coroner", "Coroner and post-mortem",
        (
            yes_no_not_known("coroner_informed", "Has the coroner been told?"),
            day("coroner_informed_on", "When the coroner was told", not_before="died_on"),
            text("coroner", "Coroner, or coroner’s officer"),
            yes_no_not_known("post_mortem", "Is there to be a post-mortem, or was there one?"),
            day("post_mortem_on", "When it was held or is planned", not_before="died_on", may_be_future=True),
        ),
        ("coroner_informed", "post_mortem"),
    ),
    Page(
        "circumstances", "What happened",
        (
            _step("circumstances", hint="What is known so far, in the order it happened"),
            some_of("other_reviews", "Other reviews or investigations under way", PARALLEL_PROCESSES),
            long_text("actions_taken", "What has been done so far"),
        ),
        ("circumstances",),
    ),
    Page(
        "carers", "Parents and carers",
        (
            text("name", "Name", required=True),
            text("relationship_to_child", "Relationship to the child", suggests=RELATIONSHIPS),
            yes_no_not_known("parental_responsibility", "Do they have parental responsibility?"),
            day("born_on", "Date of birth", day_needed=True),
            one_of("sex", "Sex", SEX),
            long_text("address", "Address", hint="Only if it is not the child’s"),
        ),
        each="parent or carer", none_words="No parent or carer is known yet",
    ),
    Page(
        "siblings", "Other children of the household and family",
        (
            text("name", "Name", required=True),
            day("born_on", "Date of birth", day_needed=True),
            one_of("sex", "Sex", SEX),
            yes_no_not_known("same_household", "Did they live in the same household?"),
            day("seen_safe_on", "When they were last seen safe and well", day_needed=True,
                hint="Leave it empty if nobody has seen them since the death"),
        ),
        lead="Their safety comes first. If a child of the household has not been seen since the death, speak to "
        "children’s social care now; no hold on this review stops that.",
        each="child", none_words="No other child is known yet",
    ),
    Page(
        "agencies", "Agencies that knew the child",
        (
            text("agency", "Name of the agency", required=True, hint="For example, Harbour Road Surgery"),
            one_of("kind", "What kind", KINDS_OF_AGENCY),
            text("contact", "Whom to ask there"),
            text("telephone", "Telephone"),
            text("email", "E-mail address"),
        ),
        lead="Each is proposed when reports are requested, so think of everyone: the general practice, midwife, health "
        "visitor or school nurse, social care, school or nursery, and anybody else.",
        each="agency", none_words="No agency is known yet",
    ),
    Page(
        "family", "Support for the family",
        (
            yes_no_not_known("follow_up", "Has a follow-up appointment been offered to the family?"),
            text("follow_up_with", "With whom"),
            text("key_worker", "Key worker", hint="The one person the family can turn to"),
            yes_no_not_known("leaflet_given", "Has the family been given the leaflet for when a child dies?"),
        ),
        ("follow_up", "key_worker"),
    ),
)  # fmt: skip


def page_with(key: str) -> Page | None:
    return next((page for page in PAGES if page.key == key), None)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was told as it can be kept, and what is wrong with the rest, by question."""

    answers: Answers
    problems: Mapping[str, str]


def read(asks: Sequence[Question], given: Answers, today: date) -> Reading:
    """Return what can be kept of these answers, and a sentence for each that cannot; nothing is missing yet."""
    step = Step("read", "The notification", "Read", asks=tuple(replace(each, required=False) for each in asks))
    wrong = [Problem(key, words) for key, words in _wrong_times(given)]
    kept = {key: answer for key, answer in given.items() if key not in {problem.question for problem in wrong}}
    while True:
        try:
            return Reading(read_answers(step, kept, Asked(PartialDate.on(today), today)), _by_question(wrong))
        except AnswersRefused as refused:
            wrong += refused.problems
            kept = {key: kept[key] for key in kept if key not in {problem.question for problem in refused.problems}}


def read_pages(given: Answers, today: date) -> Reading:
    """Return what can be kept of everything the single pages ask. What a page does not ask any more is left out."""
    found = read(_all_questions(), given, today)
    left_out = {question.key for page in PAGES if not page.applies(found.answers) for question in page.asks}
    return Reading(
        {key: answer for key, answer in found.answers.items() if key not in left_out},
        {key: words for key, words in found.problems.items() if key not in left_out},
    )


def missing(page: Page, answers: Answers) -> tuple[Question, ...]:
    """Return what a page expects to be told and was not. An NHS number is missed only where nobody says why."""
    wanted = dict.fromkeys((*page.needs, *page.expects))
    found = [question for key in wanted if (question := page.question(key)) and not answers.get(key)]
    number = page.question("nhs_number")
    if number and not answers.get("nhs_number") and not answers.get("no_nhs_number_because"):
        found.append(number)
    return tuple(found)


@cache
def _all_questions() -> tuple[Question, ...]:
    return tuple(question for page in PAGES if not page.each for question in page.asks)


_OF_A_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[:.][0-5][0-9]")


def _wrong_times(given: Answers) -> list[tuple[str, str]]:
    written = str(given.get("died_at") or "").strip()
    if not written or _OF_A_CLOCK.fullmatch(written):
        return []
    return [("died_at", "Time of death: write it as a 24-hour clock shows it, for example 17:30")]


def _by_question(problems: Sequence[Problem]) -> dict[str, str]:
    found: dict[str, str] = {}
    for problem in problems:
        found.setdefault(problem.question, problem.words)
    return found


def is_of_the_step(key: str) -> bool:
    """Return whether an answer belongs to the step, and so to the history, rather than beside it."""
    return key in _ASKED_BY_THE_STEP
