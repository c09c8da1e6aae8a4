"""Forms are chosen by the kind of death and the day, by name, and ask by what was answered (DOMAIN 3.3, 4.6)."""

from datetime import date
from itertools import combinations

import pytest

from workflows.national_figures import NATIONAL_BY_YEAR, NATIONAL_YEARS
from workflows.reporting_forms import FORMS, KINDS_OF_DEATH, form_named, forms_for, kinds_proposed

MON_3_JUN_2013, MON_1_JUN_2020, WED_1_JUN_2022 = date(2013, 6, 3), date(2020, 6, 1), date(2022, 6, 1)


def names(on, *events, newborn=False):
    return [form.name for form in forms_for(on, events, newborn=newborn)]


def test_every_death_has_the_main_form_of_its_day():
    assert names(MON_3_JUN_2013) == ["Agency report"]
    assert names(MON_1_JUN_2020) == ["Reporting form"]


def test_the_kind_of_death_calls_for_its_own_form():
    assert names(MON_3_JUN_2013, "traffic_collision") == ["Agency report", "Road traffic collision"]
    assert "Neonatal death" in names(MON_3_JUN_2013, newborn=True)


def test_forms_that_came_later_are_not_asked_for_before():
    assert "Epilepsy" not in names(MON_3_JUN_2013, "epilepsy")
    assert "Epilepsy" in names(MON_1_JUN_2020, "epilepsy")
    assert "Care pathway" not in names(MON_1_JUN_2020, "epilepsy")
    assert "Care pathway" in names(WED_1_JUN_2022, "epilepsy")


def test_what_was_added_in_2021_and_2022_is_asked_from_then_on():
    def asked(on):
        form = form_named("Reporting form", on)
        assert form is not None
        return {question.key for question in form.questions({"known": "yes", "bereavement_support": "yes"})}

    assert "poverty" not in asked(MON_1_JUN_2020)
    assert "maternal_bmi" not in asked(date(2021, 6, 1))
    assert {"poverty", "maternal_bmi", "bereavement_support_by"} <= asked(WED_1_JUN_2022)


def asked_of(on, name="Reporting form", **given):
    form = form_named(name, on)
    assert form is not None
    return {question.key for question in form.questions({"known": "yes", **given})}


CORE = {
    # The child.
    "birth_weight", "gestation", "multiple_birth", "delivery", "gravidity", "parity", "immunised", "disability",
    "learning_disability", "medication", "conditions",
    # The family.
    "mother_age", "mother_employment", "father_age", "father_employment", "smoking_in_pregnancy",
    "smoking_in_household", "alcohol", "substances", "parental_mental_health", "domestic_abuse", "consanguinity",
    "housing", "immigration_status", "siblings", "social_care",
    # The surroundings, and services.
    "usual_sleep", "home_safety", "schooling", "first_contact_on", "last_contact_on", "quality", "concerns",
}  # fmt: skip


@pytest.mark.parametrize("form", [each for each in FORMS if not each.is_supplementary], ids=lambda each: each.first_day)
def test_the_main_form_of_every_time_asks_what_the_core_sections_list(form):
    """DOMAIN 4.6: other core sections."""
    assert {question.key for question in form.questions({"known": "yes"})} >= CORE


def test_what_belongs_to_an_answer_is_asked_only_after_it():
    given = {
        "mother_employment": "employed", "multiple_birth": "yes", "immunised": "no", "domestic_abuse": "yes",
        "consanguinity": "yes", "usual_sleep": "shared_bed", "schooling": "school", "poverty": "yes",
        "barriers": ["language"], "bereavement_support": "no",
    }  # fmt: skip
    followed = {
        "mother_occupation", "multiple_birth_order", "immunised_not", "domestic_abuse_what", "consanguinity_what",
        "usual_sleep_with", "attendance", "poverty_what", "barriers_what", "bereavement_support_not",
    }  # fmt: skip

    assert not followed & asked_of(WED_1_JUN_2022)
    assert followed <= asked_of(WED_1_JUN_2022, **given)


@pytest.mark.parametrize(
    ("on", "answer", "asked"),
    [
        (MON_3_JUN_2013, "confirmed", False), (MON_1_JUN_2020, "confirmed", True), (MON_1_JUN_2020, "likely", True),
        (MON_1_JUN_2020, "no", False), (date(2023, 6, 30), "confirmed", True), (date(2023, 7, 1), "confirmed", False),
    ],
)  # fmt: skip
def test_leder_is_asked_about_while_it_took_children_with_a_learning_disability(on, answer, asked):
    """DOMAIN 4.4."""
    name = "Agency report" if on < date(2019, 4, 1) else "Reporting form"

    assert ({"leder_notified_on", "leder_rep_at_panel"} <= asked_of(on, name, learning_disability=answer)) == asked


def test_measurements_and_herpes_of_newborns_are_asked_from_april_2022():
    for key in ("maternal_bmi", "height", "weight", "bereavement_support"):
        assert (key in asked_of(date(2022, 3, 31)), key in asked_of(date(2022, 4, 1))) == (False, True)
    for key in ("infection", "neonatal"):
        asked = ("neonatal_herpes" in asked_of(on, key) for on in (date(2022, 3, 31), date(2022, 4, 1)))
        assert tuple(asked) == (False, True)


def test_a_question_may_depend_on_an_answer():
    form = form_named("Sudden unexpected death in infancy", MON_3_JUN_2013)
    assert form is not None

    assert "shared_with" not in {each.key for each in form.questions({"slept": "own_surface"})}
    assert "shared_with" in {each.key for each in form.questions({"slept": "shared_bed"})}


@pytest.mark.parametrize(
    ("answers", "newborn", "kinds"),
    [
        ({"expected": "no", "place_of_death": "home"}, False, ("sudden_unexpected",)),
        ({"expected": "yes", "place_of_death": "hospice"}, False, ("life_limiting_condition",)),
        ({"expected": "no", "place_of_death": "acute_hospital_neonatal_unit"}, True, ("neonatal",)),
        ({"expected": "not_known"}, False, ()),
    ],
)
def test_kinds_of_death_are_proposed_only_where_the_notification_points_to_them(answers, newborn, kinds):
    assert kinds_proposed(answers, newborn=newborn) == kinds


def test_a_form_bears_the_name_it_had_in_its_time():
    """DOMAIN 3.3: the numbers moved between the sets and the names changed; the form is the same."""
    names = [
        next(form.name for form in forms_for(on, ["traffic_collision"], newborn=False) if form.is_supplementary)
        for on in (date(2009, 6, 1), MON_3_JUN_2013, MON_1_JUN_2020)
    ]

    assert names == ["Road traffic accident", "Road traffic collision", "Traffic collision"]
    assert {form_named("traffic_collision", on) is None for on in (date(2009, 6, 1), MON_1_JUN_2020)} == {False}


def test_no_name_is_a_number():
    assert not any(any(letter.isdigit() for letter in form.name) for form in FORMS)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.key} {form.first_day}")
def test_a_form_hangs_together(form):
    """No key twice, every condition on a question before it, every kind of death one there is."""
    asked = [each for section in form.sections for each in section.asks]
    keys = [each.question.key for each in asked]

    assert len(keys) == len(set(keys))
    assert all(each.after in keys[: keys.index(each.question.key)] for each in asked if each.after)
    assert set(form.for_events) <= {option.key for option in KINDS_OF_DEATH}


def test_of_forms_of_one_name_only_one_is_in_use():
    for one, other in combinations(FORMS, 2):
        if one.name == other.name:
            assert one.last_day < other.first_day or other.last_day < one.first_day


def test_national_figures_are_those_published_each_with_how_sure_it_is():
    assert [each.ending for each in NATIONAL_YEARS] == sorted({each.ending for each in NATIONAL_YEARS})
    year = NATIONAL_BY_YEAR["2016-17"]
    assert {band: figure.value for band, figure in year.durations_percent.items()} == {
        "under_6": 32, "6_to_12": 44, "over_12": 24,
    }  # fmt: skip
    assert year.modifiable_percent is not None
    assert year.modifiable_percent.confidence == "remembered"
    assert "2018-19" not in NATIONAL_BY_YEAR
