"""A panel that serves one board, seen on Thursday 30 January 2014, two weeks before it meets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from models.people import Person
from tests.models.panel_stories import PanelStory
from tests.webapp.client import CheckedClient
from tests.webapp.conftest import MovableClock

MEETING = "/panels/PAN/meetings/2014-02-13"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2014, 1, 30, 15, 0, tzinfo=UTC))


@pytest.fixture
def story(session: Session) -> PanelStory:
    return PanelStory(session)


@pytest.fixture
def seen_by(as_: Callable[[Person], CheckedClient], story: PanelStory) -> Callable[..., CheckedClient]:
    """Return the browser of somebody new who is appointed to the panel in these roles."""

    def browser(*roles: str) -> CheckedClient:
        return as_(story.a_person(f"{'.'.join(roles)}.of.the.panel", *roles))

    return browser


@pytest.fixture
def coordinator(seen_by: Callable[..., CheckedClient]) -> CheckedClient:
    return seen_by("cdop_coordinator")


@pytest.fixture
def chair(as_: Callable[[Person], CheckedClient], story: PanelStory) -> CheckedClient:
    """The chair, who is a member of the panel and appointed as its chair."""
    person = story.members["chair"].person
    story.appointed(person, "cdop_chair")
    return as_(person)


@pytest.fixture
def member(as_: Callable[[Person], CheckedClient], story: PanelStory) -> CheckedClient:
    """Somebody who sits on the panel for the police, and is appointed to nothing."""
    return as_(story.members["police"].person)
