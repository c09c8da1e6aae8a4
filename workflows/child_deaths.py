"""What follows from the dates and answers of one child’s death: age, eligibility, bands, the wording of a period.

Pure reckoning, explained in words where somebody has to be told why.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from workflows.child_death_codes import (
    ANALYSIS_SCHEMES,
    ETHNICITY_OF_CODE,
    PREVENTABILITY,
    PREVENTABILITY_PERIODS,
    AnalysisScheme,
    PreventabilityPeriod,
)
from workflows.codes import plainly
from workflows.dates import months_from
from workflows.definition import Option

AGE_BANDS = ("0_27_days", "28_364_days", "1_4", "5_9", "10_14", "15_17")
AGE_BAND_WORDS: Mapping[str, str] = {
    "0_27_days": "0 to 27 days",
    "28_364_days": "28 to 364 days",
    "1_4": "1 to 4 years",
    "5_9": "5 to 9 years",
    "10_14": "10 to 14 years",
    "15_17": "15 to 17 years",
}
_FIRST_YEAR_OF_BAND = ((15, "15_17"), (10, "10_14"), (5, "5_9"), (1, "1_4"))
NEONATAL_DAYS = 28
ADULT_AT = 18

DURATION_BANDS = ("under_6", "6_7", "8_9", "10_11", "12", "over_12")
DURATION_BAND_WORDS: Mapping[str, str] = {
    "under_6": "Under 6 months",
    "6_7": "6 or 7 months",
    "8_9": "8 or 9 months",
    "10_11": "10 or 11 months",
    "12": "12 months",
    "over_12": "Over 1 year",
}
# DOMAIN 5.2: what S-BUC counts as reviewed within six and within twelve months.
WITHIN_6_MONTHS = ("under_6",)
WITHIN_12_MONTHS = ("under_6", "6_7", "8_9", "10_11", "12")


def completed_months(start: date, end: date) -> int:
    """Return the calendar months completed from `start` by `end` (DOMAIN 9: 31 January to 28 February is one)."""
    number = (end.year - start.year) * 12 + end.month - start.month
    return number if months_from(start, number) <= end else number - 1


def duration_band(start: date, end: date) -> str:
    """Return the band of 5.2 for a review that ended on `end`, counted from `start`."""
    months = completed_months(start, end)
    if months < 6:
        return "under_6"
    if months > 12:
        return "over_12"
    return "12" if months == 12 else f"{months // 2 * 2}_{months // 2 * 2 + 1}"


def completed_years(born_on: date, day: date) -> int:
    """Return the age in years on `day`. A child born on 29 February has a birthday on 1 March in other years."""
    before_birthday = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - before_birthday


def age_in_days(born_on: date, died_on: date) -> int:
    """Return the age in days; a child who died on the day of birth is 0 days old."""
    return (died_on - born_on) // timedelta(days=1)


def age_band(born_on: date, died_on: date) -> str:
    """Return the band of 5.1 in which the child died; “15_17” also for somebody who had grown older."""
    years = completed_years(born_on, died_on)
    for first_year, band in _FIRST_YEAR_OF_BAND:
        if years >= first_year:
            return band
    return "0_27_days" if age_in_days(born_on, died_on) < NEONATAL_DAYS else "28_364_days"


def age_in_words(born_on: date, died_on: date) -> str:
    """Return '3 days', '7 weeks', '5 months' or '4 years', as a panel is told it: never with a date."""
    days, months = age_in_days(born_on, died_on), completed_months(born_on, died_on)
    if days < NEONATAL_DAYS:
        return _counted(days, "day")
    if months < 3:
        return _counted(days // 7, "week")
    return _counted(months, "month") if months < 24 else _counted(months // 12, "year")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def ethnicity(code: str | None) -> str:
    """Return the group of 4.7 in which a code is reported; not known where nothing was told."""
    return ETHNICITY_OF_CODE.get(code or "", "not_known")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Whether a death is one to be reviewed, the ground on which it is not, and why in sentences.

    `of_the_birth` are those of `because` that say what is known of a live birth; `born_alive` is whether that is
    known, which it is not where neither an answer nor the dates show it.
    """

    in_scope: bool
    because: tuple[str, ...]
    ground: str = ""
    of_the_birth: tuple[str, ...] = ()
    born_alive: bool = False


def eligibility(
    born_on: date, died_on: date, *, live_birth: str = "", lawful_termination: str = "", over_24_weeks: str = ""
) -> Eligibility:
    """Return whether the death of somebody born and dead on these days is reviewed (R-3.2 to R-3.4).

    The three answers are "yes", "no" or "not_known", or "" where nothing was told. What is not known keeps a death in
    scope until it is. A child whose dates are a day or more apart lived, whatever was told or not.
    """
    if lawful_termination == "yes":
        words = (
            "A planned termination of pregnancy within the law is not reviewed, even where a certificate was issued."
        )
        return Eligibility(False, (words,), "termination")
    if live_birth == "no":
        return _born_without_signs_of_life(over_24_weeks)
    years = completed_years(born_on, died_on)
    if years >= ADULT_AT:
        # Not the birthday itself: a refusal may be shown where a date of birth may not.
        words = f"Aged {years} at death. Deaths are reviewed up to the 18th birthday."
        return Eligibility(False, (words,), "over_18")
    days = age_in_days(born_on, died_on)
    birth = _of_the_birth(live_birth, days)
    aged = f"Aged {age_in_words(born_on, died_on)} at death, so under 18."
    return Eligibility(True, (*birth, aged), of_the_birth=birth, born_alive=live_birth == "yes" or days > 0)


def _born_without_signs_of_life(over_24_weeks: str) -> Eligibility:
    if over_24_weeks == "no":
        words = "Born before 24 weeks without signs of life: a late foetal loss is not reviewed."
        return Eligibility(False, (words,), "late_foetal_loss")
    if over_24_weeks == "yes":
        words = "Born after 24 weeks without signs of life: a stillbirth is not reviewed."
    else:
        words = (
            "Born without signs of life: a stillbirth is not reviewed. Whether it was after 24 weeks is not known; "
            "before, it is called a late foetal loss, which is not reviewed either."
        )
    return Eligibility(False, (words,), "stillbirth")


def _of_the_birth(live_birth: str, days: int) -> tuple[str, ...]:
    """Return what is known of a live birth; nothing of a child who outlived the first four weeks."""
    if live_birth == "yes":
        return ("Born alive: every live birth counts, whatever the length of the pregnancy.",)
    if days >= NEONATAL_DAYS:
        return ()
    if days > 0:
        return ("By the dates the child lived after birth: every live birth counts, whatever the length of pregnancy.",)
    if live_birth == "not_known":
        return ("Whether the child was born alive is not known: the death stays in scope until it is.",)
    words = "Nobody has said whether the child was born alive, and the dates do not show it: the death stays in scope "
    return (f"{words}until it is known.",)


def preventability_period(day: date) -> PreventabilityPeriod:
    """Return the wording in which a conclusion reached on `day` is put (3.5). The duty began on 1 April 2008."""
    return next((each for each in PREVENTABILITY_PERIODS if day <= each.last_day), PREVENTABILITY_PERIODS[-1])


def preventability_since(day: date) -> tuple[Option, ...]:
    """Return the conclusions on preventability that could be come to on `day` or later, in their latest words."""
    in_use = {option.key for each in PREVENTABILITY_PERIODS if each.last_day >= day for option in each.options}
    return tuple(option for option in PREVENTABILITY if option.key in in_use)


def analysis_scheme(day: date) -> AnalysisScheme:
    """Return the scheme in which factors are graded on `day` (3.7)."""
    return next((each for each in reversed(ANALYSIS_SCHEMES) if day >= each.first_day), ANALYSIS_SCHEMES[0])


def wrong_with_factors(factors: Iterable[Any], scheme: AnalysisScheme) -> tuple[str, ...]:
    """Return a sentence for each factor that is not graded as the scheme grades them; a factor may be only named."""
    graded = (factor for factor in factors if isinstance(factor, Mapping))
    return tuple(words for factor in graded if (words := _wrong_with(factor, scheme)))


def _wrong_with(factor: Mapping[str, Any], scheme: AnalysisScheme) -> str:
    domain, score = str(factor.get("domain") or ""), str(factor.get("score") or "")
    if domain and domain_of(domain) not in {option.key for option in scheme.domains}:
        return f"A factor is in no domain of this form. Choose one of: {_keys(scheme.domains)}"
    if score and score not in {option.key for option in scheme.scores}:
        return f"A factor has a score that this form does not have. Choose one of: {_keys(scheme.scores)}"
    return ""


# DOMAIN 3.7 and 4.6: the headings of the forms since 2008, and the letters they go by.
_DOMAIN_BY_WORD = {
    "service": "service", "physical": "physical", "social": "social", "parent": "social", "family": "social",
    "intrinsic": "intrinsic", "child": "intrinsic",
}  # fmt: skip
_DOMAIN_BY_LETTER = {"a": "intrinsic", "b": "social", "c": "physical", "d": "service"}


def domain_of(written: str) -> str:
    """Return the domain a factor is in, by its key, its letter or a heading of a form; what was written if by none."""
    plain = plainly(written)
    if plain in _DOMAIN_BY_LETTER:
        return _DOMAIN_BY_LETTER[plain]
    return next((key for word, key in _DOMAIN_BY_WORD.items() if word in plain), written)


def _keys(options: Iterable[Option]) -> str:
    return ", ".join(option.key for option in options)
