"""`reviews scheduler`: find what is to be said, and send it, until stopped."""

import logging
import signal
import sys
from threading import Event

import click


@click.command(name="scheduler")
@click.option(
    "--look-every",
    type=click.FloatRange(0.1, 10),
    default=5.0,
    show_default=True,
    help="Seconds between looks at whose turn it is.",
)
def command(look_every: float) -> None:
    """Find what is to be said and send it, until stopped. Start two if you like: one works, the other takes over."""
    from notifications.facts import NotForAMessage
    from notifications.schedule import work
    from webapp.posting import works_for
    from webapp.settings import SettingsRefused, read_post_settings, read_settings

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())
    try:
        settings = read_settings()
        works = works_for(settings, read_post_settings(settings), stopping)
    except (SettingsRefused, NotForAMessage) as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)
    try:
        work(works, look_every_seconds=look_every)
    finally:
        works.engine.dispose()
