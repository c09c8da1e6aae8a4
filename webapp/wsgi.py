"""The application as a web server imports it: `gunicorn webapp.wsgi:app`."""

import gc

from webapp import create_app
from webapp.database import open_sessions
from webapp.moved_clock import clock_for
from webapp.settings import read_settings

settings = read_settings()
sessions = open_sessions(settings)
app = create_app(settings, clock=clock_for(settings, sessions), sessions=sessions)

# What was made by now stays as long as the process; looking through it again and again for garbage costs a fifth of
# the time a step takes.
gc.collect()
gc.freeze()
