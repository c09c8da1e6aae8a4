"""What was typed is kept until it is recorded."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.drafts import discard_draft, draft_of, keep_draft, remove_old_drafts


@pytest.fixture(params=["on a case", "before there is a case"])
def where(request, given):
    case = given.a_case(given.a_board()) if request.param == "on a case" else None
    return {"person_id": given.a_person().id, "case_id": case and case.id, "form_key": "refer_case"}


def test_what_was_typed_last_is_what_is_kept(session, where, some_time):
    keep_draft(session, **where, answers={"pseudonym": "Child"}, opened_at_length=1, now=some_time)
    assert draft_of(session, **where)

    later = some_time + timedelta(minutes=5)
    keep_draft(session, **where, answers={"pseudonym": "Child A"}, opened_at_length=2, now=later)

    draft = draft_of(session, **where)
    assert draft is not None
    assert (draft.answers, draft.opened_at_length, draft.updated_at) == ({"pseudonym": "Child A"}, 2, later)


def test_nobody_finds_what_another_typed(session, given, where, some_time):
    keep_draft(session, **where, answers={}, opened_at_length=1, now=some_time)

    assert draft_of(session, **(where | {"person_id": given.a_person().id})) is None


def test_a_draft_discarded_is_gone(session, where, some_time):
    keep_draft(session, **where, answers={}, opened_at_length=1, now=some_time)
    discard_draft(session, **where)

    assert draft_of(session, **where) is None


def test_what_nobody_has_touched_for_as_long_as_it_is_kept_is_removed_and_that_is_recorded(session, where, some_time):
    keep_draft(session, **where, answers={"pseudonym": "Child"}, opened_at_length=1, now=some_time)
    kept_for = timedelta(days=90)

    assert remove_old_drafts(session, some_time + kept_for - timedelta(seconds=1), kept_for) == 0
    assert draft_of(session, **where)
    assert remove_old_drafts(session, some_time + kept_for, kept_for) == 1
    assert draft_of(session, **where) is None
    session.flush()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "old_drafts_removed")).one()
    assert entry.detail == {"number": 1}
