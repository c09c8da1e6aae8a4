"""One case on the day of the meeting: presence and quorum, factors, conclusions, and recording them in two steps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.case import Case
from models.casework import history_of
from models.panels.meetings import name_as_chair
from models.panels.panel import MeetingCase
from tests.models.panel_stories import THU_13_FEB_2014, noon
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import MovableClock
from tests.webapp.panels.conftest import MEETING

QUORATE = ("chair", "designated_doctor", "social_care")
CONCLUDED = {
    "answer_category": "5", "answer_preventability": "modifiable", "answer_reasons": "Delay in transfer",
    "answer_factors__0__description": "Delay in transfer", "answer_factors__0__domain": "service",
    "answer_factors__0__score": "2", "answer_factors__0__modifiable": "yes",
    "answer_learning": "Transfer early", "answer_recommendations": "Hospital: agree who decides",
}  # fmt: skip


@pytest.fixture
def clock():
    return MovableClock(datetime(2014, 2, 13, 14, 0, tzinfo=UTC))


@pytest.fixture
def case(story):
    """The first of two cases of a meeting to which the chair, health, social care and the police came."""
    case = story.a_death_ready("Child A", "Unwell for a day at 1 Nowhere Street")
    meeting = story.a_meeting(THU_13_FEB_2014, case, story.a_death_ready("Child B"))
    story.came(meeting, *QUORATE, "police")
    return case


def at(case, part=""):
    return f"{MEETING}/cases/{case.reference}{part}"


def present(story, *roles):
    return [str(story.members[role].id) for role in roles]


def steps(session, case):
    return [event.step for event in history_of(session, case).effective()]


def press(client, page, do, **typed):
    """Send the form of the day with one of its buttons."""
    held = client.held(page, "Keep what is entered", **typed)
    return client.post(page.request.path, data=held | {"do": do}, follow_redirects=True)


def test_the_review_and_its_conclusions_are_recorded_in_two_steps_and_lead_to_the_next_case(
    session, story, chair, case
):
    page = chair.get(at(case))
    assert "Quorate" in main_words(page)
    assert "1 Nowhere Street" not in main_words(page)

    page = press(chair, page, "record", **CONCLUDED)

    assert "Child B" in main_words(page)
    reviewed, concluded = history_of(session, case).effective()[-2:]
    assert (reviewed.step, concluded.step) == ("review_at_panel", "categorise")
    assert reviewed.answers == {
        "meeting_on": "2014-02-13",
        "roles_present": ["Chair", "Designated doctor for child deaths", "Children’s social care", "Police"],
    }
    assert concluded.answers["factors"] == [
        {"domain": "service", "description": "Delay in transfer", "score": "2", "modifiable": "yes"}
    ]
    assert concluded.answers["learning"] == ["Transfer early"]
    over = main_words(chair.get(at(case)))
    assert "Concluded" in over
    assert "Service delivery: Delay in transfer" in over


def test_without_a_quorum_nothing_is_recorded_and_what_is_missing_is_said(session, story, chair, case):
    page = press(chair, chair.get(at(case)), "keep", present=present(story, "chair", "police"))
    assert "Not quorate" in main_words(page)
    assert "Nobody for health" in main_words(page)

    page = press(chair, page, "record", **CONCLUDED)

    assert page.status_code == 422
    assert "The panel was not quorate" in main_words(page)
    assert "review_at_panel" not in steps(session, case)


def test_what_is_missing_is_said_before_anything_is_recorded(session, chair, case):
    page = press(chair, chair.get(at(case)), "record", answer_reasons="Delay in transfer")

    assert page.status_code == 422
    assert "Category of death: an answer is needed" in main_words(page)
    assert "Delay in transfer" in page.text
    assert "review_at_panel" not in steps(session, case)


def test_if_the_conclusions_are_refused_the_review_stays_and_words_say_so(session, story, chair, case):
    """The hold, the wording, a correction meanwhile: the second step may be refused where the first was not."""
    page = chair.get(at(case))
    held = chair.held(page, "Keep what is entered", **CONCLUDED)
    wrong = held | {"answer_factors-0-domain": ["elsewhere"], "do": "record"}

    page = chair.post(at(case), data=wrong)

    assert page.status_code == 422
    assert "The panel’s review is recorded. Its conclusions are not" in main_words(page)
    assert "A factor is in no domain of this form" in main_words(page)
    assert steps(session, case)[-1] == "review_at_panel"

    page = press(chair, page, "record", answer_factors__0__domain="service")
    assert steps(session, case)[-1] == "categorise"


def test_the_review_can_be_recorded_alone(session, chair, case):
    page = press(chair, chair.get(at(case)), "review")

    assert "can be recorded later" in main_words(page)
    assert steps(session, case)[-1] == "review_at_panel"
    press(chair, page, "record", **CONCLUDED)
    assert steps(session, case)[-1] == "categorise"


def test_what_to_think_of_is_said_once_and_then_it_can_be_recorded(session, chair, case):
    """DOMAIN 3.6: category 10 without a cause that is unexplained, and without a joint response."""
    page = press(chair, chair.get(at(case)), "record", **CONCLUDED | {"answer_category": "10"})

    (problem,) = [words for words in links_of(page) if words.startswith("Category 10 is for a death whose cause")]
    assert problem.endswith("Change it, or record it again as it stands")
    assert "review_at_panel" not in steps(session, case)
    press(chair, page, "record")
    assert steps(session, case)[-1] == "categorise"


def test_once_there_is_nothing_left_to_think_of_it_is_recorded(session, chair, case):
    page = press(chair, chair.get(at(case)), "record", **CONCLUDED | {"answer_category": "10"})
    press(chair, page, "record", answer_category=CONCLUDED["answer_category"])

    assert steps(session, case)[-1] == "categorise"


def test_the_guidance_stands_beside_each_category_and_the_wording_is_of_the_period(chair, case):
    words = main_words(chair.get(at(case)))

    assert "A death that goes back to the time around birth" in words
    assert "Modifiable factors identified" in words
    assert "Potentially preventable" not in words


def test_what_is_entered_is_kept_on_each_send_and_shared(session, chair, coordinator, case):
    page = press(coordinator, coordinator.get(at(case)), "later", answer_reasons="From the meeting of the ward")
    assert "Child B" in main_words(page)

    page = chair.get(at(case))
    assert "From the meeting of the ward" in page.text
    assert "Kept at 2pm by Cdop_coordinator" in main_words(page)
    assert "categorise" not in steps(session, case)


def test_somebody_who_is_overtaken_keeps_what_they_typed(chair, coordinator, case, clock):
    theirs = chair.get(at(case))
    clock.forward(minutes=1)
    press(coordinator, coordinator.get(at(case)), "keep", answer_reasons="By the coordinator")

    page = press(chair, theirs, "keep", answer_reasons="By the chair")

    assert page.status_code == 409
    assert "kept something for this case at 2:01pm" in main_words(page)
    assert "By the chair" in page.text
    page = press(chair, page, "keep")
    assert "By the chair" in chair.get(at(case)).text
    assert page.status_code == 200


def test_once_every_case_was_taken_the_minutes_come_next(session, chair, case):
    """Whoever has concluded a case is not asked any more whether they have an interest in it."""
    asked = "Say whether you have an interest"
    before = links_of(chair.get(MEETING))
    press(chair, chair.get(at(case)), "record", **CONCLUDED)
    other = session.scalars(select(Case).where(Case.id != case.id)).one()
    press(chair, chair.get(at(other)), "record", **CONCLUDED)

    after = links_of(chair.get(MEETING))

    assert asked in before
    assert "Draft the minutes" not in before
    assert asked not in after
    assert after["Draft the minutes"] == f"{MEETING}/minutes"


def test_a_form_sent_twice_is_recorded_once(session, chair, case):
    page = chair.get(at(case))
    held = chair.held(page, "Keep what is entered", **CONCLUDED) | {"do": "record"}
    chair.post(at(case), data=held)
    again = chair.post(at(case), data=held)

    assert steps(session, case).count("categorise") == 1
    assert again.status_code == 200


def test_the_coordinator_enters_and_the_chair_records(session, coordinator, case):
    page = coordinator.get(at(case))

    assert "there for the chair, who records it" in main_words(page)
    assert press(coordinator, page, "record", **CONCLUDED).status_code == 403
    assert "review_at_panel" not in steps(session, case)


def test_whoever_chairs_is_among_those_present(session, story, chair, case):
    page = press(
        chair, chair.get(at(case)), "record", present=present(story, "designated_doctor", "social_care"), **CONCLUDED
    )

    assert "must be among those present" in main_words(page)
    assert "review_at_panel" not in steps(session, case)


def test_a_chair_with_an_interest_is_refused_and_another_takes_the_chair(session, story, chair, coordinator, case, as_):
    """DOMAIN 4.3. The chair sees nothing of the case; the member named acts as its chair."""
    coordinator.send(
        coordinator.get(f"/cases/{case.reference}/interests"), "Record the interest",
        member=str(story.members["chair"].id), interest="Their department commissioned the care",
    )  # fmt: skip
    assert chair.get(at(case)).status_code == 404
    doctor = story.members["designated_doctor"]
    coordinator.send(coordinator.get(at(case, "/chair")), "Save", member=str(doctor.id))
    client = as_(doctor.person)

    page = client.get(at(case))
    assert "Public health department" not in main_words(page)
    press(client, page, "record", **CONCLUDED)

    reviewed = next(event for event in history_of(session, case).effective() if event.step == "review_at_panel")
    assert (reviewed.role, reviewed.answers["chaired_by"]) == ("cdop_chair", "designated_doctor")
    assert "Chair" not in reviewed.answers["roles_present"]


def test_a_member_named_for_one_case_has_no_other(session, story, coordinator, case, as_):
    meeting_case = next(each for each in _cases(session) if each.case_id == case.id)
    other = next(each for each in _cases(session) if each.case_id != case.id)
    name_as_chair(
        session,
        meeting_case,
        story.members["police"],
        person_id=story.members["chair"].person_id,
        now=noon(THU_13_FEB_2014),
    )
    client = as_(story.members["police"].person)

    assert client.get(at(case)).status_code == 200
    assert client.get(at(other.case)).status_code == 403
    assert client.get(f"/cases/{case.reference}").status_code == 404


def _cases(session):
    return session.query(MeetingCase).all()


def test_an_action_is_added_and_what_is_entered_is_kept(chair, case):
    page = press(chair, chair.get(at(case)), "action", answer_reasons="Delay in transfer")
    page = chair.send(
        page, "Add the action", action="Agree who decides on transfer", owner="Medical director", due_on__day="1",
        due_on__month="5", due_on__year="2014",
    )  # fmt: skip

    assert "Agree who decides on transfer Medical director, by 1 May 2014" in main_words(page)
    assert "Delay in transfer" in page.text


def test_the_parts_and_the_ways_on_have_keys_that_do_not_clash(chair, case):
    page = chair.get(at(case))
    keys = [part.split('"')[0] for part in page.text.split('accesskey="')[1:]]

    assert sorted(keys) == sorted(set(keys)) == ["0", "1", "2", "3", "4", "5", "9"]
    assert "press a number" in main_words(page)


def test_a_case_that_was_deferred_says_so(story, chair, case):
    story.today = THU_13_FEB_2014
    story.take(case, "defer_review", THU_13_FEB_2014, reasons="The post-mortem is missing")

    page = chair.get(at(case))

    assert "The post-mortem is missing" in main_words(page)
    assert "Next case: Child B" in links_of(page)
