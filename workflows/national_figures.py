"""National figures of child deaths as they were published, where known, each with how sure it is (DOMAIN 5.2, 5.3).

A figure that was not found is left out and never estimated. Some series begin later or were printed once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Confidence = Literal["read", "reported", "remembered"]
"""Whether the publication itself was read, a board's report cites it, or it is remembered and not checked."""

CONFIDENCE_WORDS: Mapping[str, str] = {
    "read": "as published",
    "reported": "as a board’s report cites it",
    "remembered": "not confirmed",
}


@dataclass(frozen=True, slots=True)
class National:
    """One published figure and how sure it is."""

    value: float
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class NationalYear:
    """What was published for England for the year ending on 31 March of `ending`."""

    ending: int
    notified: National | None = None
    rate_per_100_000: National | None = None
    reviews: National | None = None
    reviews_with_information: National | None = None
    """Of the reviews, those in which there was enough information to judge preventability."""
    modifiable_percent: National | None = None
    """Of all reviews (K7)."""
    male_percent: National | None = None
    ethnicity_not_known_percent: National | None = None
    under_1_year_percent: National | None = None
    durations_percent: Mapping[str, National] = field(default_factory=dict)
    """Under 6 months, 6 to 12 months together, and over 12: the middle is one figure, not one for each band."""
    note: str = ""

    @property
    def name(self) -> str:
        """The year as 2016-17."""
        return f"{self.ending - 1}-{self.ending % 100:02d}"


def _read(value: float) -> National:
    return National(value, "read")


def _reported(value: float) -> National:
    return National(value, "reported")


def _remembered(value: float) -> National:
    return National(value, "remembered")


NATIONAL_YEARS = (
    NationalYear(2011, reviews=_remembered(4061), modifiable_percent=_remembered(20)),
    NationalYear(2012, reviews=_read(4012), modifiable_percent=_read(20)),
    NationalYear(2013, reviews=_remembered(3857), modifiable_percent=_remembered(21)),
    NationalYear(2014, reviews=_remembered(3658), modifiable_percent=_read(22)),
    NationalYear(2015, reviews=_remembered(3515), modifiable_percent=_remembered(24)),
    NationalYear(2016, reviews=_remembered(3665), modifiable_percent=_remembered(24)),
    NationalYear(
        2017, reviews=_read(3575), modifiable_percent=_remembered(27), male_percent=_reported(56),
        ethnicity_not_known_percent=_reported(7),
        durations_percent={"under_6": _reported(32), "6_to_12": _reported(44), "over_12": _reported(24)},
    ),
    NationalYear(
        2018, reviews=_read(3595), reviews_with_information=_read(3540), modifiable_percent=_read(28),
        under_1_year_percent=_read(65),
        note="28% of all 3,595 reviews; of the 3,540 with sufficient information 29% of boys’ and 30% of girls’.",
    ),
    NationalYear(2020, notified=_read(3414), note="As revised later. Reviews were not found."),
    NationalYear(2021, notified=_read(3056)),
    NationalYear(2022, notified=_read(3452), rate_per_100_000=_read(29.3), note="Also printed as 3,454."),
    NationalYear(2023, notified=_read(3743), rate_per_100_000=_read(31.8), reviews=_read(3271)),
    NationalYear(2024, notified=_read(3577), rate_per_100_000=_read(29.8)),
)  # fmt: skip

NATIONAL_BY_YEAR: Mapping[str, NationalYear] = {each.name: each for each in NATIONAL_YEARS}
