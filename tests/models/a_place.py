"""A board, its panel, and something of theirs for everything that has an address; planted words say whose it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agency import Agency, Board
from models.case import Case, CaseEvent, Deadline
from models.casework import Actor, open_case, take_step
from models.child_deaths.possible_duplicates import find_possible_duplicates
from models.child_deaths.public_notifications import code_of, confirm, keep_notification
from models.child_deaths.reporting_forms import Wanted, request_forms
from models.child_deaths.unfinished_notification import begin, keep_page
from models.child_deaths.uploaded_imports import keep_upload
from models.delivery import Delivery
from models.figures.decision import record_decision, release
from models.figures.disclosure import SCHEMES
from models.outbox import OutboxMessage
from models.panels.actions import add_action
from models.panels.meetings import declare_interest
from models.panels.minutes import begin_minutes
from models.panels.packs import read_over, release_pack
from models.people import Appointment, Person
from models.sessions import begin_session
from tests.models.child_death_files import a_file, a_row
from tests.models.panel_stories import THU_13_FEB_2014, PanelStory
from tests.models.reviews import REFERRAL, SCOPING
from workflows.dates import PartialDate
from workflows.reporting_forms import forms_for
from workflows.roles import ROLES
from workflows.standing import Told

PLANTED = "Wrenfeather"
"""In every text told of the death and of the review that somebody must not see."""

OTHER = "Plainsong"
"""What a second death of the same meeting is known as: it is withheld from nobody of the board."""

OF_THE_CHILD = ("Ada Mary", "Nowhere Street", "ZZ1 1ZZ", "Bea Invented")

EVERYTHING = Actor(None, frozenset(ROLES))
SEAL = b"secret"


class Place:
    """A panel's board with a death on the agenda, a review, and all that hangs on them, on 30 January 2014."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.story = story = PanelStory(session)
        self.today, self.now = story.today, datetime(2014, 1, 30, 14, 0, tzinfo=UTC)
        self.board, self.panel = story.board, story.panel
        self.office = story.a_person("office", "cdop_coordinator")
        self._deaths()
        self._meeting()
        self._review()
        self._waiting()
        self._figures()
        self._of_the_office()
        session.commit()

    def _deaths(self) -> None:
        story = self.story
        self.death = story.a_death(PLANTED, answers={"nhs_number": "9434765919", "circumstances": f"{PLANTED} fell"})
        self.again = story.a_death(f"{PLANTED} again", answers={"nhs_number": "9434765919"})
        find_possible_duplicates(self.session, self.death.id, [self.board.id], now=self.now)
        (self.form, *_) = forms_for(self.death.opened_on, [], newborn=False)
        wanted = [Wanted("Police", self.form, date(2014, 2, 20))]
        refused = request_forms(self.session, self.death, wanted, actor=EVERYTHING, on=self.today, now=self.now)
        assert refused == []
        self.police = self._added(Agency(board=self.board, name="Police"))
        story.take(self.death, "complete_information", self.today, summary=f"{PLANTED} was four")
        self.other = story.a_death_ready(OTHER, answers={"born_on": "2011-02-03"})

    def _meeting(self) -> None:
        self.meeting = self.story.a_meeting(THU_13_FEB_2014, self.death, self.other)
        listed = next(each for each in self.meeting.cases if each.case_id == self.death.id)
        read_over(listed, f"{PLANTED}, read over")
        member = self.story.members["education"].person_id
        release_pack(self.session, self.meeting, person_id=self.office.id, now=self.now)
        self.action = add_action(
            self.session, self.meeting, case_id=self.death.id, action=f"Write about {PLANTED}", owner="The manager",
            due_on=date(2014, 3, 3), person_id=self.office.id, now=self.now,
        )  # fmt: skip
        begin_minutes(self.session, self.meeting, person_id=self.office.id, now=self.now)
        declare_interest(
            self.session, self.death, person_id=member, seat="education", interest=f"{PLANTED} was a pupil",
            actor=EVERYTHING, on=self.today, now=self.now,
        )  # fmt: skip

    def _review(self) -> None:
        answers = REFERRAL | {"pseudonym": PLANTED, "received_on": "2014-01-20", "incident_on": "2014-01-19"}
        told = Told(PartialDate.on(date(2014, 1, 20)), answers | {"summary": f"{PLANTED} was hurt"})
        self.review = open_case(
            self.session, workflow_key="serious_case_review", board=self.board, step="refer_case", actor=EVERYTHING,
            told=told, now=self.now,
        )  # fmt: skip
        scoping = Told(PartialDate.on(self.today), SCOPING | {"due_on": "2014-02-20"})
        take_step(self.session, self.review, "request_scoping", actor=EVERYTHING, told=scoping, now=self.now)

    def _waiting(self) -> None:
        answers = {
            "died_on": "2014-01-29", "born_on": "2012-01-15", "sex": "female", "normally_resident_in": "Anytown",
            "expected": "no", "circumstances": f"{PLANTED} fell",
        }  # fmt: skip
        self.notification = keep_notification(
            self.session, board=self.board, answers=answers, details={"surname": PLANTED}, email="dr@example.org",
            sent_from="here", now=self.now,
        )  # fmt: skip
        code = code_of(self.notification.token, SEAL)
        confirm(self.session, self.notification.token, code, secret=SEAL, now=self.now)
        self.unfinished = begin(self.session, board=self.board, person_id=self.office.id, now=self.now)
        keep_page(self.session, self.unfinished, "child", {"surname": [PLANTED]}, self.now)
        file = BytesIO(a_file(a_row(cdop_ref=PLANTED, sex="boy")).getvalue())
        self.upload = keep_upload(
            self.session, file, board_id=self.board.id, person_id=self.office.id, now=self.now
        )  # fmt: skip

    def _figures(self) -> None:
        chair = self.story.a_person("partner", "board_chair", on=self.board)
        local, as_they_are = SCHEMES["local"], SCHEMES["as_they_are"]
        self.release = release(self.session, self.board.id, 2013, local, bytes(32), by=chair, now=self.now)
        self.decision = record_decision(
            self.session, self.board.id, 2013, as_they_are, by=chair, role="board_chair",
            reasons=f"{PLANTED} is known to nobody", on=self.today, now=self.now,
        )  # fmt: skip

    def _of_the_office(self) -> None:
        """Give the coordinator of the panel a session and a message that could not be sent."""
        begin_session(self.session, self.office, self.now)
        self.message = self._added(
            OutboxMessage(
                case_id=self.death.id, event_sequence=1, notice_key="death_notified",
                recipient_role="cdop_coordinator", payload={"reference": self.death.reference, "step": "notify_death"},
                created_at=self.now, not_before=self.now, addressed_at=self.now, outcome="failed", settled_at=self.now,
            )
        )  # fmt: skip
        self.delivery = self.told(self.office, "failed")

    def told(self, person: Person, outcome: str = "sent") -> Delivery:
        """Return the delivery of a message about the death to a person."""
        handed_over = self.now if outcome == "sent" else None
        delivery = Delivery(
            message_id=self.message.id, person_id=person.id, role="cdop_coordinator", channel="mail", timing="digest",
            created_at=self.now, meant_for=self.now, send_after=self.now, handed_over_at=handed_over, outcome=outcome,
            settled_at=self.now,
        )  # fmt: skip
        self._added(delivery)
        return delivery

    def request_sequence(self) -> int:
        """Return the event by which a form was asked of the police about the death."""
        asked = select(CaseEvent.sequence).where(CaseEvent.case_id == self.death.id, CaseEvent.step == "request_report")
        return self.session.scalars(asked).one()

    def deadline_id(self, case: Case) -> int:
        """Return a date of a case that somebody is reminded of."""
        of = select(Deadline.id).where(Deadline.case_id == case.id).order_by(Deadline.id)
        return self.session.scalars(of.limit(1)).one()

    def appointment_id(self) -> int:
        of = select(Appointment.id).where(Appointment.person_id == self.office.id)
        return self.session.scalars(of.limit(1)).one()

    def a_board_elsewhere(self) -> Board:
        """Return a board of another panel, with nothing of its own."""
        return self.story.a_board("Elsewhere", "ELS")

    def _added(self, thing: Any) -> Any:
        self.session.add(thing)
        self.session.flush()
        return thing
