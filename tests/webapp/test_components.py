"""The components that every part of the site shares, as a browser and a screen reader find them."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask, render_template_string
from wtforms import BooleanField, PasswordField, SelectField, StringField, TextAreaField

from tests.webapp.client import problems_of, words_of
from webapp.components import Card, Column, Figure, Filter, Stage, Tab
from webapp.fields import ChoicesField, DayField, LinesField, OneOfField, needed, offered
from webapp.forms import PageForm
from webapp.wording import DEADLINE_MARKS

SVG = "{http://www.w3.org/2000/svg}svg"
LAYOUT = '{% extends "layout/page.html" %}{% set heading = "Baby F" %}{% block content %}{BODY}{% endblock %}'


class EverythingForm(PageForm):
    """One field of every kind."""

    happened_on = DayField("Day it happened", month_allowed=True, validators=[needed("Enter the day it happened")])
    board = SelectField("Board", choices=offered([("", "All"), ("BEX", "Bexley")]), default="")
    mode = OneOfField("Mode", choices=offered([("FULL", "Full")]), validators=[needed("Choose a mode")])
    bodies = ChoicesField("Bodies", choices=offered([("dfe", "Education")]), validators=[needed("Choose the bodies")])
    reasons = TextAreaField("Reasons", description="In a sentence or two", validators=[needed("Enter the reasons")])
    agencies = LinesField("Agencies", validators=[needed("Enter the agencies")])
    name = StringField("Name", validators=[needed("Enter a name")])
    confirmed = BooleanField("I have checked this")
    secret = PasswordField("Password")


def page(app: Flask, imports: str, body: str, **known: object) -> Element:
    """Return a page whose content is `body`, after looking for what no page may have."""
    template = imports + LAYOUT.replace("{BODY}", body)
    with app.test_request_context():
        html = render_template_string(template, **known)
    assert list(problems_of(html, app)) == []
    return html5lib.parse(html, namespaceHTMLElements=False)


def main_of(tree: Element) -> Element:
    main = tree.find(".//main")
    assert main is not None
    return main


def classed(tree: Element, name: str) -> list[Element]:
    return [each for each in tree.iter() if name in each.get("class", "").split()]


ALL_FIELDS = """
{% from "components/fields.html" import any_field, hidden_fields %}
<form method="post" action="/sign-in">{{ hidden_fields(form) }}
{% for field in form if field.type not in ("HiddenField", "CSRFTokenField") %}{{ any_field(field) }}{% endfor %}
</form>
"""


def test_every_kind_of_field_has_its_label_and_shows_its_errors(app):
    with app.test_request_context(method="POST"):
        form = EverythingForm(meta={"csrf": False})
        form.validate()
        html = render_template_string(LAYOUT.replace("{BODY}", ALL_FIELDS), form=form)

    assert list(problems_of(html, app)) == []
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    summary = classed(tree, "govuk-error-summary")[0]
    assert next(iter(main_of(tree))) is summary
    ids = {each.get("id") for each in tree.iter()}
    assert len(list(summary.iter("a"))) == 6
    assert all(link.get("href", "").removeprefix("#") in ids for link in summary.iter("a"))
    assert "Error:" in words_of(next(tree.iter("title")))
    assert "Leave the day empty if only the month is known" in words_of(main_of(tree))
    assert "Write one on each line" in words_of(main_of(tree))


def test_a_refusal_that_nothing_mends_is_not_linked_to_nowhere(app):
    with app.test_request_context(method="POST"):
        form = EverythingForm()
        form.form_errors.append("Publication is on hold")
        html = render_template_string(LAYOUT.replace("{BODY}", ""), form=form)

    summary = classed(html5lib.parse(html, namespaceHTMLElements=False), "govuk-error-summary")[0]
    assert "Publication is on hold" in words_of(summary)
    assert list(summary.iter("a")) == []


def test_the_stages_say_in_words_what_their_shapes_say(app):
    tree = page(
        app,
        '{% from "components/case.html" import stage_progress %}',
        "{{ stage_progress(stages) }}",
        stages=[Stage("Decision", "done"), Stage("Review", "now"), Stage("Learning", "ahead")],
    )

    stages = [words_of(each) for each in classed(tree, "app-stages__stage")]
    assert stages == ["Decision (done)", "Review (now)", "Learning (still to come)"]
    assert [each.get("aria-current") for each in classed(tree, "app-stages__stage")] == [None, "step", None]


@pytest.mark.parametrize("status", DEADLINE_MARKS)
def test_how_a_deadline_stands_is_told_in_words_and_a_shape(app, status):
    tree = page(
        app,
        '{% from "components/shapes.html" import marked %}',
        "{{ marked(mark.words, mark.shape, mark.colour) }}",
        mark=DEADLINE_MARKS[status],
    )

    tag = classed(tree, "app-tag")[0]
    assert words_of(tag) == DEADLINE_MARKS[status].words
    assert [len(drawn) > 0 for drawn in tag.iter(SVG)] == [True]


def test_the_reckoning_of_a_date_opens_in_place_and_says_of_which(app):
    tree = page(
        app,
        '{% from "components/case.html" import explanation %}',
        '{{ explanation(["One.", "Two."], source="T-1.8", notes=["Provisional."], about="Complete the review") }}',
    )

    details = next(main_of(tree).iter("details"))
    assert words_of(next(details.iter("summary"))) == "Why this date? Complete the review"
    assert [words_of(each) for each in details.iter("li")] == ["One.", "Two."]
    assert "Provisional." in words_of(details)
    assert "T-1.8" in words_of(details)


def test_the_case_is_named_before_anything_else(app):
    tree = page(
        app,
        '{% from "components/case.html" import identity_bar, status_banner %}',
        '{{ identity_bar("BEX-2012-003", "Baby F", ["Serious case review", "Bexley"], href="/account") }}'
        '{% call status_banner("On hold", "Next: release it", "held") %}<a href="/account">Record</a>{% endcall %}',
    )

    assert "BEX-2012-003 Baby F Serious case review Bexley On hold Next: release it Record" in words_of(tree)


def test_the_picture_of_time_stands_beside_its_figures_and_its_table(app):
    tree = page(
        app,
        '{% from "components/case.html" import time_picture %}',
        '{% call time_picture(figures, \'<svg role="img" aria-label="Time"></svg>\' | safe, "") %}'
        "<table><caption>The same in words</caption></table>{% endcall %}",
        figures=[Figure("days", "512"), Figure("under hold", "237")],
    )

    assert "512" in words_of(classed(tree, "app-time")[0])
    assert "The same in words" in words_of(classed(tree, "app-time")[0])


def test_the_timeline_shows_a_correction_as_a_correction(app):
    tree = page(
        app,
        '{% from "components/timeline.html" import timeline, timeline_entry %}',
        """{% call timeline() %}
        {% call timeline_entry("Reviewer appointed", "3 May 2012", kind="superseded") %}<p>More</p>{% endcall %}
        {{ timeline_entry("Hold", "5 May 2013", recorded="Recorded later", kind="hold") }}
        {% endcall %}""",
    )

    first, second = classed(tree, "app-timeline__entry")
    assert words_of(next(first.iter("s"))) == "Reviewer appointed"
    assert "(corrected)" in words_of(first)
    assert "Recorded later" in words_of(second)


def test_counts_are_links_and_only_what_we_owe_is_red(app):
    tree = page(
        app,
        '{% from "components/lists.html" import count_cards %}',
        '{{ count_cards(cards, "Counts") }}',
        cards=[
            Card(1204, "late", "/account", late=True),
            Card(0, "late", "/", late=True),
            Card(3, "held", "/", chosen=True),
        ],
    )

    links = [words_of(each) for each in main_of(tree).iter("a")]
    assert links == ["1,204 late", "0 late", "3 held"]
    assert len(classed(tree, "app-counts__card--late")) == 1
    assert [each.get("aria-current") for each in main_of(tree).iter("a")] == [None, None, "true"]


def test_lists_are_filtered_by_address_sorted_by_links_and_shown_in_pages(app):
    tree = page(
        app,
        '{% from "components/lists.html" import data_table, cell, filters_in_force, filter_panel, pages %}',
        """{{ filters_in_force(filters, "/") }}
        {% call filter_panel("/account") %}<label for="stage">Stage</label><input id="stage" name="stage">{% endcall %}
        {% call data_table("1 case", columns) %}<tr>{% call cell("Case", head=true) %}BEX{% endcall %}
        {% call cell("Days", numeric=true) %}512{% endcall %}</tr>{% endcall %}
        {{ pages(2, 3, address) }}{{ pages(1, 1, address, label="Nothing") }}""",
        filters=[Filter("held", "/account")],
        columns=[Column("Case", sort_href="/?sort=case", sorted="ascending"), Column("Days", numeric=True)],
        address=lambda number: f"/?page={number}",
    )

    assert "Do not show only held" in words_of(classed(tree, "app-filters-in-force")[0])
    assert [each.get("aria-sort") for each in tree.iter("th") if each.get("scope") == "col"] == ["ascending", None]
    assert [each.get("data-label") for each in classed(tree, "app-table__cell")] == ["Case", "Days"]
    assert len([each for each in tree.iter("nav") if "govuk-pagination" in each.get("class", "")]) == 1


def test_the_part_being_looked_at_is_marked(app):
    tree = page(
        app,
        """{% from "components/navigation.html" import sub_navigation %}
        {% from "components/summary.html" import summary_list %}""",
        '{{ sub_navigation(tabs, "Parts of this case") }}{{ summary_list(rows, lines=false) }}',
        rows=[{"key": "Reasons", "value": "A", "change": {"href": "/", "words": "the reasons"}}],
        tabs=[Tab("What happened", "/", here=True), Tab("Agencies", "/account")],
    )

    links = {words_of(each): each.get("aria-current") for each in main_of(tree).iter("a")}
    assert links == {"What happened": "page", "Agencies": None, "Change the reasons": None}
