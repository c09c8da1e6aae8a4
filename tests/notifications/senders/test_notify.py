"""Letters by GOV.UK Notify, through its client, to a stand-in for its server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from models.delivery import Delivery
from models.people import Person
from notifications.given_up import Seen, send_again, undecided
from notifications.lost import ask_about_lost, record_failed_later
from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter
from notifications.senders.notify import NotifySender
from tests.notifications.mail_servers import port_kept_free
from workflows.roles import SUBGROUP_CHAIR

LETTER = Letter(to="chair@example.org", subject="1 late", text="Late\n", key="reviews.0123456789abcdef")
SERVICE, SECRET = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
API_KEY = f"stand_in-{SERVICE}-{SECRET}"


@dataclass
class StandIn:
    """What the server was told, and how it answers: with a status, or by hanging up, before or after it keeps it."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    status: int = 201
    hangs_up: bool = False
    keeps: bool = True
    fate: str = "sending"
    found: bool = True

    def kept(self, reference: str) -> list[dict[str, Any]]:
        theirs = [each for each in self.asked if self.keeps and self.found and each["reference"] == reference]
        return [{"id": "the-id", "status": self.fate} for _ in theirs]

    def failed(self, asked: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Return a page of two of the letters that failed, the newest first, from after the one named."""
        if not self.fate.endswith("failure"):
            return []
        newest_first = [
            {"id": f"id-{number}", "reference": each["reference"], "status": self.fate}
            for number, each in reversed(list(enumerate([*self.asked, {"reference": None}])))
        ]
        ids = [each["id"] for each in newest_first]
        start = ids.index(asked["older_than"][0]) + 1 if "older_than" in asked else 0
        return newest_first[start : start + 2]


@pytest.fixture
def notify() -> Iterator[StandIn]:
    told = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if told.hangs_up:
                self.connection.close()
            elif told.status == 201:
                self._answer(201, {"id": "the-id"})
            else:
                self._answer(told.status, {"errors": [{"error": "Wrong", "message": "chair@example.org is wrong"}]})

        def do_GET(self):
            asked = parse_qs(urlsplit(self.path).query)
            found = told.kept(asked["reference"][0]) if "reference" in asked else told.failed(asked)
            self._answer(200, {"notifications": found, "links": {}})

        def _answer(self, status, body):
            written = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def sender(notify) -> Iterator[NotifySender]:
    made = NotifySender(api_key=API_KEY, template_id="the-template", url=notify.url, timeout_seconds=30)
    yield made
    made.close()


def test_a_letter_is_handed_over_with_its_key_as_reference(notify, sender):
    assert sender.send(LETTER).words == "Notify took it as the-id"
    assert notify.asked == [
        {
            "email_address": "chair@example.org",
            "template_id": "the-template",
            "personalisation": {"subject": "1 late", "message": "Late\n"},
            "reference": LETTER.key,
        }
    ]


@pytest.mark.parametrize(
    ("status", "permanent", "everyone"), [(400, True, False), (403, False, True), (429, False, True)]
)
def test_a_refusal_says_whom_it_concerns(notify, sender, status, permanent, everyone):
    """A bad address is about one letter; a refused key or a used-up limit about all of them."""
    notify.status = status

    with pytest.raises(DeliveryFailed) as refused:
        sender.send(LETTER)

    assert (refused.value.permanent, refused.value.everyone) == (permanent, everyone)
    assert "chair" not in str(refused.value)


@pytest.mark.parametrize("lost", [{"hangs_up": True}, {"status": 500}, {"status": 503}], ids=str)
def test_a_letter_whose_fate_is_unknown_is_looked_for_at_once(notify, sender, lost):
    vars(notify).update(lost)

    assert sender.send(LETTER).words == "Notify took it as the-id"
    assert len(notify.asked) == 1, "it is asked for, not sent again"


@pytest.mark.parametrize("lost", [{"hangs_up": True}, {"status": 500}], ids=str)
def test_a_letter_that_is_not_found_stays_unknown(notify, sender, lost):
    vars(notify).update({"keeps": False, **lost})

    with pytest.raises(FateUnknown):
        sender.send(LETTER)


@pytest.fixture
def lost(post, notify, sender) -> int:
    """A message whose letter Notify took, hanging up, and could not find yet when it was looked for at once."""
    notify.hangs_up, notify.found = True, False
    post.appoint(SUBGROUP_CHAIR)
    message: int = post.message()
    post.address()
    post.send(sender=sender)
    assert post.outcomes() == ["unknown"]
    return message


def test_a_letter_whose_fate_was_unknown_is_asked_about_later(post, notify, sender, lost):
    notify.found = True

    assert ask_about_lost(post.office(sender=sender)) == 1

    assert (post.outcomes(), post.outcome_of(lost)) == (["sent"], "sent")
    assert post.deliveries()[0].because == "Notify took it as the-id"
    assert len(notify.asked) == 1, "it is asked for, not sent again"


def test_a_letter_that_notify_could_not_deliver_is_given_up_where_it_is_seen(post, notify, sender, lost):
    notify.found, notify.fate = True, "permanent-failure"

    assert ask_about_lost(post.office(sender=sender)) == 1

    assert (post.outcomes(), post.outcome_of(lost)) == (["failed"], "failed")
    assert post.deliveries()[0].because == "Notify could not deliver it: permanent failure"


def test_a_letter_that_notify_does_not_know_stays_unknown_and_is_not_sent_again(post, notify, sender, lost):
    assert ask_about_lost(post.office(sender=sender)) == 0
    post.send(sender=sender)

    assert post.outcomes() == ["unknown"]
    assert len(notify.asked) == 1


def test_a_letter_that_somebody_has_decided_about_is_not_asked_about(post, notify, sender, lost):
    notify.found = True
    with post.sessions.begin() as session:
        person = select(Person.id).limit(1).scalar_subquery()
        session.execute(update(Delivery).values(decided_at=post.clock(), decided_by=person))

    assert ask_about_lost(post.office(sender=sender)) == 0


@pytest.mark.parametrize("fate", ["permanent-failure", "temporary-failure", "technical-failure"])
def test_a_letter_that_notify_took_and_could_not_deliver_is_given_up_where_it_is_seen(post, notify, sender, fate):
    """P21: that it was taken is not that it arrived; and what is asked again is recorded once."""
    post.appoint(SUBGROUP_CHAIR)
    messages = [post.message(), post.message()]
    post.address()
    post.send(sender=sender)
    assert record_failed_later(post.office(sender=sender)) == 0
    assert post.outcomes() == ["sent", "sent"], "one mail told both"

    notify.fate = fate
    assert record_failed_later(post.office(sender=sender)) == 1
    post.clock.moment += timedelta(minutes=5)
    assert record_failed_later(post.office(sender=sender)) == 0

    assert post.outcomes() == ["failed", "failed"]
    assert {post.outcome_of(each) for each in messages} == {"failed"}
    assert {each.because for each in post.deliveries()} == {f"Notify could not deliver it: {fate.replace('-', ' ')}"}
    with post.sessions() as session:
        assert len(undecided(session, Seen.everything())) == 1


def test_what_was_sent_again_since_is_another_letter(post, notify, sender):
    post.appoint(SUBGROUP_CHAIR)
    post.message()
    post.address()
    post.send(sender=sender)
    notify.fate = "permanent-failure"
    record_failed_later(post.office(sender=sender))
    with post.sessions.begin() as session:
        (given_up,) = undecided(session, Seen.everything())
        person = session.scalars(select(Person.id).limit(1)).one()
        send_again(session, given_up, person_id=person, now=post.clock())
    again = [*notify.asked]
    post.send(sender=sender)
    notify.asked = again

    assert record_failed_later(post.office(sender=sender)) == 0
    assert post.outcomes() == ["sent"]


def test_a_page_of_failures_follows_another(notify, sender):
    for number in range(5):
        sender.send(replace(LETTER, key=f"reviews.000000{number}"))
    notify.fate = "permanent-failure"

    assert list(sender.failed_later()) == [f"reviews.000000{number}" for number in (4, 3, 2, 1, 0)]


def test_a_server_by_smtp_cannot_be_asked(post, mail_server):
    assert ask_about_lost(post.office(sender=mail_server().sender())) == 0
    assert record_failed_later(post.office(sender=mail_server().sender())) == 0


def test_a_server_that_is_not_there_is_a_matter_of_everyone():
    with port_kept_free() as port:
        sender = NotifySender(api_key=API_KEY, template_id="the-template", url=f"http://127.0.0.1:{port}")
        with pytest.raises(DeliveryFailed) as refused:
            sender.send(LETTER)
        sender.close()

    assert (refused.value.permanent, refused.value.everyone) == (False, True)
