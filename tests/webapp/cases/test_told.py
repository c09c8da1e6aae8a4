"""Answers as people read them."""

from webapp.cases.told import answered, in_short
from workflows.registry import procedure

CHILD_DEATHS = procedure("child_death_review", "CDR2018")


def test_a_conclusion_is_told_from_others_by_its_category_alone():
    """That none of the events listed led to the death is so of most deaths, and tells nothing."""
    answers = {"event": "none", "category": "5"}

    assert in_short(CHILD_DEATHS.step("categorise"), answers) == "5. Acute medical or surgical condition"


def test_proceedings_are_told_from_others_by_the_process_and_what_happened():
    answers = {"process": "INQUEST", "event": "concluded"}

    assert in_short(CHILD_DEATHS.step("record_proceedings"), answers) == "Inquest, Concluded"


def test_who_was_present_is_said_in_words_whether_it_was_recorded_by_key_or_in_words():
    """Files and scripts name a seat by its key, the pages by its words."""
    review = CHILD_DEATHS.step("review_at_panel")

    (present,) = answered(review, {"roles_present": ["local_authority", "Police", "A guest of the hospice"]})

    assert present.lines == ("Local authority", "Police", "A guest of the hospice")


def test_what_was_chosen_begins_with_a_capital_and_what_was_typed_is_as_it_was():
    hold = procedure("serious_case_review", "WT2013").step("authorise_hold")
    answers = {"scope": ["publication", "approval"], "ends_with": "inquest_concluded", "requested_by": "the coroner"}

    lines = {each.key: each.lines for each in answered(hold, answers)}

    assert lines["ends_with"] == ("Inquest concluded",)
    assert lines["requested_by"] == ("the coroner",)
    assert all(line[0].isupper() for line in lines["scope"])
