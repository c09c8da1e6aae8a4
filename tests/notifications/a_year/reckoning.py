"""At the end of a year: whether every reminder was told once, or the ledger explains it; and what the year came to.

The dates of a case are asked of its history, as they were known at each moment (`owed`). What follows from them is
reckoned by `ladders` and `answers`, and compared with the ledger and the mail server in both directions.
"""

from __future__ import annotations

from collections import Counter

from tests.notifications.a_year.books import Books
from tests.notifications.a_year.in_the_ledger import (
    nothing_is_said_that_was_not_owed,
    nothing_owed_is_missing,
    what_went_up_unseen_goes_up_once_more,
)
from tests.notifications.a_year.in_the_post import (
    every_letter_tells_what_was_so_to_those_who_may_know,
    every_reminder_told_has_one_message,
    everything_is_settled_with_its_reason,
    fates_that_may_be_lost,
    no_letter_came_twice,
    somebody_hears_or_it_says_why_not,
    those_are_told_who_should_be,
    unknown,
    what_is_said_to_be_sent_was_received,
)
from tests.notifications.a_year.register import AtPanel
from tests.notifications.a_year.year import Year


def assert_told_once_or_explained(books: Books) -> None:
    """Fail with the first few of whatever is wrong, by what is wrong with it, and the seed to have it again."""
    wrong = {
        "missing": nothing_owed_is_missing(books),
        "not owed": nothing_is_said_that_was_not_owed(books),
        "not gone up": what_went_up_unseen_goes_up_once_more(books),
        "without one message": every_reminder_told_has_one_message(books),
        "to others": those_are_told_who_should_be(books),
        "to nobody": somebody_hears_or_it_says_why_not(books),
        "twice": no_letter_came_twice(books),
        "not received": what_is_said_to_be_sent_was_received(books),
        "not for them": every_letter_tells_what_was_so_to_those_who_may_know(books),
        "unexplained": everything_is_settled_with_its_reason(books),
    }
    said = [f"{what} ({len(each)}):\n  " + "\n  ".join(each[:5]) for what, each in wrong.items() if each]
    assert not said, "\n".join([figures(books.year, books), *said])
    assert len(unknown(books)) <= fates_that_may_be_lost(books), "more fates are unknown than were lost"


def figures(year: Year, books: Books) -> str:
    """Return what a year came to, to be printed."""
    cases = year.cases
    told = Counter(each.outcome for each in books.reminders)
    late = sum(each.late for each in books.reminders)
    kinds = Counter(each.workflow for each in cases.about.values())
    owed = Counter(each.clock_key for each in books.reminders if isinstance(each.about, AtPanel))
    lines = (
        f"seed {year.seed}: {year.plan.first} to {year.today} in {year.spent:.0f} s",
        f"{cases.recorded} entries in {len(cases.about)} cases, {dict(kinds)}; refused: {cases.refused.total()}",
        f"{year.schedulers.kills} kills: {dict(year.schedulers.struck)}",
        f"{dict(year.befell)}",
        f"reminders: {dict(told)}, {late} told late; of what the panel owed {dict(owed)}",
        f"deliveries: {dict(Counter(each.outcome for each in books.deliveries))}",
        f"{len(books.received)} letters received; the mail server: {dict(year.box.moods)}",
    )
    return "\n  ".join(lines)
