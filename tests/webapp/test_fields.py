"""What can be typed into the boxes of a form, and what becomes of it."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField

from webapp.components import boxes_of, choices_of
from webapp.fields import ChoicesField, DayField, LinesField, OneOfField, month_number, needed, offered
from webapp.mistakes import Mistake, mistakes_in
from workflows.dates import PartialDate


class Asked(Form):  # type: ignore[misc]  # WTForms says nothing of its types
    happened_on = DayField("Day it happened", month_allowed=True, validators=[needed("Enter the day it happened")])
    sent_on = DayField("Day it was sent")
    agencies = LinesField("Agencies")
    mode = OneOfField("Mode", choices=offered([("FULL", "Full"), ("SUMMARY", "Summary")]))
    bodies = ChoicesField("Bodies", choices=offered([("ofsted", "Ofsted"), ("dfe", "Education")]))
    name = StringField("Name", validators=[needed("Enter a name")])


def asked(**typed: str | list[str]) -> Asked:
    usual = {"happened_on__day": "7", "happened_on__month": "2", "happened_on__year": "2014", "name": "A"} | typed
    return Asked(MultiDict([(name.replace("__", "-"), value) for name, value in usual.items()]))


def mistakes_of(form: Form) -> dict[str, str]:
    form.validate()
    return {mistake.words: mistake.href for mistake in mistakes_in(form)}


def test_three_boxes_make_a_day():
    form = asked()

    assert form.validate()
    assert form.happened_on.data == PartialDate.on(date(2014, 2, 7))
    assert form.happened_on.day == date(2014, 2, 7)


def test_an_empty_day_box_means_that_only_the_month_is_known():
    form = asked(happened_on__day="")

    assert form.validate()
    assert form.happened_on.data == PartialDate.month(2014, 2)


def test_where_the_day_is_needed_a_month_alone_will_not_do():
    assert mistakes_of(asked(sent_on__month="2", sent_on__year="2014")) == {
        "“Day it was sent” must include a day": "#sent_on-day"
    }


@pytest.mark.parametrize(
    ("typed", "words", "box"),
    [
        (("7", "", "2014"), "must include a month", "month"),
        (("7", "", ""), "must include a month and a year", "month"),
        (("7", "13", "2014"), "must have a month from 1 to 12", "month"),
        (("7", "Ju", "2014"), "must have a month from 1 to 12", "month"),
        (("7", "2", "14"), "must have a year of four figures, such as 2014", "year"),
        (("29", "2", "2014"), "must be a day that there is in February 2014", "day"),
        (("seven", "2", "2014"), "must be a day that there is in February 2014", "day"),
        (("\u0667", "2", "2014"), "must be a day that there is in February 2014", "day"),
    ],
)
def test_what_is_no_day_is_refused_at_the_box_that_is_wrong_and_kept_as_typed(typed, words, box):
    form = asked(**dict(zip(("happened_on__day", "happened_on__month", "happened_on__year"), typed, strict=True)))

    assert mistakes_of(form) == {f"“Day it happened” {words}": f"#happened_on-{box}"}
    assert tuple(form.happened_on.boxes.values()) == typed
    assert next(each for each in boxes_of(form.happened_on) if each["classes"].endswith("--error"))["id"].endswith(box)


@pytest.mark.parametrize("typed", ["2", "02", "Feb", "february", "FEBRUARY"])
def test_a_month_may_be_typed_by_its_name(typed):
    assert month_number(typed) == 2


def test_nothing_typed_is_not_a_day():
    form = asked(happened_on__day="", happened_on__month="", happened_on__year="")

    assert mistakes_of(form) == {"Enter the day it happened": "#happened_on-day"}
    with pytest.raises(ValueError, match="No day was typed"):
        _ = form.happened_on.day


def test_the_boxes_show_the_day_a_form_is_opened_with():
    form = Asked(happened_on=date(2014, 2, 7), sent_on=PartialDate.month(2014, 3))

    assert form.happened_on.boxes == {"day": "7", "month": "2", "year": "2014"}
    assert form.sent_on.boxes == {"day": "", "month": "3", "year": "2014"}


def test_emptying_a_day_that_was_offered_leaves_it_empty():
    form = Asked(MultiDict([("name", "A"), ("sent_on-day", "")]), sent_on=date(2014, 2, 7))

    assert form.sent_on.data is None
    assert form.sent_on.boxes == {"day": "", "month": "", "year": ""}


def test_lines_are_taken_one_by_one_and_empty_ones_left_out():
    form = asked(agencies="Police\r\n\r\n  Health visiting \n")

    assert form.agencies.data == ["Police", "Health visiting"]
    assert form.agencies._value() == "Police\r\n\r\n  Health visiting \n"


def test_lines_a_form_is_opened_with_stand_one_below_the_other():
    assert Asked(agencies=["Police", "Schools"]).agencies._value() == "Police\nSchools"


def test_a_choice_may_be_left_open_but_not_made_up():
    assert asked().validate()
    assert mistakes_of(asked(mode="SECRET")) == {"“Mode” must be one of the answers offered": "#mode"}
    assert mistakes_of(asked(bodies="nobody")) == {"“Bodies” must be among the answers offered": "#bodies"}


def test_what_was_chosen_stays_chosen():
    form = asked(mode="SUMMARY", bodies="dfe")

    assert [each["checked"] for each in choices_of(form.mode)] == [False, True]
    assert [each["checked"] for each in choices_of(form.bodies, {"dfe": "Until 2010: DCSF"})] == [False, True]


def test_a_needed_answer_of_nothing_but_spaces_is_missing():
    assert mistakes_of(asked(name="   ")) == {"Enter a name": "#name"}


def test_a_refusal_of_the_whole_form_says_where_it_is_mended_if_anywhere():
    form = asked()
    form.validate()
    form.form_errors.extend(["The case is on hold", Mistake("A reviewer must be appointed", "/cases/BEX-2012-003")])

    assert [(each.words, each.href) for each in mistakes_in(form)] == [
        ("The case is on hold", ""),
        ("A reviewer must be appointed", "/cases/BEX-2012-003"),
    ]
    assert mistakes_in(None) == []
