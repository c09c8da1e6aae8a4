"""A notification in short pages: begun, interrupted, found again complete, checked, and recorded once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.case import Case, CaseEvent
from models.child_deaths.child import ChildDeath
from models.child_deaths.unfinished_notification import UnfinishedNotification, remove_old
from models.kept_apart import answers_kept_apart
from models.panels.panel import Panel
from tests.webapp.child_deaths.conftest import NOON
from tests.webapp.client import links_of, main_words
from tests.webapp.conftest import sign_in

CONTINUE = "Save and continue"


@pytest.fixture
def begin(coordinator):
    """Begin a notification and return the address of its list of pages."""

    def run(client=coordinator):
        page = client.send(client.get("/child-deaths/new"), "Begin")
        return page.request.path.rpartition("/")[0]

    return run


def day(name, written):
    year, month, *of_month = written.split("-")
    return {f"{name}__day": (of_month or [""])[0], f"{name}__month": month, f"{name}__year": year}


PAGES = {
    "notification": {**day("notified_on", "2017-05-31"), "notifier": "Dr Invented", "notifier_role": "Paediatrician",
                     "notifier_agency": "Anytown Hospital"},
    "child": {"forenames": "Ada", "surname": "Catherwood", **day("born_on", "2012-01-15"), "sex": "female",
              "ethnic_group": "B", "nhs_number": "943 476 5919"},
    "home": {"address": "1 Nowhere Street", "postcode": "ZZ1 1ZZ", "normally_resident_in": "Anytown"},
    "death": {**day("died_on", "2017-05-30"), "died_at": "17:30", "place_of_death": "home", "event": "neonatal"},
    "expected": {"expected": "no", "confirmed_by_designated_doctor": "no"},
    "cause": {"certificate_issued": "no"},
    "coroner": {"coroner_informed": "yes", "post_mortem": "yes", "coroner": "HM Coroner"},
    "circumstances": {"circumstances": "Ada was found by her mother"},
    "family": {"follow_up": "not_known", "why_not_known": "Nobody has met the family yet"},
}  # fmt: skip


def fill(client, address, **pages):
    """Fill in each page, and return the last answer."""
    answer = None
    for key, typed in pages.items():
        answer = client.send(client.get(f"{address}/{key}"), CONTINUE, **typed)
        assert answer.status_code == 200, main_words(answer)
    return answer


def add(client, address, key, **typed):
    page = client.get(f"{address}/{key}")
    link = next(href for words, href in links_of(page).items() if words.startswith("Add a"))
    return client.send(client.get(link), "Save", **typed)


@pytest.fixture
def whole(coordinator, begin):
    """Fill in everything, and return the address."""
    address = begin()
    fill(coordinator, address, **PAGES)
    add(coordinator, address, "carers", name="Bea Catherwood", relationship_to_child="mother")
    add(coordinator, address, "siblings", name="Cal Catherwood", same_household="yes")
    add(coordinator, address, "agencies", agency="Harbour Road Surgery", kind="gp")
    return address


class TestThePages:
    def test_each_leads_to_the_next_and_the_last_to_the_check(self, coordinator, begin):
        address = begin()
        seen = []
        page = coordinator.get(f"{address}/notification")
        while "Check before you record" not in page.text:
            seen.append(page.request.path.rpartition("/")[2])
            page = coordinator.send(page, "ontinue")

        assert seen == [
            "notification", "child", "home", "death", "birth", "expected", "cause", "coroner", "circumstances",
            "carers", "siblings", "agencies", "family",
        ]  # fmt: skip

    def test_the_birth_is_not_asked_of_an_older_child(self, coordinator, whole):
        page = coordinator.get(whole)

        assert "Not asked: the child lived longer than four weeks" in main_words(page)
        assert f"{whole}/birth" not in links_of(page).values()

    def test_the_list_says_what_is_complete_and_what_is_missing(self, coordinator, begin):
        address = begin()
        fill(coordinator, address, child={"forenames": "Ada"}, expected=PAGES["expected"])

        words = main_words(coordinator.get(address))

        assert re.search(r"The child 5 answers still missing", words)
        assert "Was it expected? Complete" in words
        assert "Certificate and cause Not begun" in words

    def test_what_is_not_known_is_recorded_with_why(self, session, coordinator, whole):
        fill(coordinator, whole, home={"address": "", "postcode": "", "why_not_known": "The family had just moved"})

        page = coordinator.get(f"{whole}/check")
        coordinator.send(page, "Record the death")

        assert "Address Not known. The family had just moved" in main_words(page)
        stored = session.scalars(select(ChildDeath)).one().details["why_not_known"]
        assert stored["home"] == {"questions": ["address", "postcode"], "why": "The family had just moved"}

    @pytest.mark.parametrize(
        ("page", "typed", "words"),
        [
            ("child", {"nhs_number": "943 476 5918"}, "not an NHS number. Check its ten digits"),
            ("child", day("born_on", "2017-02-30"), "must be a day that there is in February 2017"),
            ("child", day("born_on", "2017-05-31"), "this cannot be before “Date of birth”, 31 May 2017"),
            ("death", day("died_on", "2018-01-01"), "is in the future"),
            ("death", {"died_at": "half past five"}, "write it as a 24-hour clock shows it"),
        ],
    )
    def test_what_cannot_be_is_said_and_kept(self, coordinator, whole, page, typed, words):
        answer = coordinator.send(coordinator.get(f"{whole}/{page}"), CONTINUE, **typed)

        assert answer.status_code == 422
        assert words in main_words(answer)
        kept = coordinator.get(f"{whole}/{page}").text
        assert all(f'value="{value}"' in kept for value in typed.values())
        assert words in main_words(coordinator.get(f"{whole}/check"))

    def test_only_the_month_of_a_day_may_be_known(self, coordinator, whole):
        fill(coordinator, whole, child=day("born_on", "2012-01"))

        assert "Date of birth January 2012" in main_words(coordinator.get(f"{whole}/check"))

    def test_somebody_added_can_be_changed_and_taken_away(self, coordinator, whole):
        page = coordinator.get(f"{whole}/siblings")
        change = next(href for words, href in links_of(page).items() if words == "Change Cal Catherwood")
        again = coordinator.send(coordinator.get(change), "Save", name="Cal Catherwood-Smith")
        assert "Cal Catherwood-Smith" in main_words(again)

        empty = coordinator.send(again, "Remove Cal Catherwood-Smith")

        assert "No other child is known yet" in main_words(empty)

    def test_the_safety_of_other_children_is_put_first(self, coordinator, begin):
        assert "Their safety comes first" in main_words(coordinator.get(f"{begin()}/siblings"))

    def test_sending_the_same_person_twice_adds_them_once(self, coordinator, begin):
        address = begin()
        page = coordinator.get(f"{address}/carers")
        form = coordinator.get(next(href for words, href in links_of(page).items() if words.startswith("Add a")))
        for _ in range(2):
            coordinator.send(form, "Save", name="Bea")

        assert len([words for words in links_of(coordinator.get(f"{address}/carers")) if words == "Change Bea"]) == 1
        assert "1 added" in main_words(coordinator.get(address))


class TestInterrupted:
    def test_it_is_found_again_complete_on_another_computer(self, as_, somebody, board, begin, session):
        person = somebody("office@example.org", "cdop_coordinator", on=board)
        here = as_(person)
        address = begin(here)
        page = here.get(f"{address}/child")
        here.send(page, "Save and see all pages", forenames="Ada", **day("born_on", "2012-01-15"))

        there = as_(person)
        listed = there.get("/child-deaths/new")

        assert address in links_of(listed).values()
        assert 'value="Ada"' in there.get(f"{address}/child").text
        assert session.scalars(select(Case)).all() == []

    def test_what_was_typed_when_signed_out_is_offered_again(self, client, somebody, board, begin, clock):
        somebody("office@example.org", "cdop_coordinator", on=board)
        sign_in(client, "office@example.org")
        address = begin(client)
        page = client.get(f"{address}/child")
        clock.forward(minutes=31)

        client.send(page, CONTINUE, forenames="Ada")
        sign_in(client, "office@example.org")
        again = client.send(client.get("/account/unsent"), "Go on with what you entered")

        assert again.request.path == f"{address}/child"
        assert 'value="Ada"' in again.text

    def test_a_colleague_of_the_office_goes_on_with_it_and_that_is_recorded(self, session, begin, seen_by):
        address = begin()
        colleague = seen_by("designated_doctor", email="doctor@example.org")

        assert address in links_of(colleague.get("/child-deaths/new")).values()
        assert colleague.get(address).status_code == 200
        assert "unfinished_notification_read" in session.scalars(select(AuditEntry.action)).all()

    def test_nobody_else_sees_it(self, begin, seen_by, given):
        address = begin()

        for role in ("agency_lead", "cdop_chair", "panel_member", "auditor"):
            assert seen_by(role).get(address).status_code == 404
        elsewhere = seen_by("cdop_coordinator", on=given.a_board(), email="elsewhere@example.org")
        assert elsewhere.get(address).status_code == 404

    def test_it_is_thrown_away_on_purpose(self, session, coordinator, whole):
        coordinator.send(coordinator.get(f"{whole}/throw-away"), "Throw it away")

        assert session.scalars(select(UnfinishedNotification)).all() == []
        assert coordinator.get(whole).status_code == 404

    def test_it_is_removed_when_nobody_has_touched_it_for_thirty_days(self, session, begin):
        begin()

        assert remove_old(session, NOON + timedelta(days=30)) == 0
        assert remove_old(session, NOON + timedelta(days=31)) == 1


class TestRecording:
    def test_it_is_recorded_with_everything_and_nothing_identifying_in_the_history(self, session, coordinator, whole):
        page = coordinator.send(coordinator.get(f"{whole}/check"), "Record the death")

        case = session.scalars(select(Case)).one()
        death = session.get_one(ChildDeath, case.id)
        assert case.reference in main_words(page)
        assert (death.surname, death.nhs_number, death.postcode) == ("Catherwood", "9434765919", "ZZ1 1ZZ")
        assert [each.name for each in (*death.carers, *death.siblings)] == ["Bea Catherwood", "Cal Catherwood"]
        assert [(each.agency, each.kind) for each in death.contacts] == [("Harbour Road Surgery", "gp")]
        assert (death.details["died_at"], death.details["coroner"]) == ("17:30", "HM Coroner")
        written = str(session.scalars(select(CaseEvent.answers)).all())
        assert not any(word in written for word in ("Ada", "Catherwood", "9434765919", "Invented", "Nowhere"))
        assert answers_kept_apart(session, case.id)[1]["circumstances"] == "Ada was found by her mother"

    def test_sent_twice_it_is_recorded_once_and_leads_to_its_case(self, session, coordinator, whole):
        page = coordinator.get(f"{whole}/check")
        for _ in range(2):
            answer = coordinator.send(page, "Record the death")

        assert session.scalars(select(Case)).one().reference in main_words(answer)
        assert session.scalars(select(UnfinishedNotification)).all() == []

    def test_what_the_step_needs_is_asked_before_it_is_recorded(self, session, coordinator, begin):
        address = begin()
        page = coordinator.get(f"{address}/check")

        assert "Date of birth: an answer is needed" in main_words(page)
        assert "Record the death" not in page.text
        assert session.scalars(select(Case)).all() == []

    def test_the_check_page_says_whether_the_death_is_reviewed_and_why(self, coordinator, whole):
        words = main_words(coordinator.get(f"{whole}/check"))

        assert "Aged 5 years at death, so under 18. LSCB Regulations 2006, regulation 6" in words
        assert "live birth" not in words  # of a child of five there is no doubt
        assert "A rapid response is called for: the death was not expected" in words

    def test_a_child_of_nineteen_is_flagged_and_nothing_typed_is_lost(self, session, coordinator, whole):
        fill(coordinator, whole, child=day("born_on", "1998-01-15"))

        words = main_words(coordinator.get(f"{whole}/check"))

        assert "Aged 19 at death. Deaths are reviewed up to the 18th birthday. Check both dates" in words
        assert "Bea Catherwood" in words
        assert session.scalars(select(Case)).all() == []

    def test_a_child_born_after_death_is_refused_where_it_can_be_mended(self, coordinator, whole):
        coordinator.send(coordinator.get(f"{whole}/child"), CONTINUE, **day("born_on", "2017-05-31"))

        page = coordinator.get(f"{whole}/check")

        (link,) = (href for words, href in links_of(page).items() if "cannot be before “Date of birth”" in words)
        assert link == f"{whole}/death"
        assert "Record the death" not in page.text

    def test_a_stillbirth_is_flagged_with_what_to_do(self, coordinator, whole):
        fill(coordinator, whole, child=day("born_on", "2017-05-30"))
        fill(coordinator, whole, birth={"live_birth": "no", "over_24_weeks": "yes"})

        words = main_words(coordinator.get(f"{whole}/check"))

        assert "Born after 24 weeks without signs of life: a stillbirth is not reviewed" in words
        assert "rules it out of scope" in words

    def test_a_child_from_another_area_or_country_is_flagged(self, session, coordinator, whole, board):
        session.add(Panel(board_id=board.id, areas=["Anytown"]))
        session.flush()
        assert "The child normally lived in an area this panel serves" in main_words(coordinator.get(f"{whole}/check"))

        fill(coordinator, whole, home={"normally_resident_in": "Otherborough"})
        elsewhere = main_words(coordinator.get(f"{whole}/check"))
        fill(coordinator, whole, child={"nhs_number": "", "no_nhs_number_because": "not_resident"})
        abroad = main_words(coordinator.get(f"{whole}/check"))

        assert "transfer the case" in elsewhere
        assert "A visitor’s death is reviewed here only by agreement" in abroad

    def test_a_death_recorded_before_is_shown_before_this_one_is(self, coordinator, whole, notify):
        before = notify(died_on="2017-05-30", notified_on="2017-05-31", on=None)

        page = coordinator.get(f"{whole}/check")

        assert before.reference in links_of(page)
        assert "The NHS numbers are the same" in main_words(page)

    def test_an_agency_lead_notifies_and_reads_nothing_of_other_deaths(self, session, seen_by, begin, notify):
        before, lead = notify(), seen_by("agency_lead")
        address = begin(lead)
        fill(lead, address, **{**PAGES, "death": {**PAGES["death"], **day("died_on", "2017-05-01")}})

        page = lead.get(f"{address}/check")
        lead.send(page, "Record the death")

        assert before.reference not in page.text
        assert len(session.scalars(select(Case)).all()) == 2

    def test_whoever_has_no_such_role_cannot_begin_one(self, seen_by):
        assert seen_by("board_member").get("/child-deaths/new").status_code == 403
