"""`reviews demo`: start the whole system with invented cases, and print where it is and who can sign in."""

import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import click

FIRST_PORT = 8000
CASES_BESIDE_THE_PROJECT = Path("../shared/cases")
STARTS_WITHIN_SECONDS = 60


@click.command(name="demo")
@click.option("--port", type=int, help="The port to listen on; otherwise the first free one from 8000.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day it is to be, such as 2026-12-24.")
def command(port: int | None, host: str, day: datetime | None) -> None:
    """Start everything with invented cases, and print where it is and who can sign in. Stop it with Ctrl-C.

    With --day everything runs at another day: pages, reminders and mails. It stays so until the clock is moved again.
    """
    from webapp.demonstration.loading import fill, start_on
    from webapp.running import application_address_in_use
    from webapp.settings import demonstration_environment

    click.echo("Starting the database …")
    address = application_address_in_use()
    now = start_on(address, day.date() if day else None)
    port = port or _free_port(host)
    site = f"http://{host}:{port}"
    click.echo("Adding the invented people and cases …")
    for words in fill(address, CASES_BESIDE_THE_PROJECT, now, site):
        click.echo(f"  {words}")
    environment = demonstration_environment(site)
    scheduler = [sys.executable, "-m", "webapp.cli", "scheduler"]
    processes = [
        subprocess.Popen(each, env=environment)  # noqa: S603 - our own commands
        for each in (_web(host, port), scheduler)
    ]
    _wait_for(host, port, processes[0])
    _greet(f"{site}/")
    sys.exit(_until_stopped(processes))


def _web(host: str, port: int) -> list[str]:
    server = ["-m", "gunicorn", "webapp.wsgi:app", "--workers", "2", "--log-level", "warning", "--no-control-socket"]
    return [sys.executable, *server, "--bind", f"{host}:{port}"]


def _free_port(host: str) -> int:
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, port))
            except OSError:
                continue
            return port
    raise click.ClickException(f"No port from {FIRST_PORT} on is free. Name one with --port")


def _wait_for(host: str, port: int, web: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        if web.poll() is not None:
            raise click.ClickException("The web server did not start. What it printed above says why")
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise click.ClickException("The web server did not answer within a minute")


def _greet(address: str) -> None:
    from webapp.demonstration.people import PASSWORD, sign_ins
    from workflows.roles import ROLES

    click.echo(f"\nSafeguarding reviews is at {address}\n\nSign in as any of these, with the password {PASSWORD}\n")
    for each in sign_ins():
        words = ROLES[each.role]
        click.echo(f"  {words[0].upper()}{words[1:]:<45} {each.email}")
    click.echo("\nEverybody in it is invented. Stop it with Ctrl-C.")


def _until_stopped(processes: "list[subprocess.Popen[bytes]]") -> int:
    """Wait until asked to stop or until a process ends by itself; then end the others."""
    asked: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: asked.append(received))
    while not asked and all(process.poll() is None for process in processes):
        time.sleep(0.3)
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(timeout=30)
    return 0 if asked else 1
