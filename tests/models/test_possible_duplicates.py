"""Two records of one child are found and say why; a person decides; a merge can be undone whole."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.agency import add_board
from models.case import Case
from models.casework import Actor
from models.child_death import ChildDeath
from models.child_death_import import ACTS_AS
from models.child_deaths import Details, notify_death
from models.possible_duplicate import PossibleDuplicate
from models.possible_duplicates import find_possible_duplicates, likeness, merge_cases, not_the_same, unmerge_cases
from models.queries.child_death_figures import Year, figures
from workflows.dates import PartialDate
from workflows.errors import NotYourRole
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

    def test_no_reason_repeats_a_name_or_a_day(self):
        reasons = " ".join(
            likeness(a_child(postcode="ZZ1 1ZZ"), a_child(postcode="zz11zz", died_on=date(2017, 5, 2))).reasons
        )

        assert not any(word in reasons for word in ("Catherwood", "Stephen", "2017", "ZZ1"))
        assert "The postcodes are the same" in reasons


@pytest.fixture
def board(session):
    return add_board(session, "Anytown Safeguarding Children Board")


@pytest.fixture
def notify(session, board):
    def run(surname="Catherwood", forenames="Stephen", postcode="", **more):
        answers = {
            "notified_on": "2017-05-02", "died_on": "2017-05-01", "born_on": "2012-01-15", "sex": "male",
            "normally_resident_in": "Anytown", "expected": "no",
        } | more  # fmt: skip
        details = Details(surname=surname, forenames=forenames, postcode=postcode)
        told = Told(PartialDate.on(date(2017, 5, 2)), answers)
        return notify_death(session, board=board, actor=OFFICE, told=told, details=details, now=NOON)

    return run


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

        with pytest.raises(ValueError, match="not merged"):
            unmerge_cases(session, pair, actor=OFFICE, role="cdop_chair", reason="-", now=NOON)

    def test_whoever_may_not_rule_a_death_out_may_not_merge(self, session, board, notify):
        kept = notify()
        (pair,) = find(session, notify(), board)
        coordinator = Actor(None, frozenset({"cdop_coordinator"}))

        with pytest.raises(NotYourRole):
            merge_cases(
                session, pair, kept, actor=coordinator, role="cdop_coordinator", on=THU_1_JUN_2017, now=NOON
            )  # fmt: skip
