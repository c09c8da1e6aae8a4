"""The page of a child death answers first: is it reviewed here, is anything to be done, where did it go."""

from sqlalchemy import select

from models.case import Case
from models.panels.panel import Panel
from tests.webapp.child_deaths.conftest import TUE_2_MAY
from tests.webapp.client import main_words


def test_it_says_why_the_death_is_reviewed_with_the_rule(coordinator, notify):
    words = main_words(coordinator.get(f"/cases/{notify().reference}"))

    assert "Aged 5 years at death, so under 18. LSCB Regulations 2006, regulation 6; Working Together (R-3.2)" in words


def test_a_first_response_is_called_for_until_it_is_recorded(coordinator, notify, take):
    case = notify()
    address = f"/cases/{case.reference}"
    assert "A rapid response is called for: the death was not expected" in main_words(coordinator.get(address))

    take(case, "convene_joint_response", held_on=TUE_2_MAY.isoformat())

    assert "To be looked at" not in main_words(coordinator.get(address))


def test_a_young_adult_is_flagged_with_what_to_do(coordinator, notify):
    words = main_words(coordinator.get(f"/cases/{notify(born_on='1998-01-15').reference}"))

    assert "Aged 19 at death. Deaths are reviewed up to the 18th birthday. Check both dates" in words


def test_a_child_of_another_area_is_flagged_until_the_death_is_confirmed(session, coordinator, notify, board, take):
    session.add(Panel(board_id=board.id, areas=["Elsewhere"]))
    case = notify(expected="yes")
    assert "agree which of you reviews, and transfer the case" in main_words(
        coordinator.get(f"/cases/{case.reference}")
    )

    take(case, "confirm_in_scope")

    assert "To be looked at" not in main_words(coordinator.get(f"/cases/{case.reference}"))


def test_a_transfer_and_its_outcome_are_shown(coordinator, notify, take):
    case = notify(transferred_from="Southfell panel")
    take(case, "transfer_case", to_panel="Otherborough panel", reasons="The child lived there")
    address = f"/cases/{case.reference}"

    words = main_words(coordinator.get(address))
    assert "Passed on by Southfell panel" in words
    assert "Transferred to Otherborough panel" in words
    assert "What the other panel found Not known yet" in words

    take(case, "record_transferred_outcome", outcome="Category 7, no modifiable factors")
    assert "What the other panel found Category 7, no modifiable factors" in main_words(coordinator.get(address))


def test_a_linked_review_is_shown_on_both_sides_to_those_who_may_see_it(session, coordinator, seen_by, notify, take):
    case = notify()
    take(case, "refer_for_review", reasons="Neglect", abuse_or_neglect="suspected")
    both = seen_by("cdop_chair", "business_manager")
    page = both.get(f"/cases/{case.reference}")
    review = session.scalars(select(Case).where(Case.workflow_key != case.workflow_key)).one()

    assert "Referred for a review of its own" in main_words(page)
    assert f"Referred from {case.reference}" in main_words(both.get(f"/cases/{review.reference}"))
    assert review.reference not in coordinator.get(f"/cases/{case.reference}").text


def test_a_conclusion_is_offered_in_the_wordings_of_its_time_alone(seen_by, notify, take):
    """DOMAIN 3.5: the wording of 2008 to 2010 would be refused on every day on which this can be concluded."""
    case = notify()
    for step, more in (
        ("confirm_in_scope", {}),
        ("complete_information", {}),
        ("list_for_panel", {"meeting_on": TUE_2_MAY.isoformat()}),
        ("review_at_panel", {"meeting_on": TUE_2_MAY.isoformat(), "roles_present": ["Health", "Local authority"]}),
    ):
        take(case, step, **more)

    words = main_words(seen_by("cdop_chair").get(f"/cases/{case.reference}/steps/categorise"))

    assert "No modifiable factors identified" in words
    assert "Potentially preventable" not in words


def test_it_is_said_before_a_death_is_referred_that_another_case_is_opened(seen_by, notify):
    chair, case = seen_by("cdop_chair"), notify()
    page = chair.get(f"/cases/{case.reference}/steps/refer_for_review")
    opened = "A review is opened and linked with this case. Those who keep reviews are told of it"

    check = chair.send(page, "Continue", when="2017-06-01", answer_reasons="Neglect is suspected")

    assert opened in main_words(page)
    assert opened in main_words(check)
