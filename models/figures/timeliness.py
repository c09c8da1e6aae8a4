"""How promptly the work was done, as tables of true counts.

They divide the same deaths as the figures do, in other ways, so a guarded table of them could be set against a guarded
figure. For anybody who sees no true counts there is only who came to meetings, which speaks of no death.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.figures.disclosure import Scheme
from models.figures.statistics import small_numbers_note
from models.figures.tables import Line, Shown, Table, share_of
from models.queries.child_death_figures import Figures
from models.queries.child_death_timeliness import Part, Returns, Timeliness
from workflows.child_deaths import DURATION_BAND_WORDS, WITHIN_12_MONTHS


def timeliness_tables(found: Timeliness, figures: Figures, scheme: Scheme) -> Iterator[Table]:
    """Yield the tables of how promptly a year's work was done, as far as a scheme lets them leave."""
    if not scheme.withholds:
        yield _on_time(found, figures)
        yield _held(found, figures)
        yield _returns(found)
    yield _attendance(found)


def _on_time(found: Timeliness, figures: Figures) -> Table:
    known = figures.reviews - figures.breakdowns["ethnicity"]["not_known"]
    parts = (
        ("Notified on the day of death or the day after", found.notified_within_a_day),
        ("Joint response held, where the death was not expected", found.joint_response),
        ("Ethnic group known, of deaths reviewed", Part(known, figures.reviews)),
        ("Meetings of the panel that were quorate", Part(found.meetings.quorate, found.meetings.held)),
    )
    few = dict.fromkeys(small_numbers_note(part.of) for _, part in parts if part.of)
    return Table(
        "promptness", "What was done in time", _on_time_sentence(found, figures), "What was done",
        ("Done", "Of", "Share"), tuple(Line(words, _cells(part)) for words, part in parts),
        ("Notification within 24 hours is known to the day only.", *filter(None, few)),
    )  # fmt: skip


def _on_time_sentence(found: Timeliness, figures: Figures) -> str:
    part = found.notified_within_a_day
    if not part.of:
        return f"No death was notified in {figures.year.name}."
    be = "was" if part.number == 1 else "were"
    return (
        f"{part.number} of the {part.of} deaths notified in {figures.year.name} {be} notified within a day "
        f"({share_of(part.number, part.of)})."
    )


def _cells(part: Part) -> tuple[Shown, Shown, Shown]:
    return part.number, part.of, share_of(part.number, part.of) if part.of else None


def _held(found: Timeliness, figures: Figures) -> Table:
    """K4 to K6, reported twice: all cases, and without the time under a hold (DOMAIN 4.8)."""
    every, without = figures.breakdowns["duration_from_notification"], found.without_held_time
    lines = tuple(
        Line(
            words,
            tuple(cell for of in (every, without) for cell in (of[row], share_of(of[row], figures.reviews))),
        )
        for row, words in DURATION_BAND_WORDS.items()
    )
    return Table(
        "held", "Time to review, with and without time under a hold", _held_sentence(found, figures),
        "From notification", ("All time", "Share", "Without time under a hold", "Share without"), lines,
        ("A hold never stops a clock, so both are reported. Holds that overlap count once.",
         *filter(None, [small_numbers_note(figures.reviews)])),
    )  # fmt: skip


def _held_sentence(found: Timeliness, figures: Figures) -> str:
    if not figures.reviews:
        return f"No death was reviewed in {figures.year.name}."
    within = sum(found.without_held_time[row] for row in WITHIN_12_MONTHS)
    return (
        f"Without the time under a hold, {within} of the {figures.reviews} reviews held in {figures.year.name} were "
        f"within 12 months of notification ({share_of(within, figures.reviews)})."
    )


def _returns(found: Timeliness) -> Table:
    asked, in_time = sum(each.asked for each in found.returns), sum(each.in_time for each in found.returns)
    sentence = "No report was due from an agency in this year."
    if asked:
        sentence = f"{in_time} of the {asked} reports due in this year came in time ({share_of(in_time, asked)})."
    few = [each.agency for each in found.returns if small_numbers_note(each.asked)]
    return Table(
        "returns", "Reports returned by agencies", sentence, "Agency",
        ("Due", "In time", "Share in time", "Late", "Not returned", "Median days", "Chasers"),
        tuple(map(_returns_line, found.returns)),
        ("By the day asked for. Chasers are those the system sent after that day.",
         *([f"Small numbers: fewer than 20 reports were due from {', '.join(few)}."] if few else [])),
    )  # fmt: skip


def _returns_line(each: Returns) -> Line:
    share = share_of(each.in_time, each.asked)
    return Line(
        each.agency, (each.asked, each.in_time, share, each.late, each.outstanding, each.median_days, each.chasers)
    )


def _attendance(found: Timeliness) -> Table:
    meetings = found.meetings
    lines = tuple(
        Line(name.replace("_", " ").capitalize() if name.islower() else name, (
            part.number, part.of, share_of(part.number, part.of)
        ))
        for name, part in meetings.attendance.items()
    )  # fmt: skip
    held = "1 meeting" if meetings.held == 1 else f"{meetings.held} meetings"
    quorate = "it was quorate" if (meetings.held, meetings.quorate) == (1, 1) else f"{meetings.quorate} were quorate"
    return Table(
        "attendance", "Meetings of the panel and who came", f"The panel held {held} in the year; {quorate}.",
        "Member or agency", ("Came", "Invited", "Share"), lines,
    )  # fmt: skip
