"""`reviews serve`: answer pages, as in service."""

import os
import sys

import click


@click.command(name="serve")
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="The address and port to listen on.")
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 64))
def command(bind: str, workers: int) -> None:
    """Answer pages until stopped. Put a proxy that ends TLS in front."""
    server = ["-m", "gunicorn", "webapp.wsgi:app", "--bind", bind, "--workers", str(workers), "--no-control-socket"]
    os.execv(sys.executable, [sys.executable, *server])  # noqa: S606 - our own command, which takes our place
