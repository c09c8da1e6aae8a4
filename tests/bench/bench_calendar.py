"""How fast working days are added, beside the plainest thing it could be: one look-up in a list.

The aim is two million additions a second, or half the rate of the look-up, whichever is less.
"""

from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter

from workflows.calendar import ENGLAND
from workflows.dates import working_days

ROUNDS = 9
STARTS = [date(2014, 1, 1) + timedelta(days=number) for number in range(5_000)] * 20
FIFTEEN_WORKING_DAYS = working_days(15)
AIM_PER_SECOND = 2_000_000


def look_up_in_a_list() -> None:
    table = list(range(50))
    for _ in STARTS:
        table[15]


def add_working_days() -> None:
    add = ENGLAND.add_working_days
    for start in STARTS:
        add(start, 15)


def count_working_days_back() -> None:
    add = ENGLAND.add_working_days
    for start in STARTS:
        add(start, -7)


def find_the_day_due() -> None:
    due = ENGLAND.due
    for start in STARTS:
        due(start, FIFTEEN_WORKING_DAYS)


def count_between() -> None:
    between, end = ENGLAND.working_days_between, date(2020, 1, 1)
    for start in STARTS:
        between(start, end)


def per_second(each: Callable[[], None]) -> float:
    """Return the best rate of several rounds, because what slows a round is other work on the machine."""
    return len(STARTS) / min(_seconds(each) for _ in range(ROUNDS))


def _seconds(each: Callable[[], None]) -> float:
    began = perf_counter()
    each()
    return perf_counter() - began


def test_counting_working_days_beside_a_look_up() -> None:
    """Working days a second: measured and printed, not judged."""
    main()


def main() -> None:
    plain = per_second(look_up_in_a_list)
    aim = min(AIM_PER_SECOND, plain / 2)
    print(f"{'calendar':32}{'a second':>14}{'of a look-up':>14}{'of the aim':>12}")
    print(f"{'one look-up in a list':32}{plain:>14,.0f}{1:>14.2f}")
    for each in (add_working_days, count_working_days_back, find_the_day_due, count_between):
        rate = per_second(each)
        print(f"{each.__name__.replace('_', ' '):32}{rate:>14,.0f}{rate / plain:>14.2f}{rate / aim:>12.1f}")


if __name__ == "__main__":
    main()
