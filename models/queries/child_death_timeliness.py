"""How promptly the work on a year's child deaths was done, from the deadlines, holds and meetings that are stored.

These are as they stand now: unlike the figures, they cannot be asked for as known on an earlier day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from models.panels.panel import Attendance, Meeting, Panel, PanelBoard, PanelMember
from models.queries.child_death_figures import Year
from workflows.child_deaths import DURATION_BANDS, duration_band
from workflows.quorum import quorum_rule


@dataclass(frozen=True, slots=True)
class Part:
    """How many of so many."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Returns:
    """What became of the reports an agency was asked for and that were due in the year (K11)."""

    agency: str
    in_time: int
    late: int
    outstanding: int
    median_days: float | None
    """From the request to the return, of those that came."""
    chasers: int

    @property
    def asked(self) -> int:
        return self.in_time + self.late + self.outstanding


@dataclass(frozen=True, slots=True)
class Meetings:
    """The meetings of the panel in the year, how many were quorate, and who came, by what they stand for (K13)."""

    held: int
    quorate: int
    attendance: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Timeliness:
    """What boards report of how promptly the work was done (DOMAIN 10)."""

    notified_within_a_day: Part
    joint_response: Part
    returns: tuple[Returns, ...]
    meetings: Meetings
    without_held_time: Mapping[str, int]
    """The reviews of the year by months from notification, time under a hold left out (DOMAIN 4.8)."""


def timeliness(
    session: Session, board_ids: Collection[int], year: Year, *, leaving_out: Collection[int] = ()
) -> Timeliness:
    """Return how promptly a year's work was done for these boards."""
    connection = session.connection()
    told: dict[str, Any] = {
        "boards": sorted(board_ids), "year": year.begins, "leaving_out": sorted(leaving_out),
        "first_day": year.first_day, "last_day": year.last_day,
    }  # fmt: skip
    within, notified, met, wanted = connection.exec_driver_sql(_ON_TIME, told).one()
    return Timeliness(
        Part(within, notified),
        Part(met, wanted),
        tuple(Returns(*row) for row in connection.exec_driver_sql(_RETURNS, told)),
        _meetings(session, board_ids, year),
        _without_held_time(connection, told),
    )


# K12: within 24 hours is known to the day only. K9: a response is asked for unless the death was expected.
_ON_TIME = """
SELECT count(*) FILTER (WHERE clock_key = 'notification' AND met_last <= starts_last + 1),
       count(*) FILTER (WHERE clock_key = 'notification'),
       count(*) FILTER (WHERE clock_key = 'joint_response_meeting' AND met_last IS NOT NULL),
       count(*) FILTER (WHERE clock_key = 'joint_response_meeting')
FROM counted_death AS death JOIN deadline USING (case_id)
WHERE death.board_id = ANY(%(boards)s) AND death.year = %(year)s AND left_on IS NULL
AND case_id <> ALL(%(leaving_out)s) AND clock_key IN ('notification', 'joint_response_meeting')
"""

_RETURNS = """
WITH asked AS (
    SELECT deadline.*, (
        SELECT max(event.happened_last) FROM case_event AS event
        WHERE event.case_id = deadline.case_id AND event.step = 'request_report'
        AND lower(event.answers ->> 'agency') = lower(deadline.agency) AND event.happened_last <= deadline.met_last
    ) AS asked_on, (
        SELECT count(*) FROM reminder
        WHERE reminder.case_id = deadline.case_id AND reminder.clock_key = 'report_return'
        AND reminder.subject = deadline.subject AND reminder.outcome = 'told' AND reminder.falls_on > reminder.due_on
    ) AS chasers
    FROM deadline JOIN review_case AS review ON review.id = deadline.case_id
    WHERE deadline.clock_key = 'report_return' AND deadline.agency IS NOT NULL AND deadline.voided_on IS NULL
    AND deadline.due_last BETWEEN %(first_day)s AND %(last_day)s
    AND review.board_id = ANY(%(boards)s) AND review.id <> ALL(%(leaving_out)s)
)
SELECT min(agency), count(*) FILTER (WHERE met_last IS NOT NULL AND NOT met_late), count(*) FILTER (WHERE met_late),
       count(*) FILTER (WHERE met_last IS NULL),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY met_last - asked_on), coalesce(sum(chasers), 0)::integer
FROM asked GROUP BY lower(agency) ORDER BY lower(agency)
"""


def _meetings(session: Session, board_ids: Collection[int], year: Year) -> Meetings:
    serving = select(PanelBoard.panel_id).where(PanelBoard.board_id.in_(board_ids))
    asked = (
        select(Meeting.id, PanelMember.role, PanelMember.agency, Attendance.attended)
        .outerjoin(Attendance, Attendance.meeting_id == Meeting.id)
        .outerjoin(PanelMember, PanelMember.id == Attendance.member_id)
        .where(Meeting.held_on.between(year.first_day, year.last_day))
        .where(Meeting.panel_id.in_(board_ids) | Meeting.panel_id.in_(serving))
    )
    present: dict[int, list[str]] = defaultdict(list)
    invited, came = Counter[str](), Counter[str]()
    for meeting_id, role, agency, attended in session.execute(asked):
        roles = present[meeting_id]
        if attended is not None:
            invited[agency or role] += 1
            came[agency or role] += attended
            roles += [role] if attended else []
    attendance = {name: Part(came[name], number) for name, number in sorted(invited.items())}
    return Meetings(len(present), _quorate(session, board_ids, present.values()), attendance)


def _quorate(session: Session, board_ids: Collection[int], present: Collection[Sequence[str]]) -> int:
    serving = select(PanelBoard.panel_id).where(PanelBoard.board_id.in_(board_ids))
    panels = select(Panel).where(Panel.board_id.in_(board_ids) | Panel.board_id.in_(serving))
    panel = session.scalars(panels.order_by(Panel.board_id).limit(1)).one_or_none()
    rule = quorum_rule(panel.quorum_roles, panel.quorum_minimum) if panel else quorum_rule([], 0)
    return sum(not rule.missing(roles) for roles in present)


_HELD = """
SELECT death.case_id, death.notified_on, review.reviewed_on, review.from_notification, hold.authorised_first,
       hold.released_last
FROM counted_review AS review JOIN counted_death AS death USING (case_id)
LEFT JOIN hold ON hold.case_id = review.case_id AND 'panel_review' = ANY(hold.scopes)
WHERE review.counts AND review.board_id = ANY(%(boards)s) AND review.year = %(year)s
AND review.case_id <> ALL(%(leaving_out)s)
"""


def _without_held_time(connection: Connection, told: Mapping[str, Any]) -> dict[str, int]:
    bands = dict.fromkeys(DURATION_BANDS, 0)
    held: dict[int, tuple[date, date, set[date]]] = {}
    for case_id, notified_on, reviewed_on, band, from_on, to_on in connection.exec_driver_sql(_HELD, dict(told)):
        if from_on is None:
            bands[band] += 1
        else:
            days = held.setdefault(case_id, (notified_on, reviewed_on, set()))[2]
            days |= _days(max(from_on, notified_on), min(to_on or reviewed_on, reviewed_on))
    for notified_on, reviewed_on, days in held.values():
        bands[duration_band(notified_on, reviewed_on - timedelta(days=len(days)))] += 1
    return bands


def _days(first: date, last: date) -> set[date]:
    """Return the days from one to before another: those of holds that overlap count once."""
    return {first + timedelta(days=number) for number in range(max((last - first).days, 0))}
