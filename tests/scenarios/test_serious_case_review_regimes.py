"""Which edition of the guidance a review is held under, and that it stays under it (R-0, DOMAIN 0.1)."""

from datetime import date

import pytest

from tests.scenarios.stories import Story, a_review
from workflows.dates import PartialDate
from workflows.errors import NoRegime
from workflows.regimes import LATEST_NEW_ARRANGEMENTS
from workflows.registry import procedure_on

SUN_29_SEP_2019 = date(2019, 9, 29)


@pytest.mark.parametrize(
    ("opened_on", "regime"),
    [
        (date(2006, 4, 6), "WT2006"),
        (date(2009, 11, 30), "WT2006"),
        (date(2009, 12, 1), "WT2010"),
        (date(2010, 3, 16), "WT2010"),
        (date(2013, 4, 14), "WT2010"),
        (date(2013, 4, 15), "WT2013"),
        (date(2015, 3, 25), "WT2013"),
        (date(2015, 3, 26), "WT2015"),
        (date(2019, 9, 28), "WT2015"),
    ],
)
def test_a_review_is_held_under_the_edition_in_force_when_it_was_opened(opened_on, regime):
    """R-0. Chapter 8 of 2010 was first issued by itself, in December 2009 (DOMAIN 0.1)."""
    assert a_review("referred", opened_on).procedure.regime == regime


def test_before_the_boards_there_was_no_edition():
    """R-1.1: the boards’ regulations came into force in April 2006."""
    with pytest.raises(NoRegime, match="No edition of the guidance covers this kind of review on 5 April 2006"):
        a_review("referred", date(2006, 4, 5))


def test_a_review_opened_on_a_day_known_to_the_month_counts_from_the_last_day_of_it():
    story = Story()
    story.tell("refer_case", "2013-04", received_on="2013-04", incident_on="2013-03")

    assert story.procedure.regime == "WT2013"


class TestWhenTheAreasNewArrangementsBegin:
    """X-1: the board goes on until the day its area changes over."""

    mon_3_jun = date(2019, 6, 3)

    def test_the_day_before_a_serious_case_review_is_opened(self):
        story = a_review("referred", date(2019, 6, 2), new_arrangements_start=self.mon_3_jun)

        assert story.procedure.regime == "WT2015"

    def test_from_that_day_a_practice_review_is_opened_instead(self):
        with pytest.raises(NoRegime, match="began on 3 June 2019: from then on a practice review is opened instead"):
            a_review("referred", self.mon_3_jun, new_arrangements_start=self.mon_3_jun)

    def test_another_area_may_not_have_changed_yet(self):
        story = a_review("referred", self.mon_3_jun, new_arrangements_start=date(2019, 9, 2))

        assert story.procedure.regime == "WT2015"

    @pytest.mark.parametrize("start", [None, date(2020, 1, 1)])
    def test_no_area_changed_later_than_the_law_let_it(self, start):
        """X-2: three months after 29 June 2019 at the latest."""
        assert LATEST_NEW_ARRANGEMENTS == SUN_29_SEP_2019
        with pytest.raises(NoRegime, match="29 September 2019"):
            a_review("referred", SUN_29_SEP_2019, new_arrangements_start=start)


@pytest.mark.parametrize(
    ("opened_on", "regime"),
    [
        (date(2018, 6, 29), "WT2018"),
        (date(2023, 12, 14), "WT2018"),
        (date(2023, 12, 15), "WT2023"),
        (date(2026, 3, 18), "WT2023"),
        (date(2026, 3, 19), "WT2026"),
    ],
)
def test_a_practice_review_is_held_under_the_edition_in_force_when_it_was_opened(opened_on, regime):
    """R-0; the duty to notify began on 29 June 2018 (T-2.1)."""
    assert procedure_on("practice_review", PartialDate.on(opened_on), None).regime == regime


def test_before_the_duty_to_notify_there_was_no_practice_review():
    with pytest.raises(NoRegime, match="28 June 2018"):
        a_review("incident_known", date(2018, 6, 28), workflow="practice_review")


def test_a_review_keeps_its_edition_and_its_dates_when_the_guidance_changes():
    """R-0, DOMAIN 0.3(8): Baby E was decided on under the edition of 2010 and published in 2017."""
    thu_3_may_2012, sat_3_nov_2012, fri_30_jun_2017 = date(2012, 5, 3), date(2012, 11, 3), date(2017, 6, 30)
    story = a_review("preparing_publication", thu_3_may_2012)
    story.tell("decide_publication", date(2017, 6, 1))
    story.tell("publish_report", fri_30_jun_2017)

    assert story.on(fri_30_jun_2017).regime == "WT2010"
    assert story.deadline("complete_review", fri_30_jun_2017).due_last == sat_3_nov_2012
    assert story.on(fri_30_jun_2017).deadline("pre_publication_copy") == ()


def test_a_review_begun_under_the_first_edition_has_four_months():
    """T-1.8: four months under 2006, six from chapter 8 of December 2009 on."""
    mon_30_nov_2009, tue_1_dec_2009 = date(2009, 11, 30), date(2009, 12, 1)

    assert a_review("commissioning", mon_30_nov_2009).deadline("complete_review", mon_30_nov_2009).due_last == date(
        2010, 3, 30
    )
    assert a_review("commissioning", tue_1_dec_2009).deadline("complete_review", tue_1_dec_2009).due_last == date(
        2010, 6, 1
    )
