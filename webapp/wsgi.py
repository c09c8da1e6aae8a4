"""The application as a web server imports it: `gunicorn webapp.wsgi:app`."""

import gc

from webapp import create_app
from webapp.settings import read_settings

app = create_app(read_settings())

# What was made by now stays as long as the process; looking through it again and again for garbage costs a fifth of
# the time a step takes.
gc.collect()
gc.freeze()
