"""Letters by SMTP to a real server on loopback: encrypted or not at all, and what is known when it breaks off."""

from __future__ import annotations

import email
import email.policy
import socket
import time

import pytest
import trustme

from notifications.office import LEASE
from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter
from notifications.senders.smtp import CONVERSATION_SECONDS
from tests.notifications.mail_servers import port_kept_free

LETTER = Letter(
    to="chair@example.org",
    subject="BEX-2012-003: Complete the review, 3 working days late",
    text="Late\n\n* BEX-2012-003: it “was” due.\n.\nA line that begins with a stop.\n",
    key="reviews.0123456789abcdef",
)


def read(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "implicit"])
def test_a_letter_arrives_as_it_was_written(mail_server, implicit):
    server = mail_server(implicit=implicit)
    sender = server.sender(encryption="implicit" if implicit else "starttls")

    receipt = sender.send(LETTER)
    sender.close()

    taken = read(server.box.taken[0])
    assert receipt.words == "The mail server took it (250)"
    assert server.box.taken[0].rcpt_tos == ["chair@example.org"]
    assert taken["Subject"] == LETTER.subject
    assert taken["Message-ID"] == "<reviews.0123456789abcdef@example.org>"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Date"] == "Mon, 03 Mar 2014 09:30:00 +0000"
    assert taken.get_content().replace("\r\n", "\n") == LETTER.text


def test_several_letters_go_over_one_connection(mail_server):
    server = mail_server()
    sender = server.sender()
    sender.send(LETTER)
    connection = sender._connection
    sender.send(LETTER)

    assert sender._connection is connection
    assert len(server.box.taken) == 2
    sender.close()


def test_a_server_that_went_away_meanwhile_is_reached_again(mail_server):
    server = mail_server()
    sender = server.sender()
    sender.send(LETTER)
    sender._connection.sock.shutdown(socket.SHUT_RDWR)

    sender.send(LETTER)

    assert len(server.box.taken) == 2
    sender.close()


def test_a_letter_never_goes_in_the_clear(mail_server):
    server = mail_server(encrypted=False)

    with pytest.raises(DeliveryFailed) as refused:
        server.sender().send(LETTER)

    assert refused.value.everyone
    assert server.box.taken == []


def test_a_certificate_that_nobody_trusts_is_refused(mail_server, tmp_path):
    server = mail_server()
    others = tmp_path / "others.pem"
    trustme.CA().cert_pem.write_to_path(str(others))

    with pytest.raises(DeliveryFailed, match="certificate") as refused:
        server.sender(trust=str(others)).send(LETTER)

    assert refused.value.everyone
    assert server.box.taken == []


@pytest.mark.parametrize(("answer", "permanent"), [("550 No such mailbox", True), ("451 Later", False)])
def test_a_mailbox_that_is_refused_concerns_that_letter_alone(mail_server, answer, permanent):
    server = mail_server()
    server.box.to_recipient = answer

    with pytest.raises(DeliveryFailed) as refused:
        server.sender().send(LETTER)

    assert (refused.value.permanent, refused.value.everyone) == (permanent, False)
    assert "chair@example.org" not in str(refused.value)


@pytest.mark.parametrize(("answer", "permanent"), [("554 Not that text", True), ("452 No room", False)])
def test_a_text_that_is_refused_was_not_taken(mail_server, answer, permanent):
    server = mail_server()
    server.box.to_text = answer

    with pytest.raises(DeliveryFailed) as refused:
        server.sender().send(LETTER)

    assert refused.value.permanent is permanent


def test_a_server_that_hangs_up_after_the_text_leaves_a_fate_nobody_knows(mail_server):
    server = mail_server()
    server.box.hang_up_after_text = True
    sender = server.sender()

    with pytest.raises(FateUnknown):
        sender.send(LETTER)

    server.box.hang_up_after_text = False
    assert sender.send(LETTER).words == "The mail server took it (250)"
    sender.close()


def test_a_server_that_hangs_up_before_the_text_took_nothing(mail_server):
    server = mail_server()
    server.box.hang_up_at_recipient = True

    with pytest.raises(DeliveryFailed) as refused:
        server.sender().send(LETTER)

    assert (refused.value.permanent, refused.value.everyone) == (False, False)
    assert server.box.taken == []


def test_a_server_that_answers_for_ever_is_not_listened_to_for_ever(mail_server):
    """Each of its lines comes in time; the letter has been handed over, so nobody knows whether it was taken."""
    server = mail_server()
    server.box.drips_for_seconds = 60
    sender, began = server.sender(conversation_seconds=10), time.monotonic()

    with pytest.raises(FateUnknown):
        sender.send(LETTER)

    assert time.monotonic() - began < 60
    server.box.drips_for_seconds = 0
    assert sender.send(LETTER).words == "The mail server took it (250)"
    sender.close()


def test_no_conversation_outlasts_the_claim_of_a_delivery():
    assert LEASE.total_seconds() > 2 * CONVERSATION_SECONDS


def test_a_server_that_is_not_there_is_a_matter_of_everyone(mail_server):
    with port_kept_free() as port, pytest.raises(DeliveryFailed, match="cannot be reached") as refused:
        mail_server().sender(port=port).send(LETTER)

    assert (refused.value.permanent, refused.value.everyone) == (False, True)


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(mail_server):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        # The system takes the connection up, and nobody ever says anything on it.
        silent.listen()

        with pytest.raises(DeliveryFailed) as refused:
            mail_server().sender(port=silent.getsockname()[1], timeout_seconds=0.3).send(LETTER)

    assert refused.value.everyone
