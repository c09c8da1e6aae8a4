"""When and how a person is told: what they chose, within what the board of the case allows.

A message may always wait for the morning and is never silenced: what the law sets a date for comes by mail, whatever
was chosen. Hours are those of London, and lie outside the ones that daylight saving moves (P11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from models.delivery import Channel, MessageChoice, MessageRule, Timing
from workflows.calendar import Calendar
from workflows.dates import LONDON

# Local defaults: no guidance says when mail may come.
MORNING = 7
EVENING = 19
MIDDAY = 12
MORNINGS = range(5, 11)
EVENINGS = range(16, 23)


@dataclass(frozen=True, slots=True)
class Choice:
    """How one person is told. Between `quiet_from` and `quiet_until`, hours in London, nothing is sent.

    Where both are the same hour, mail that is told at once may come at any.
    """

    channel: Channel = "mail"
    timing: Timing = "digest"
    quiet_from: int = EVENING
    quiet_until: int = MORNING
    on_days_off: bool = False

    @classmethod
    def of(cls, stored: MessageChoice | None) -> Self:
        """Return what a person chose, or how everybody is told who chose nothing."""
        if stored is None:
            return cls()
        return cls(stored.channel, stored.timing, stored.quiet_from, stored.quiet_until, stored.on_days_off)

    def within(self, rule: MessageRule | None, *, by_law: bool) -> Choice:
        """Return what becomes of the choice for a message of a board, `by_law` being one the law sets a date for."""
        without_mail = rule is None or rule.may_do_without_mail
        at_once = rule is None or rule.may_be_told_at_once
        days_off = rule is None or rule.may_be_told_on_days_off
        return replace(
            self,
            channel=self.channel if without_mail and not by_law else "mail",
            timing=self.timing if at_once else "digest",
            on_days_off=self.on_days_off and days_off,
        )

    def send_after(self, moment: datetime, calendar: Calendar, *, had_todays: bool) -> datetime:
        """Return the first moment from `moment` on at which this person may be told.

        A digest goes in the morning. One that comes up after the hour but before midday still goes that day, unless
        the person `had_todays` already: it is one mail a morning.
        """
        if self.channel == "application":
            return moment
        local = moment.astimezone(LONDON)
        if self.timing == "digest" and (had_todays or local.hour >= MIDDAY):
            return self._next_morning(local.date(), calendar)
        return self.once_not_quiet(moment, calendar)

    def once_not_quiet(self, moment: datetime, calendar: Calendar) -> datetime:
        """Return `moment` itself where mail may come then, and otherwise the next morning it may."""
        local = moment.astimezone(LONDON)
        evening = 24 if self.quiet_from == self.quiet_until else self.quiet_from
        if local.hour < evening and self._sends_on(local.date(), calendar):
            return max(moment, _at(local.date(), self.quiet_until))
        return self._next_morning(local.date(), calendar)

    def _next_morning(self, today: date, calendar: Calendar) -> datetime:
        day = today + timedelta(days=1)
        while not self._sends_on(day, calendar):
            day += timedelta(days=1)
        return _at(day, self.quiet_until)

    def _sends_on(self, day: date, calendar: Calendar) -> bool:
        return self.on_days_off or calendar.is_working_day(day)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LONDON).astimezone(UTC)
