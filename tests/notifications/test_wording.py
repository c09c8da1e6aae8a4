"""What messages say: plainly, and nothing that identifies anybody, for every notice and every date there is."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

import pytest

from models.delivery import Delivery
from models.outbox import OutboxMessage
from notifications.composing import Desk, item_of
from notifications.facts import Declared, Item, Link, NotForAMessage, Reference, Site
from notifications.rungs import REMINDER_MINIMUM_OVER, REMINDER_NOTICES
from notifications.senders.letter import Letter
from notifications.senders.smtp import Server, SmtpSender
from notifications.unreached import AGENCY_NOT_REACHED
from notifications.wording import HEADINGS, letter, notices, sentence, subject, title
from tests.models.situations import Given
from tests.notifications.conftest import SITE
from workflows.calendar import england
from workflows.registry import workflows

MON_3_MAR = date(2014, 3, 3)
AT_SEVEN = datetime(2014, 3, 3, 7, tzinfo=UTC)

IDENTIFYING = ("Quillfeather", "Zebedee", "Marmalade", "943 476 5919", "9434765919", "2009-08-17", "17 August 2009")

REMINDER = {"reminder": 1, "rung": "at", "falls_on": "2014-03-03", "late": True, "by_law": True}

PROCEDURES = [each for workflow in workflows().values() for each in workflow.procedures.values()]
NOTICES = [(rules, step, notice) for rules in PROCEDURES for step in rules.steps for notice in step.tells]
CLOCKS = [(rules, clock) for rules in PROCEDURES for clock in rules.clocks]


def item(kind="late", words="Complete the review", on=date(2014, 2, 26), working_days=3, **other):
    reference = Reference("BEX-2012-003")
    told = {"kind": kind, "reference": reference, "words": Declared(words), "link": SITE.case(reference)}
    return Item(today=MON_3_MAR, on=on, working_days=working_days, **(told | other))


@pytest.fixture
def telling(session):
    """Make what is told of a message about a case in which everything that can be typed names somebody."""
    given = Given(session)
    board = given.a_board("Marmalade Safeguarding Children Board", reference_prefix="MRM")

    def tell(rules, **message):
        case = given.a_case(
            board,
            rules.workflow,
            regime_key=rules.regime,
            state=rules.opening.after,
            pseudonym="Zebedee Quillfeather",
            opened_on=date(2009, 8, 17),
        )
        answers = dict(zip("abc", IDENTIFYING[:3], strict=True)) | {"agency": "Marmalade surgery", "reasons": "Zebedee"}
        given.an_event(case, answers=answers, reason="Zebedee")
        told = {"case_id": case.id, "event_sequence": 1, "recipient_role": "board_chair", "notice_key": "reminder"}
        payload = {"reference": case.reference, "agency": "Marmalade surgery", "title": "Report from Marmalade surgery"}
        stored = OutboxMessage(**(told | message), created_at=AT_SEVEN, not_before=AT_SEVEN)
        stored.payload = payload | message.get("payload", {})
        delivery = Delivery(person_id=given.a_person().id, meant_for=AT_SEVEN, channel="mail", timing="digest")
        return case, item_of(session, delivery, stored, Desk(SITE, england(), AT_SEVEN))

    return tell


def whole(words):
    """The letter as a mail server is given it, with its headers."""
    sent = Letter(to="chair@example.org", subject=words.subject, text=words.text, key="reviews.0123456789")
    server = Server(host="localhost", port=25, encryption="starttls", sender="reviews@example.org")
    return f"{words.subject}\n{words.text}\n{SmtpSender(server, lambda: AT_SEVEN)._written(sent).decode()}"


def test_no_notice_says_who_anybody_is(telling):
    assert NOTICES
    for rules, step, notice in NOTICES:
        case, told = telling(rules, notice_key=notice.key, payload={"step": step.key})
        written = whole(letter([told], SITE))

        assert case.reference in written
        assert step.done in letter([told], SITE).text
        assert [each for each in IDENTIFYING if each in written] == [], notice.key


def test_that_an_agency_was_not_reached_says_neither_which_nor_who_anybody_is(telling):
    for rules in PROCEDURES:
        case, told = telling(rules, notice_key=AGENCY_NOT_REACHED, event_sequence=None, payload={"unreached": 1})
        written = whole(letter([told], SITE))

        assert f"{case.reference}: An agency was not reached on 3 March 2014" in letter([told], SITE).text
        assert f"{SITE.address}/messages/failed" in written
        assert [each for each in IDENTIFYING if each in written] == []


@pytest.mark.parametrize("due", ["2014-02-26", "2014-03-03", "2014-03-10"])
@pytest.mark.parametrize("notice", REMINDER_NOTICES)
def test_no_reminder_says_who_anybody_is(telling, due, notice):
    assert CLOCKS
    for rules, clock in CLOCKS:
        reminder = {"clock": clock.key, "due_on": due, "title": clock.title, "subject": "Marmalade surgery"}
        case, told = telling(rules, notice_key=notice, payload=REMINDER | reminder)
        written = whole(letter([told], SITE))

        assert f"{SITE.address}/cases/{case.reference}#date-{clock.key}" in written
        assert [each for each in IDENTIFYING if each in written] == [], clock.key


@pytest.mark.parametrize(
    ("workflow_key", "clock_key", "due", "words"),
    [
        ("serious_case_review", "decision", "2014-02-20", "11 days late"),
        ("serious_case_review", "decision", "2013-05-20", "9 months late"),
        ("serious_case_review", "decision", "2007-12-01", "6 years late"),
        ("practice_review", "rapid_review", "2014-02-20", "7 working days late"),
        ("practice_review", "rapid_review", "2013-12-20", "2 months late"),
    ],
)
def test_a_message_says_how_late_something_is_as_the_pages_do(telling, workflow_key, clock_key, due, words):
    """A limit of months is late in days, one of working days in working days, and both in months before long."""
    rules = next(each for each, clock in CLOCKS if (each.workflow, clock.key) == (workflow_key, clock_key))
    payload = REMINDER | {"clock": clock_key, "due_on": due, "title": "Decision", "subject": ""}
    _, told = telling(rules, notice_key="reminder_overdue", payload=payload)

    assert subject([told]).endswith(words)


def test_every_notice_that_is_declared_has_words():
    declared = {notice.key for _, _, notice in NOTICES}

    assert notices().keys() == declared | {REMINDER_MINIMUM_OVER, AGENCY_NOT_REACHED}


@pytest.mark.parametrize(
    ("admit", "value"),
    [
        (Reference, "Zebedee Quillfeather"),
        (Reference, "BEX-2012-003 Zebedee"),
        (Declared, "Zebedee Quillfeather’s report"),
        (Site, "https://reviews.example.org/zebedee"),
        (lambda path: Link(SITE, path), "/cases/BEX-2012-003?name=zebedee"),
        (lambda path: Link(SITE, path), "//elsewhere.example"),
    ],
)
def test_what_could_identify_somebody_is_not_admitted(admit, value):
    with pytest.raises(NotForAMessage) as refused:
        admit(value)

    assert value not in str(refused.value)


def test_somebody_told_the_same_thing_twice_reads_it_once():
    assert letter([item(), item()], SITE).text.count("Complete the review") == 1


def test_a_morning_mail_reads_well():
    words = letter(
        [
            item("told", "Report approved", date(2014, 2, 28), 0, says="report_approved"),
            item("due", "Decide whether to hold a review", date(2014, 3, 10), 5),
            item("hold", "Look at the hold", date(2014, 3, 3), 0),
            item(),
        ],
        SITE,
    )

    assert words.subject == "Safeguarding reviews: 1 late, 1 due, 1 hold to look at, 1 thing to know"
    assert words.text.startswith(
        "Late\n\n"
        "* BEX-2012-003: Complete the review\n"
        "  It was due on 26 February 2014 and is 3 working days late.\n"
        "  https://reviews.example.org/cases/BEX-2012-003\n\n"
        "Due\n\n"
        "* BEX-2012-003: Decide whether to hold a review\n"
        "  Due on 10 March 2014, in 5 working days.\n"
    )
    assert "To be looked at by 3 March 2014, which is today." in words.text
    assert (
        "* BEX-2012-003: Report approved on 28 February 2014\n"
        "  What comes next is its publication.\n"
        "  https://reviews.example.org/cases/BEX-2012-003\n"
    ) in words.text
    assert "Everything that is open is on your worklist: https://reviews.example.org/worklist/\n" in words.text


def test_a_morning_with_very_much_in_it_is_still_a_mail_that_is_read():
    many = [item(on=date(2013, 1, 1 + day), working_days=0) for day in range(25)]
    words = letter(many, SITE, morning=True)

    assert words.subject == "Safeguarding reviews: 25 late"
    assert words.text.startswith("This is what is new for you.")
    assert words.text.count("* BEX-2012-003") == 10
    assert "… and 15 more, listed with these: https://reviews.example.org/messages/" in words.text
    assert "is 13 months late" in words.text


def test_a_letter_about_one_thing_says_it_in_its_subject():
    assert subject([item()]) == "BEX-2012-003: Complete the review, 3 working days late"
    assert subject([item("due", on=date(2014, 3, 10), working_days=5)]) == (
        "BEX-2012-003: Complete the review, due 10 March 2014"
    )
    assert subject([item("told", "Report approved", None, 0)]) == "BEX-2012-003: Report approved"
    assert subject([item("asked", "Report submitted", date(2014, 2, 28), 0)]) == (
        "BEX-2012-003: Report submitted, waiting for you"
    )


def test_a_minimum_that_is_over_is_no_day_on_which_something_was_done():
    over = item("told", "Keep the report published", date(2014, 2, 28), 0, says=REMINDER_MINIMUM_OVER)

    assert title(over) == "Keep the report published"
    assert sentence(over) == "The least time that the law sets for this is over. Its last day was 28 February 2014."


def test_no_notice_says_once_more_what_its_title_says():
    """What was done and when stand above the sentence, which says what follows."""
    for _, step, notice in NOTICES:
        assert step.done.casefold().rstrip(".") not in notices()[notice.key].says.casefold(), notice.key


def test_a_late_message_and_one_for_somebody_away_say_so():
    told = sentence(item(should_have_come=date(2014, 2, 27), for_somebody_else=True, escalated=True))

    assert told.endswith("This message is late: it should have come on 27 February 2014.")
    assert "in place of somebody who is away" in told
    assert "not been seen to" in told


def test_no_sentence_has_a_gap_or_a_shout():
    kinds = itertools.product(HEADINGS, (date(2014, 3, 1), MON_3_MAR, date(2014, 3, 8), date(2014, 3, 10), None))
    for kind, on in kinds:
        days = abs(england().working_days_between(MON_3_MAR, on)) if on else 0
        told = sentence(item(kind, on=on, working_days=days, should_have_come=MON_3_MAR))

        assert told == " ".join(told.split())
        assert told == "" or told.endswith(".")
        assert "!" not in told
        assert " ," not in told
