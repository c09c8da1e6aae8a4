"""Exact intervals for small counts, and an exact test between two groups. Used with the warning small numbers need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, fsum, lgamma

CONFIDENCE = 0.95

SMALL_DENOMINATOR = 20
"""Below this a share carries a note (DOMAIN 8.3, K7: the threshold of the ONS for rates)."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Deaths per `per` children a year, with the exact interval for the count behind it."""

    deaths: int
    population_years: float
    per: int
    rate: float
    lower: float
    upper: float

    @property
    def is_unreliable(self) -> bool:
        """Whether the rate rests on fewer than 20 deaths and is marked “u”, as the ONS marks it."""
        return self.deaths < SMALL_DENOMINATOR


def poisson_interval(count: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact interval for the mean of a Poisson count (Garwood). Raises ValueError for a negative count."""
    if count < 0:
        raise ValueError("A count is not negative")
    # Half a chi-squared quantile, from the inverse of the gamma function: `scipy.stats` takes seconds to load.
    from scipy.special import gammaincinv

    tail = (1 - confidence) / 2
    lower = float(gammaincinv(count, tail)) if count else 0.0
    return lower, float(gammaincinv(count + 1, 1 - tail))


def pooled_rate(deaths: Iterable[int], populations: Iterable[float], per: int = 100_000) -> Rate:
    """Return one rate for several years together, each with its population, because yearly numbers are small.

    Raises ValueError when the years do not match or nobody lived there.
    """
    counts, years = list(deaths), list(populations)
    lived = sum(years)
    if len(counts) != len(years) or lived <= 0:
        raise ValueError("Each year needs its number of deaths and the number of children who lived there")
    count = sum(counts)
    lower, upper = poisson_interval(count)
    return Rate(count, lived, per, count * per / lived, lower * per / lived, upper * per / lived)


UNLIKELY = 0.05
"""Below this a difference is thought unlikely to be chance alone, when it is the only one looked at."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How likely a difference at least as large as the one seen is, if the two groups did not differ."""

    p_value: float

    @property
    def is_unlikely(self) -> bool:
        """Whether chance alone would make so large a difference in fewer than 1 of 20."""
        return self.p_value < UNLIKELY

    def words(self) -> str:
        """Return a sentence for the page, with the warning that small numbers need."""
        found = f"A difference this large would come about by chance alone {how_often(self.p_value)}"
        return f"{found} (Fisher’s exact test). Small numbers show little either way."


def compare(with_it: tuple[int, int], without_it: tuple[int, int]) -> Comparison:
    """Return Fisher’s exact test, two-sided, of how many in each of two groups were of some kind and how many not.

    It adds up every table with the same totals that is no likelier than the one seen.
    """
    (one, one_not), (other, other_not) = with_it, without_it
    in_one, of_kind, everyone = one + one_not, one + other, one + one_not + other + other_not
    least, most = max(0, of_kind - (everyone - in_one)), min(in_one, of_kind)
    log_chances = [
        _log_choose(of_kind, each) + _log_choose(everyone - of_kind, in_one - each) for each in range(least, most + 1)
    ]
    seen = log_chances[one - least]
    likeliest = max(log_chances)
    weights = [exp(each - likeliest) for each in log_chances]
    as_unlikely = (weight for weight, each in zip(weights, log_chances, strict=True) if each <= seen + EQUALLY_LIKELY)
    return Comparison(min(fsum(as_unlikely) / fsum(weights), 1.0))


def number_needed(with_it: tuple[int, int], without_it: tuple[int, int]) -> int | None:
    """Return how many of the first group it would have taken for chance alone to be unlikely, the second as it is.

    It is the nearest such number further from the share of the second group; nothing where not even all of the first
    group, or none of it, would be enough.
    """
    (one, one_not), (other, other_not) = with_it, without_it
    everyone = one + one_not
    nearer, further = one, everyone if one * (other + other_not) >= other * everyone else 0

    def is_enough(number: int) -> bool:
        return compare((number, everyone - number), without_it).is_unlikely

    if is_enough(one) or not is_enough(further):
        return one if is_enough(one) else None
    while abs(further - nearer) > 1:
        middle = (nearer + further) // 2
        nearer, further = (nearer, middle) if is_enough(middle) else (middle, further)
    return further


def how_often(chance: float, such: str = "pool") -> str:
    """Return a chance as a lay reader says it, such as “in about 1 of 5 such pools”; `such` is what is counted."""
    if chance >= ALWAYS:
        return f"in nearly every such {such}"
    if chance >= OFTEN:
        return f"in about {10 * chance:.0f} of 10 such {such}s"
    if chance < SELDOM:
        return f"in fewer than 1 of {1 / SELDOM:,.0f} such {such}s"
    of = 1 / chance
    return f"in about 1 of {round(of, -1) if of >= ROUNDED_FROM else round(of):,.0f} such {such}s"


# Only the words change at these, and nothing is decided by them.
ALWAYS, OFTEN, SELDOM, ROUNDED_FROM = 0.95, 0.35, 0.001, 100

EQUALLY_LIKELY = 1e-7
"""By how much the logarithms of two chances may differ that are the same but for rounding."""


def _log_choose(number: int, chosen: int) -> float:
    return lgamma(number + 1) - lgamma(chosen + 1) - lgamma(number - chosen + 1)


def small_numbers_note(denominator: int) -> str:
    """Return the note a share out of so few carries; nothing for 20 and more."""
    if denominator >= SMALL_DENOMINATOR:
        return ""
    return f"Small numbers: out of {denominator}. One death more or less changes the share a great deal."


def percent(part: int, whole: int) -> int:
    """Return the percentage in whole numbers, half up; 0 of nothing is 0."""
    return (200 * part + whole) // (2 * whole) if whole else 0
