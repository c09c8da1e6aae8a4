"""The application as a web server imports it: `gunicorn webapp.wsgi:app`."""

from webapp import create_app
from webapp.settings import read_settings

app = create_app(read_settings())
