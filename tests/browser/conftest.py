"""A browser for the tests of this folder, and a page that complains of what a reader never sees."""

import os
from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    expect,
    sync_playwright,
)

from models.embedded import EmbeddedServer
from tests.browser.provision import NoBrowser, browser_at_hand
from tests.browser.site import Site, running

NARROW = ViewportSize(width=320, height=640)
WIDE = ViewportSize(width=1280, height=900)

PATIENCE = 120_000
"""How many milliseconds anything on a page is waited for: it comes at once, but for a machine with much else to do."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium started once for the run; without one, every test that asks for it fails and says why."""
    try:
        program = browser_at_hand()
    except NoBrowser as missing:
        pytest.fail(str(missing), pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, timeout=PATIENCE)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(server: EmbeddedServer, template_database: str) -> Iterator[Site]:
    """The site on a database of its own, with invented people and a few invented reviews."""
    name = f"test_{os.getpid()}_site"
    server.ensure_database(name, template=template_database)
    with running(server.application_url(name)) as site:
        yield site
    server.drop_database(name)


@pytest.fixture
def sign_in(site: Site) -> Callable[[Page, str], Page]:
    """Sign somebody in by their role, as `business.manager`."""
    return site.let_in


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page 1,280 pixels wide that fails its test for an error in the console or a request to another host."""
    yield from _watched(browser.new_context(viewport=WIDE, locale="en-GB", timezone_id="Europe/London"))


@pytest.fixture
def narrow_page(browser: Browser) -> Iterator[Page]:
    """The same, 320 pixels wide."""
    yield from _watched(browser.new_context(viewport=NARROW, locale="en-GB", timezone_id="Europe/London"))


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """The same, in a browser that runs no JavaScript."""
    yield from _watched(
        browser.new_context(viewport=WIDE, locale="en-GB", timezone_id="Europe/London", java_script_enabled=False)
    )


def _watched(context: BrowserContext) -> Iterator[Page]:
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # This one names no address, and a page may well be answered with 403, 404 or 422; `receive` knows better.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "about:")):
            complaints.append(f"asked another host for {request.url}")

    def receive(response: Response) -> None:
        if response.status >= HTTPStatus.BAD_REQUEST and response.request.resource_type != "document":
            complaints.append(f"{response.status} for {response.url}")

    context.set_default_timeout(PATIENCE)
    context.on("console", hear)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", see)
    context.on("response", receive)
    yield context.new_page()
    context.close()
    assert not complaints, "\n".join(complaints)
