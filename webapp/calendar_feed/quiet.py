"""Keeps the addresses of calendar feeds out of every log of ours: whoever reads a log must not be able to open one."""

import logging
import re

from flask.blueprints import BlueprintSetupState

IN_LOGS = ("gunicorn.access", "gunicorn.error", "werkzeug")
ADDRESS = re.compile(r"/calendar/[^/\s\"]+\.ics")


class WithoutAddresses(logging.Filter):
    """Lets every line through, with the token of a feed's address taken out."""

    def filter(self, record: logging.LogRecord) -> bool:
        words = record.getMessage()
        if ADDRESS.search(words):
            record.msg, record.args = ADDRESS.sub("/calendar/….ics", words), ()
        return True


def keep_out_of_logs(state: BlueprintSetupState) -> None:
    """Take the tokens out of what the application and its web server write down."""
    for logger in (state.app.logger, *map(logging.getLogger, IN_LOGS)):
        if not any(isinstance(each, WithoutAddresses) for each in logger.filters):
            logger.addFilter(WithoutAddresses())
