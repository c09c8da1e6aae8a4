"""Whether a death is reviewed, by whom and how it is met at first: each in a sentence that names where the rule is.

Worked out from what was told, before a death is recorded and after. Nothing here repeats a date or a name.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from workflows.child_deaths import ADULT_AT, age_in_words, completed_years, eligibility
from workflows.codes import words_of
from workflows.dates import PartialDate
from workflows.definition import Source
from workflows.notification_pages import JOINT_RESPONSE

WORKING_TOGETHER = "Working Together, chapter on child death review"
LIVE_BIRTH_AND_AGE = Source("R-3.2", "LSCB Regulations 2006, regulation 6; Working Together")
NOT_REVIEWED = Source("R-3.3", "Working Together 2015, chapter 5")
FOETAL_LOSS = Source("R-3.4", "Child death review: statutory and operational guidance")
RESIDENCE = Source("R-3.5", WORKING_TOGETHER)
LOOKED_AFTER = Source("R-3.7", WORKING_TOGETHER, confirmed=False)
VISITORS = Source("R-3.8", "Children Act 2004, section 16M(2)")
JOINT_AGENCY_RESPONSE = Source("T-4.4", "Child death review: statutory and operational guidance 2018", confirmed=False)
RAPID_RESPONSE = Source("T-3.8", WORKING_TOGETHER, confirmed=False)
# DOMAIN 0.1: the day the guidance that speaks of a joint agency response was published.
GUIDANCE_OF_2018 = date(2018, 10, 15)

_SOURCE_OF_GROUND = {
    "termination": NOT_REVIEWED,
    "stillbirth": FOETAL_LOSS,
    "late_foetal_loss": FOETAL_LOSS,
    "over_18": LIVE_BIRTH_AND_AGE,
}

ABROAD = ("abroad", "another country", "outside england", "outside the uk", "overseas", "not england")

Kind = Literal["reviewed", "not_reviewed", "look", "act"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that follows from what was told: in a sentence, what to do about it, and where the rule is printed.

    `kind` says how it weighs: the death is reviewed, or not, or something must be looked at, or done at once.
    """

    kind: Kind
    words: str
    source: Source
    do: str = ""


def findings(answers: Mapping[str, Any], areas: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return what follows from a notification. `areas` are those the panel serves; none if it does not say.

    Answers that are not there yet say nothing.
    """
    return (*_of_age(answers), *_of_residence(answers, areas), *_of_the_response(answers))


def _of_age(answers: Mapping[str, Any]) -> Iterator[Finding]:
    if not answers.get("born_on") or not answers.get("died_on"):
        return
    born_on, died_on = PartialDate.parse(answers["born_on"]), PartialDate.parse(answers["died_on"])
    told = {key: answers[key] for key in ("live_birth", "over_24_weeks", "lawful_termination") if answers.get(key)}
    # As the guard `death_is_in_scope` reads them: the youngest the child can have been.
    youngest = min(born_on.last, died_on.first)
    found = eligibility(youngest, died_on.first, **told)
    if not found.in_scope:
        yield Finding("not_reviewed", " ".join(found.because), _SOURCE_OF_GROUND[found.ground], _instead(found.ground))
        return
    for words in found.of_the_birth:
        yield _of_birth(words, born_alive=found.born_alive)
    aged = found.because[-1]
    exact = born_on.exact and died_on.exact
    yield Finding(
        "reviewed", aged if exact else f"Aged at least {_least(youngest, died_on)} at death.", LIVE_BIRTH_AND_AGE
    )
    if not exact and completed_years(born_on.first, died_on.last) >= ADULT_AT:
        words = "A day is known only to the month, and the 18th birthday may have come before the death."
        yield Finding("look", words, LIVE_BIRTH_AND_AGE, "Find out the day before the death is confirmed in scope.")


def _of_birth(words: str, *, born_alive: bool) -> Finding:
    if born_alive:
        return Finding("reviewed", words, LIVE_BIRTH_AND_AGE)
    do = (
        "Ask whoever attended the birth, and answer “Was the child born alive?” in the notification before the death "
        "is confirmed in scope. With any sign of life it is reviewed; without, it is ruled out of scope."
    )
    return Finding("look", words, LIVE_BIRTH_AND_AGE, do)


def _least(born_on: Any, died_on: PartialDate) -> str:
    return age_in_words(born_on, died_on.first)


def _instead(ground: str) -> str:
    if ground == "over_18":
        return (
            "Check both dates. If they are right, tell whoever notified you that this is not a child death; a "
            "safeguarding adults board may want to know. Record it only so that it is known you were told: the "
            "designated doctor or the panel’s chair then rules it out of scope."
        )
    return (
        "Check what you were told about the birth. If it is right, record the notification so that it is known you "
        "were told; the designated doctor or the panel’s chair then rules it out of scope. The family needs support "
        "all the same."
    )


def _of_residence(answers: Mapping[str, Any], areas: Collection[str]) -> Iterator[Finding]:
    lived_in = str(answers.get("normally_resident_in") or "").strip()
    if not lived_in:
        return
    if answers.get("looked_after_by"):
        words = (
            "The child was looked after: the authority that did and the area of residence agree which panel reviews."
        )
        yield Finding(
            "look", words, LOOKED_AFTER, "Agree it with the other panel, and transfer the case if it is theirs."
        )
    if lived_in.casefold() in ABROAD or answers.get("no_nhs_number_because") == "not_resident":
        words = "The child did not normally live in England. A visitor’s death is reviewed here only by agreement."
        do = "Record the notification, and agree with your panel’s chair whether it reviews the death."
        yield Finding("look", words, VISITORS, do)
    elif not areas:
        return
    elif lived_in.casefold() in {area.casefold() for area in areas}:
        yield Finding("reviewed", "The child normally lived in an area this panel serves.", RESIDENCE)
    else:
        words = "The child did not normally live in an area this panel serves, so another panel may have to review."
        do = "Record the notification, tell the panel of that area, agree which of you reviews, and transfer the case."
        yield Finding("look", words, RESIDENCE, do)


def _of_the_response(answers: Mapping[str, Any]) -> Iterator[Finding]:
    because = joint_response_because(answers)
    if because:
        called, source = _response_of(answers)
        words = f"A {called} is called for: {'; '.join(because)}."
        do = (
            "Make sure that the on-call health professional, the police and the duty social worker are speaking to "
            "each other now. The first meeting is recorded on the case."
        )
        yield Finding("act", words, source, do)


def _response_of(answers: Mapping[str, Any]) -> tuple[str, Source]:
    """Return what the first response to a death is called under the guidance of its day, and where that is."""
    died_on = answers.get("died_on")
    if died_on and PartialDate.parse(died_on).last < GUIDANCE_OF_2018:
        return "rapid response", RAPID_RESPONSE
    return "joint agency response", JOINT_AGENCY_RESPONSE


def joint_response_because(answers: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why a joint agency response is called for, by what was ticked or follows from other answers (T-4.4)."""
    ticked = list(answers.get("joint_response") or ())
    if answers.get("place_of_death") == "custody" and "custody" not in ticked:
        ticked.append("custody")
    words = [words_of(JOINT_RESPONSE, key) for key in ticked]
    if not words and answers.get("expected") == "no":
        words = ["The death was not expected"]
    return tuple(f"{each[:1].lower()}{each[1:]}" for each in words)
