"""A scheduler killed at random moments sends nothing twice and loses nothing. `make kills` kills 200 times."""

import random

from tests.notifications.killing import Killings, assert_sent_once_or_unknown

KILLS = 12


def test_a_scheduler_killed_at_random_sends_each_message_once_or_says_that_nobody_knows(
    committed_database, mail_server
):
    killings = Killings(committed_database.url, mail_server(), random.Random(20140303))

    killings.kill(KILLS)
    killings.finish()

    assert_sent_once_or_unknown(killings)
    killings.engine.dispose()
