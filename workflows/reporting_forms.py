"""The reporting forms that agencies fill in, by name, each with the days it was in use (DOMAIN 3.3, 4.6).

A form is never known by its number, because the numbers changed their meaning between sets. Which supplementary forms
a death calls for follows from its kind, and a form bears the name it had in its time. The questions are ours, after
the public forms.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from workflows.child_death_codes import EVENTS
from workflows.codes import options
from workflows.dates import working_days
from workflows.definition import Question
from workflows.questions import long_text, one_of, text, yes_no_not_known
from workflows.reporting_sections import (
    BIRTH,
    CHILD,
    CONTACT,
    FAMILY,
    HOME,
    INVOLVEMENT,
    LEARNING_DISABILITY_REVIEW,
    MEASURES,
    PARENTS,
    POVERTY,
    SLEPT,
    Asked,
    Section,
    after,
    always,
    if_known,
)

FIRST_SET = date(2008, 4, 1)
SECOND_SET = date(2010, 4, 1)
FORMS_OF_2019 = date(2019, 4, 1)
FORMS_OF_2021 = date(2021, 4, 1)
FORMS_OF_2022 = date(2022, 4, 1)
WITHOUT_LEDER = date(2023, 7, 1)
"""DOMAIN 4.4: LeDeR took no more children from the middle of 2023; the very day was not found."""

RETURNED_WITHIN = working_days(15)
"""T-3.11, T-4.6: a common local figure and no statutory limit; each request may give another day."""

NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Form:
    """A reporting form: its key, its name, when it was in use, and for which deaths it supplements the main one.

    `for_events` are the kinds of event that call for it; none means that every death does.
    """

    key: str
    name: str
    sections: tuple[Section, ...]
    first_day: date = FIRST_SET
    last_day: date = date.max
    for_events: tuple[str, ...] = ()
    for_newborns: bool = False

    @property
    def is_supplementary(self) -> bool:
        return bool(self.for_events) or self.for_newborns

    def questions(self, given: Mapping[str, Any]) -> tuple[Question, ...]:
        """Return the questions that are asked of whoever has answered so far: never one that follows one not asked."""
        asked: dict[str, Question] = {}
        for each in self._asks():
            if each.is_asked(given) and (not each.after or each.after in asked):
                asked[each.question.key] = each.question
        return tuple(asked.values())

    def only_asked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return of what is given that which belongs to a question that is asked."""
        keys = {question.key for question in self.questions(given)}
        return {key: value for key, value in given.items() if key in keys}

    def sections_asked(self, given: Mapping[str, Any]) -> tuple[Section, ...]:
        """Return the sections in which something is asked."""
        keys = {question.key for question in self.questions(given)}
        return tuple(each for each in self.sections if any(asked.question.key in keys for asked in each.asks))

    def _asks(self) -> Iterator[Asked]:
        for section in self.sections:
            yield from section.asks


CONDITIONS = options(
    asthma_or_anaphylaxis="Asthma or anaphylaxis", cardiac="Heart condition",
    chromosomal_or_congenital="Chromosomal, genetic or congenital anomaly",
    diabetic_ketoacidosis="Diabetic ketoacidosis", epilepsy="Epilepsy", infection="Infection", oncology="Cancer",
)  # fmt: skip
KINDS_OF_DEATH = (*EVENTS, *CONDITIONS)
"""What a death may be of, for the choice of forms: the event that led to it, and the conditions it came with."""

FEEDING = options(breast="Breast milk", formula="Formula", mixed="Both", not_known="Not known")

IN_ALL = (INVOLVEMENT, *(if_known(each) for each in (BIRTH, CHILD, PARENTS, FAMILY, HOME)))
SINCE_2019 = (*IN_ALL, LEARNING_DISABILITY_REVIEW)
SINCE_2021 = (*SINCE_2019, if_known(POVERTY))
SINCE_2022 = (*SINCE_2021, if_known(MEASURES))
NOW = tuple(section for section in SINCE_2022 if section is not LEARNING_DISABILITY_REVIEW)
AGENCY_REPORT = Form("agency_report", "Agency report", IN_ALL, last_day=date(2019, 3, 31))
REPORTING_FORM = Form("reporting_form", "Reporting form", SINCE_2019, FORMS_OF_2019, date(2021, 3, 31))


def _supplementary(
    key: str, name: str, events: tuple[str, ...], *questions: Asked, first_day: date = FIRST_SET, **more: Any
) -> Form:
    return Form(key, name, (Section(key, name, questions),), first_day, for_events=events, **more)


def _named_since(form: Form, *names: tuple[date, str]) -> Iterator[Form]:
    """Yield a form under each name it has had, from the day it bore it: for the days that it was in use."""
    for (first_day, name), following in zip(names, (*names[1:], (date.max, "")), strict=True):
        last_day = following[0] - timedelta(days=1) if following[0] < date.max else form.last_day
        sections = tuple(replace(section, title=name) for section in form.sections)
        yield replace(form, name=name, sections=sections, first_day=first_day, last_day=last_day)


MAIN_FORMS = (
    AGENCY_REPORT,
    REPORTING_FORM,
    replace(REPORTING_FORM, sections=SINCE_2021, first_day=FORMS_OF_2021, last_day=date(2022, 3, 31)),
    replace(REPORTING_FORM, sections=SINCE_2022, first_day=FORMS_OF_2022, last_day=date(2023, 6, 30)),
    replace(REPORTING_FORM, sections=NOW, first_day=WITHOUT_LEDER, last_day=date.max),
)

SUPPLEMENTARY_FORMS = (
    _supplementary(
        "neonatal",
        "Neonatal death",
        ("neonatal",),
        *always(
            text("booked_at", "Weeks of pregnancy at booking"),
            yes_no_not_known("antenatal_steroids", "Were steroids given before birth?"),
            yes_no_not_known("resuscitated", "Was resuscitation attempted at birth?"),
            text("apgar", "Apgar scores at 1, 5 and 10 minutes"),
        ),
        for_newborns=True,
    ),
    _supplementary(
        "life_limiting",
        "Death of a child with a life-limiting condition",
        ("life_limiting_condition",),
        *always(
            yes_no_not_known("care_plan", "Was there an advance care plan?"),
            text("key_worker", "Role of the key worker"),
            yes_no_not_known("preferred_place", "Did the child die where the family wished?"),
        ),
    ),
    _supplementary(
        "sudden_unexpected",
        "Sudden unexpected death",
        ("sudden_unexpected",),
        *always(one_of("slept", "Where the child slept last", SLEPT)),
        *after("slept", ("shared_bed", "shared_sofa"), text("shared_with", "With whom, by relationship")),
        *always(
            one_of("feeding", "Feeding", FEEDING),
            text("found_position", "Position in which the child was found"),
            yes_no_not_known("scene_visited", "Did police and health visit the scene together?"),
        ),
    ),
    _supplementary(
        "traffic_collision",
        "Road traffic collision",
        ("traffic_collision",),
        *always(
            one_of(
                "as_what",
                "The child was",
                options(
                    passenger="A passenger",
                    pedestrian="On foot",
                    cyclist="On a bicycle",
                    driver="Driving or riding",
                    not_known="Not known",
                ),
            ),
        ),
        *after("as_what", ("passenger",), yes_no_not_known("restrained", "Was the child restrained?")),
        *after("as_what", ("cyclist",), yes_no_not_known("helmet", "Was a helmet worn?")),
    ),
    _supplementary(
        "drowning",
        "Drowning",
        ("drowning",),
        *always(
            text("water", "Where: bath, pool, river, sea"), yes_no_not_known("supervised", "Was the child supervised?")
        ),
    ),
    _supplementary(
        "fire",
        "Fire, burns or electrocution",
        ("fire_or_burns",),
        *always(yes_no_not_known("alarm", "Was there a working smoke alarm?"), text("fire_cause", "Cause of the fire")),
    ),
    _supplementary(
        "poisoning",
        "Poisoning",
        ("poisoning",),
        *always(text("substance", "Substance"), yes_no_not_known("stored_safely", "Was it stored safely?")),
    ),
    _supplementary(
        "other_injury",
        "Other non-intentional injury",
        ("other_accident",),
        *always(
            text("mechanism", "How the injury came about"), yes_no_not_known("equipment", "Was equipment at fault?")
        ),
    ),
    _supplementary(
        "substance_misuse",
        "Substance misuse",
        ("substance_misuse",),
        *always(
            text("substances_taken", "Substances"),
            yes_no_not_known("services_known", "Was the child known to services for it?"),
        ),
    ),
    _supplementary(
        "violence",
        "Violence or maltreatment",
        ("apparent_homicide",),
        *always(
            yes_no_not_known("previous_injuries", "Were there earlier injuries?"),
            one_of("social_care_then", "Children’s social care", CONTACT),
        ),
    ),
    _supplementary(
        "suicide",
        "Suicide or self-harm",
        ("apparent_suicide",),
        *always(
            yes_no_not_known("previous_attempts", "Were there earlier attempts or self-harm?"),
            yes_no_not_known("mental_health_services", "Was the child known to mental health services?"),
            yes_no_not_known("bullying", "Was there bullying?"),
            yes_no_not_known("online", "Did something online play a part?"),
        ),
    ),
    _supplementary(
        "asthma",
        "Asthma and anaphylaxis",
        ("asthma_or_anaphylaxis",),
        *always(
            yes_no_not_known("management_plan", "Was there a written management plan?"),
            text("admissions", "Admissions in the last year"),
        ),
        first_day=FORMS_OF_2019,
    ),
    _supplementary(
        "cardiac",
        "Cardiac, congenital or acquired",
        ("cardiac",),
        *always(text("diagnosed_when", "When it was diagnosed: before birth, after, or at death")),
        first_day=FORMS_OF_2019,
    ),
    _supplementary(
        "anomalies",
        "Chromosomal, genetic and congenital anomalies",
        ("chromosomal_or_congenital",),
        *always(text("anomaly", "Anomaly"), yes_no_not_known("screening", "Was it found by screening?")),
        first_day=FORMS_OF_2019,
    ),
    _supplementary(
        "ketoacidosis",
        "Diabetic ketoacidosis",
        ("diabetic_ketoacidosis",),
        *always(yes_no_not_known("diabetes_known", "Was diabetes known before?")),
        first_day=FORMS_OF_2019,
    ),
    _supplementary(
        "epilepsy",
        "Epilepsy",
        ("epilepsy",),
        *always(yes_no_not_known("seizures_controlled", "Were seizures controlled?")),
        first_day=FORMS_OF_2019,
    ),
    _supplementary(
        "infection",
        "Infection",
        ("infection",),
        *always(
            text("organism", "Organism, where known"), yes_no_not_known("vaccine_preventable", "Is there a vaccine?")
        ),
        first_day=FORMS_OF_2019,
    ),
    _supplementary(
        "oncology",
        "Oncology",
        ("oncology",),
        *always(text("tumour", "Kind of tumour"), yes_no_not_known("trial", "Was the child in a trial of treatment?")),
        first_day=FORMS_OF_2019,
    ),
    _supplementary(
        "care_pathway",
        "Care pathway",
        ("asthma_or_anaphylaxis", "cardiac", "epilepsy", "infection", "sudden_unexpected"),
        *always(
            long_text("pathway", "From first symptoms to death: each contact with services, by kind and not by name")
        ),
        first_day=FORMS_OF_2022,
    ),
)

# DOMAIN 3.3 and 4.6: the same form under the names of each set, for the days of that set.
NAMES_SINCE: Mapping[str, tuple[tuple[date, str], ...]] = {
    "neonatal": (
        (FIRST_SET, "Neonatal death"),
        (FORMS_OF_2022, "Death on a neonatal unit, delivery suite or labour ward"),
    ),
    "sudden_unexpected": (
        (FIRST_SET, "Sudden unexpected death in infancy"),
        (FORMS_OF_2019, "Sudden unexpected death"),
    ),
    "traffic_collision": (
        (FIRST_SET, "Road traffic accident"),
        (SECOND_SET, "Road traffic collision"),
        (FORMS_OF_2019, "Traffic collision"),
    ),
    "infection": ((FORMS_OF_2019, "Infection"), (FORMS_OF_2022, "Infection")),
    "fire": ((FIRST_SET, "Fire or burns"), (FORMS_OF_2019, "Fire, burns or electrocution")),
    "other_injury": (
        (FIRST_SET, "Other accident"),
        (SECOND_SET, "Other non-intentional injury, accident or trauma"),
    ),
    "violence": ((FIRST_SET, "Apparent homicide"), (FORMS_OF_2019, "Violent or maltreatment-related death")),
    "suicide": ((FIRST_SET, "Apparent suicide"), (FORMS_OF_2019, "Suicide or self-harm")),
}

# DOMAIN 4.6: what a supplementary form came to ask as well, and since when.
ASKED_SINCE: Mapping[str, tuple[date, tuple[Asked, ...]]] = {
    key: (FORMS_OF_2022, always(yes_no_not_known("neonatal_herpes", "Had the newborn a herpes infection?")))
    for key in ("neonatal", "infection")
}


def _as_named() -> Iterator[Form]:
    for form in SUPPLEMENTARY_FORMS:
        for named in _named_since(form, *NAMES_SINCE.get(form.key, ((form.first_day, form.name),))):
            yield _with_what_was_added(named)


def _with_what_was_added(form: Form) -> Form:
    since, added = ASKED_SINCE.get(form.key, (date.max, ()))
    if form.first_day < since:
        return form
    return replace(form, sections=tuple(replace(each, asks=(*each.asks, *added)) for each in form.sections))


FORMS = (*MAIN_FORMS, *_as_named())


def forms_for(on: date, events: Collection[str], *, newborn: bool) -> tuple[Form, ...]:
    """Return the forms in use on a day that a death of these kinds calls for, the main form first."""
    return tuple(
        form
        for form in FORMS
        if form.first_day <= on <= form.last_day
        and (not form.is_supplementary or set(form.for_events) & set(events) or (newborn and form.for_newborns))
    )


NEWBORN_PLACES = ("acute_hospital_neonatal_unit", "acute_hospital_delivery_suite")


def kinds_proposed(answers: Mapping[str, Any], *, newborn: bool) -> tuple[str, ...]:
    """Return the kinds of death that a notification points to, to be confirmed by whoever asks for reports.

    From where the child died, how old it was and whether the death was expected (DOMAIN 4.6). A kind that nothing
    points to is not guessed.
    """
    place, expected = answers.get("place_of_death"), answers.get("expected")
    neonatal = newborn or place in NEWBORN_PLACES
    kinds = ["neonatal"] if neonatal else []
    if place == "hospice" or (expected == "yes" and not neonatal):
        kinds.append("life_limiting_condition")
    if expected == "no" and not neonatal:
        kinds.append("sudden_unexpected")
    return tuple(kinds)


def form_named(name: str, on: date) -> Form | None:
    """Return the form of this name or key in use on a day, if there was one."""
    wanted = name.strip().casefold()
    return next(
        (
            each
            for each in FORMS
            if wanted in (each.key, each.name.casefold()) and each.first_day <= on <= each.last_day
        ),
        None,
    )
