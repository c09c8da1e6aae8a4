"""Two records of one child are found and say why; a person decides; a merge can be undone whole."""

from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from models.agency import add_board
from models.case import Case
from models.casework import Actor, take_step
from models.child_deaths.child import ChildDeath
from models.child_deaths.importing import ACTS_AS
from models.child_deaths.likeness import likeness
from models.child_deaths.merging import merge_cases, not_the_same, unmerge_cases
from models.child_deaths.names import name_sounds, words_of_name
from models.child_deaths.notifying import Details, change_details, notify_death
from models.child_deaths.possible_duplicate import PossibleDuplicate
from models.child_deaths.possible_duplicates import find_possible_duplicates
from models.child_deaths.reporting_form import ReportingForm
from models.database import make_sessions
from models.panels.panel import DeclaredInterest
from models.people import Person
from models.queries.child_death_figures import Year, figures
from workflows.dates import PartialDate
from workflows.errors import NotAvailable, NotYourRole
from workflows.standing import Told

NOON = datetime(2017, 6, 1, 11, tzinfo=UTC)
THU_1_JUN_2017 = PartialDate.on(date(2017, 6, 1))
OFFICE = Actor(None, ACTS_AS)


def a_child(**told):
    return ChildDeath(
        **(
            {"surname": "Catherwood", "forenames": "Stephen", "born_on": date(2012, 1, 15), "died_on": date(2017, 5, 1)}
            | told
        )
    )


class TestLikeness:
    def test_the_same_child_told_twice(self):
        found = likeness(a_child(nhs_number="9434765919"), a_child(nhs_number="9434765919"))

        assert found.score == 100
        assert "The NHS numbers are the same" in found.reasons

    def test_names_that_sound_alike_on_the_same_days(self):
        found = likeness(a_child(), a_child(surname="Katherwood", forenames="Steven"))

        assert found.score >= 60
        assert {"The surnames sound alike", "The forenames sound alike", "Born on the same day"} <= set(found.reasons)

    def test_day_and_month_changed_round(self):
        found = likeness(a_child(born_on=date(2012, 2, 3)), a_child(born_on=date(2012, 3, 2)))

        assert any("changed round" in reason for reason in found.reasons)

    def test_another_number_speaks_against_it(self):
        found = likeness(a_child(nhs_number="9434765919"), a_child(nhs_number="9434765870"))

        assert found.score < likeness(a_child(), a_child()).score

    def test_twins_are_not_one_child(self):
        twin = a_child(forenames="Olivia", nhs_number="9434765870", died_on=date(2017, 5, 20))

        assert likeness(a_child(nhs_number="9434765919"), twin).score < 40

    @pytest.mark.parametrize("other", [{"surname": None}, {"born_on": None}, {"died_on": None, "forenames": None}])
    def test_what_is_not_known_says_nothing(self, other):
        assert 0 < likeness(a_child(), a_child(**other)).score < likeness(a_child(), a_child()).score

    @pytest.mark.parametrize(
        ("mistyped", "words"),
        [
            (date(2012, 7, 15), "one slip of the keys"),
            (date(2021, 1, 15), "one slip of the keys"),
            (date(2012, 1, 16), "within a day"),
            (date(2012, 11, 25), "days apart"),
        ],
    )
    def test_a_date_that_is_one_slip_from_another_speaks_for_one_child(self, mistyped, words):
        found = likeness(a_child(), a_child(born_on=mistyped))

        assert any(words in reason for reason in found.reasons)
        assert found.score >= 40

    def test_names_that_sound_alike_outweigh_one_date_that_is_quite_another(self):
        """A child has one birthday: the same name and day of birth are shown, whatever the day of death."""
        assert likeness(a_child(), a_child(surname="Katherwood", died_on=date(2016, 11, 20))).score >= 40
        assert likeness(a_child(), a_child(born_on=date(2003, 8, 30), died_on=date(2016, 11, 20))).score < 40

    @pytest.mark.parametrize(
        ("one", "other", "words"),
        [
            ({"surname": "O’Brien"}, {"surname": "O Brien"}, "The surnames are the same"),
            ({"surname": "Catherwood-Smith"}, {"surname": "Smith"}, "The surnames have a name in common"),
            ({"forenames": "Stephen James"}, {"forenames": "Steven"}, "The forenames have a name in common"),
            ({"surname": "Thompson"}, {"surname": "Thomson"}, "The surnames sound alike"),
            ({"surname": "Chloë"}, {"surname": "Chloe"}, "The surnames are the same"),
            ({"also_known_as": "Begum"}, {"surname": "Begam"}, "The surnames sound alike"),
            ({"surname": "Stephen", "forenames": "Catherwood"}, {}, "The surname of one is the forename of the other"),
        ],
    )
    def test_names_are_compared_however_they_are_written(self, one, other, words):
        assert words in " ".join(likeness(a_child(**one), a_child(**other)).reasons)

    @pytest.mark.parametrize("no_name", ["Baby", "baby boy", "Not known", "Baby of", "unknown"])
    def test_what_is_no_name_says_nothing(self, no_name):
        reasons = likeness(a_child(forenames=no_name), a_child(forenames="Olivia")).reasons

        assert not any("forename" in reason for reason in reasons)

    def test_no_reason_repeats_a_name_or_a_day(self):
        reasons = " ".join(
            likeness(a_child(postcode="ZZ1 1ZZ"), a_child(postcode="zz11zz", died_on=date(2017, 5, 2))).reasons
        )

        assert not any(word in reasons for word in ("Catherwood", "Stephen", "2017", "ZZ1"))
        assert "The postcodes are the same" in reasons

    @pytest.mark.parametrize(
        ("one", "other", "words"),
        [
            ("Flat 2, 1 Nowhere Street", "1 Nowhere Street, flat 2", "The addresses have the same words"),
            ("12 Nowhere Street, Anytown", "12 Nowere Street Anytown", "The addresses are nearly the same"),
        ],
    )
    def test_addresses_are_compared_however_they_are_written(self, one, other, words):
        assert words in likeness(a_child(address=one), a_child(address=other)).reasons

    def test_other_addresses_say_nothing(self):
        found = likeness(a_child(address="1 Nowhere Street"), a_child(address="40 Elsewhere Lane"))

        assert not any("address" in reason for reason in found.reasons)


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Safeguarding Children Board")


@pytest.fixture
def notify(session, board):
    return partial(notified, session, board)


def notified(session, board, surname="Catherwood", forenames="Stephen", postcode="", **more):
    answers = {
        "notified_on": "2017-05-02", "died_on": "2017-05-01", "born_on": "2012-01-15", "sex": "male",
        "normally_resident_in": "Anytown", "expected": "no",
    } | more  # fmt: skip
    details = Details(surname=surname, forenames=forenames, postcode=postcode)
    told = Told(PartialDate.on(date(2017, 5, 2)), answers)
    return notify_death(session, board=board, actor=OFFICE, told=told, details=details, now=NOON)


def find(session, case, board):
    return find_possible_duplicates(session, case.id, [board.id], now=NOON)


class TestDeciding:
    def test_a_pair_is_found_with_its_reasons_and_others_are_not(self, session, board, notify):
        first, second = notify(), notify(surname="Catherwoode")
        notify(surname="Other", forenames="Olivia", born_on="2001-01-01")

        (pair,) = find(session, second, board)

        assert (pair.case_id, pair.other_case_id) == (first.id, second.id)
        assert pair.score >= 60
        assert find(session, second, board) == [pair]

    def test_a_name_that_sounds_alike_is_found_though_both_dates_are_mistyped(self, session, board, notify):
        first = notify(surname="Catherwood-Hall", forenames="Stephen", postcode="ZZ1 1ZZ")
        notify(surname="Catherwood", forenames="Olivia", born_on="2003-08-30", died_on="2016-03-03")

        second = notify(
            surname="Katherwood", forenames="Steven James", born_on="2012-07-15", died_on="2016-05-01",
            postcode="ZZ9 9ZZ",
        )  # fmt: skip
        (pair,) = find(session, second, board)

        assert (pair.case_id, pair.other_case_id) == (first.id, second.id)

    def test_a_surname_and_a_forename_changed_round_are_found(self, session, board, notify):
        notify()
        turned = notify(surname="Steven", forenames="Katherwood", born_on="2012-07-15", died_on="2016-05-01")

        assert len(find(session, turned, board)) == 1

    def test_the_same_name_alone_is_not_put_before_anybody(self, session, board, notify):
        """Many children bear a common name: without a date that agrees there is nothing to decide."""
        notify()
        another = notify(born_on="2003-08-30", died_on="2016-11-20")

        assert find(session, another, board) == []

    def test_the_same_postcode_is_found_however_it_is_written(self, session, board, notify):
        notify(postcode="ZZ1 1ZZ")
        other = notify(forenames="Steven", postcode="zz11zz", born_on="2012-06-25", died_on="2016-11-20")

        assert find(session, other, board) == []
        assert notify_again_with(session, other, forenames="Stephen", died_on="2017-06-01") is not None
        assert [pair.score >= 40 for pair in find(session, other, board)] == [True]

    def test_what_is_put_right_is_scored_again(self, session, board, notify):
        notify()
        second = notify()
        (pair,) = find(session, second, board)

        notify_again_with(session, second, surname="Other", forenames="Olivia", born_on="2003-08-30")

        assert find(session, second, board) == []
        session.refresh(pair)
        assert "The surnames are different" in pair.reasons

        notify_again_with(session, second, surname="Catherwood", forenames="Stephen", born_on="2012-01-15")
        assert find(session, second, board) == [pair]

    def test_other_boards_are_not_looked_at(self, session, board, notify):
        other = add_board(session, "Otherborough Safeguarding Children Board")
        notify()

        assert find(session, notify(), other) == []

    def test_not_the_same_child_is_remembered(self, session, board, notify):
        first, second = notify(), notify()
        (pair,) = find(session, second, board)

        not_the_same(session, pair, actor=OFFICE, role="cdop_coordinator", reason="Twins", now=NOON)

        assert find(session, second, board) == []
        assert find(session, first, board) == []

    def test_a_merge_ends_the_other_case_and_can_be_undone_whole(self, session, board, notify):
        kept, other = notify(postcode=""), notify(postcode="ZZ1 1ZZ", nhs_number="9434765919")
        (pair,) = find(session, other, board)
        told: dict[str, Any] = {"actor": OFFICE, "role": "cdop_chair", "now": NOON}

        merge_cases(session, pair, kept, on=THU_1_JUN_2017, **told)

        assert session.get_one(Case, other.id).state == "not_in_scope"
        details = session.get_one(ChildDeath, kept.id)
        assert (details.postcode, details.nhs_number) == ("ZZ1 1ZZ", "9434765919")
        assert figures(session, [board.id], Year(2017)).single["not_in_scope"] == 1

        details.postcode = "ZZ2 2ZZ"
        unmerge_cases(session, pair, reason="Two children after all", **told)

        assert session.get_one(Case, other.id).state == "notified"
        assert (details.postcode, details.nhs_number) == ("ZZ2 2ZZ", None)
        assert figures(session, [board.id], Year(2017)).single["notifications"] == 2
        assert session.scalars(select(PossibleDuplicate.verdict)).one() is None

    def test_what_is_not_merged_is_not_unmerged(self, session, board, notify):
        notify()
        (pair,) = find(session, notify(), board)

        with pytest.raises(NotAvailable, match="Look at them again"):
            unmerge_cases(session, pair, actor=OFFICE, role="cdop_chair", reason="-", now=NOON)

    def test_whoever_may_not_rule_a_death_out_may_not_merge(self, session, board, notify):
        kept = notify()
        (pair,) = find(session, notify(), board)
        coordinator = Actor(None, frozenset({"cdop_coordinator"}))

        with pytest.raises(NotYourRole):
            merge_cases(
                session, pair, kept, actor=coordinator, role="cdop_coordinator", on=THU_1_JUN_2017, now=NOON
            )  # fmt: skip


def test_of_two_who_merge_a_pair_the_other_way_round_the_second_is_told(committed_database):
    """P7: else each would end the case the other keeps, and nobody would review the death."""
    sessions = make_sessions(committed_database.engine)
    with sessions.begin() as session:
        board = add_board(session, "Anytown Safeguarding Children Board")
        one, other = notified(session, board), notified(session, board)
        find(session, other, board)
        keeps, keeps_too = one.id, other.id
    told: dict[str, Any] = {"actor": OFFICE, "role": "cdop_chair", "now": NOON, "on": THU_1_JUN_2017}

    with sessions() as first, sessions() as second:
        theirs, ours = (each.scalars(select(PossibleDuplicate)).one() for each in (first, second))
        merge_cases(first, theirs, first.get_one(Case, keeps), **told)
        first.commit()
        with pytest.raises(NotAvailable, match="Somebody else has decided about these two cases"):
            merge_cases(second, ours, second.get_one(Case, keeps_too), **told)

    with sessions() as session:
        states = [session.get_one(Case, each).state for each in (keeps, keeps_too)]
    assert states == ["notified", "not_in_scope"]


def notify_again_with(session, case, **changed):
    """Change what is known of the child, as the pages do."""
    death = session.get_one(ChildDeath, case.id)
    known = {"surname": death.surname, "forenames": death.forenames, "postcode": death.postcode} | {
        key: changed[key] for key in ("surname", "forenames") if key in changed
    }
    days = {key: changed.get(key, getattr(death, key).isoformat()) for key in ("born_on", "died_on")}
    told = Told(PartialDate.on(date(2017, 5, 2)), days)
    details = Details(
        surname=known["surname"] or "", forenames=known["forenames"] or "", postcode=known["postcode"] or ""
    )  # fmt: skip
    return change_details(session, case, details, told, actor=OFFICE, role="cdop_coordinator", now=NOON)


NAMES = st.sampled_from(["Bea", "Cal", "Dee", "Eve"])
FAMILIES = st.lists(NAMES, max_size=3, unique=True)
OTHER = st.dictionaries(st.sampled_from(["coroner", "died_at", "key_worker"]), st.sampled_from(["A", "B"]), max_size=3)
CHILDREN = st.fixed_dictionaries(
    {
        "forenames": st.sampled_from(["", "Stephen"]),
        "address": st.sampled_from(["", "1 Nowhere Street"]),
        "postcode": st.sampled_from(["", "ZZ1 1ZZ"]),
        "no_nhs_number_because": st.sampled_from(["", "not_available"]),
        "other": OTHER,
        "carers": FAMILIES.map(lambda names: [{"name": name} for name in names]),
        "siblings": FAMILIES.map(lambda names: [{"name": name} for name in names]),
        "contacts": FAMILIES.map(lambda names: [{"agency": name, "kind": "gp"} for name in names]),
    }
)
ROWS_OF_A_DEATH = (
    "SELECT to_jsonb(child_death) - 'updated_at' FROM child_death WHERE case_id IN (:kept, :other) ORDER BY case_id",
    "SELECT to_jsonb(carer) - 'id' FROM carer WHERE case_id IN (:kept, :other) ORDER BY case_id, name",
    "SELECT to_jsonb(sibling) - 'id' FROM sibling WHERE case_id IN (:kept, :other) ORDER BY case_id, name",
    (
        "SELECT to_jsonb(agency_contact) - 'id' FROM agency_contact WHERE case_id IN (:kept, :other)"
        " ORDER BY case_id, agency"
    ),
    "SELECT to_jsonb(reporting_form) FROM reporting_form WHERE case_id IN (:kept, :other) ORDER BY id",
    (
        "SELECT to_jsonb(answer_kept_apart) FROM answer_kept_apart WHERE case_id IN (:kept, :other)"
        " ORDER BY case_id, question"
    ),
    (
        "SELECT to_jsonb(declared_interest) FROM declared_interest WHERE case_id IN (:kept, :other)"
        " ORDER BY case_id, person_id"
    ),
    (
        "SELECT to_jsonb(deadline) - 'id' FROM deadline WHERE case_id IN (:kept, :other)"
        " ORDER BY case_id, clock_key, subject"
    ),
    "SELECT to_jsonb(counted_death) FROM counted_death WHERE case_id IN (:kept, :other) ORDER BY case_id",
    (
        "SELECT jsonb_build_array(id, state, stage, ended_on, bites_on, next_step) FROM review_case"
        " WHERE id IN (:kept, :other) ORDER BY id"
    ),
    "SELECT to_jsonb(possible_duplicate) FROM possible_duplicate",
)


class TestNamesBySound:
    @given(name=st.text(max_size=30), other=st.text(max_size=30))
    def test_a_child_shares_its_sounds_with_itself_in_either_order(self, name, other):
        told, turned = name_sounds((name,), other), name_sounds((other,), name)

        assert told == turned
        assert len(told) <= 25
        assert bool(told) == bool(words_of_name(name) and words_of_name(other))

    def test_a_merge_hears_the_names_it_fills_in(self, session, board, notify):
        kept = told_of(session, board, {"forenames": ""})
        other = told_of(session, board, {"forenames": "Stephen"})
        (pair,) = find(session, other, board)
        assert session.get_one(ChildDeath, kept.id).name_sounds == []

        merge_cases(session, pair, kept, on=THU_1_JUN_2017, actor=OFFICE, role="cdop_chair", now=NOON)

        assert session.get_one(ChildDeath, kept.id).name_sounds == name_sounds(("Catherwood",), "Stephen")


class TestUndoingAMerge:
    @settings(
        max_examples=8,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        kept=CHILDREN, other=CHILDREN, number=st.sampled_from(["", "9434765919"]), interest=st.booleans(),
        requested=st.booleans(),
    )  # fmt: skip
    def test_everything_is_as_it_was(self, session, board, kept, other, number, interest, requested):
        """The history alone is longer: it says what happened."""
        with session.begin_nested() as example:
            one, two = told_of(session, board, kept), told_of(session, board, other, nhs_number=number)
            if requested:
                ask_for_a_form(session, two)
            if interest:
                add_interest(session, two)
            (pair,) = find(session, two, board)
            before = rows_of(session, one, two)
            told: dict[str, Any] = {"actor": OFFICE, "role": "cdop_chair", "now": NOON}

            merge_cases(session, pair, one, on=THU_1_JUN_2017, **told)
            merged = rows_of(session, one, two)
            unmerge_cases(session, pair, reason="Two children after all", **told)

            assert rows_of(session, one, two) == before
            assert merged != before
            example.rollback()

    def test_a_merge_brings_the_family_and_agencies_that_were_missing_and_names_nobody_twice(self, session, board):
        one = told_of(session, board, {"carers": [{"name": "Bea"}]})
        two = told_of(session, board, {"carers": [{"name": "bea"}, {"name": "Cal"}], "contacts": [{"agency": "GP"}]})
        (pair,) = find(session, two, board)

        merge_cases(session, pair, one, on=THU_1_JUN_2017, actor=OFFICE, role="cdop_chair", now=NOON)

        death = session.get_one(ChildDeath, one.id)
        assert [each.name for each in death.carers] == ["Bea", "Cal"]
        assert [each.agency for each in death.contacts] == ["GP"]

    def test_whoever_has_an_interest_in_one_is_kept_from_the_other(self, session, board):
        one, two = told_of(session, board, {}), told_of(session, board, {})
        person = add_interest(session, two)
        (pair,) = find(session, two, board)

        merge_cases(session, pair, one, on=THU_1_JUN_2017, actor=OFFICE, role="cdop_chair", now=NOON)

        assert session.get(DeclaredInterest, (person.id, one.id)) is not None


def told_of(session, board, details, **more):
    answers = {
        "notified_on": "2017-05-02", "died_on": "2017-05-01", "born_on": "2012-01-15", "sex": "male",
        "normally_resident_in": "Anytown", "expected": "no",
    } | {key: answer for key, answer in more.items() if answer}  # fmt: skip
    return notify_death(
        session, board=board, actor=OFFICE, told=Told(PartialDate.on(date(2017, 5, 2)), answers),
        details=Details(surname="Catherwood", **details), now=NOON,
    )  # fmt: skip


def ask_for_a_form(session, case):
    step = Told(PartialDate.on(date(2017, 5, 2)), {})
    take_step(session, case, "confirm_in_scope", actor=OFFICE, told=step, now=NOON)
    session.add(ReportingForm(case_id=case.id, agency="GP", form="core", updated_at=NOON))
    session.flush()


def add_interest(session, case):
    person = Person(name="A. Doctor", email=f"doctor.{case.id}@example.org")
    session.add(person)
    session.flush()
    session.add(DeclaredInterest(person_id=person.id, case_id=case.id, declared_at=NOON))
    session.flush()
    return person


def rows_of(session, one, two):
    session.flush()
    asked = {"kept": one.id, "other": two.id}
    return [session.scalars(text(statement), asked).all() for statement in ROWS_OF_A_DEATH]
