"""What protects a browser: headers on every answer, and the cookie that stands for being signed in."""

from flask import Flask, Request, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp.settings import Settings, current_settings

# Nothing runs or is styled but what the site itself serves; nothing is written into a page.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
MEGABYTE = 1024 * 1024
MOST_SENT = 4 * MEGABYTE
MORE_SENT = {"importing.upload": 33 * MEGABYTE}
"""What may be sent at once, in bytes, and where it may be more: a file of 32 MB with the form around it."""
TWO_YEARS = 2 * 365 * 24 * 60 * 60


def protect(app: Flask, settings: Settings) -> None:
    """Make every answer of `app` carry the headers, and its cookies be sent to this site alone."""
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME=_cookie("form", settings),
        SESSION_COOKIE_SECURE=settings.https_only,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The sign that a form is ours lasts as long as being signed in, so that no form is lost to it (P42).
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=MOST_SENT,
    )
    app.before_request(_let_more_be_sent)
    app.after_request(_add_headers)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def token_of(asked: Request) -> str | None:
    """Return the token of the browser that asks, if it has one."""
    return asked.cookies.get(_cookie("token", current_settings()))


def give_token(response: Response, token: str) -> None:
    """Let the browser keep `token` until it is closed, out of the reach of scripts and other sites."""
    settings = current_settings()
    response.set_cookie(_cookie("token", settings), token, secure=settings.https_only, httponly=True, samesite="Lax")


def take_token_away(response: Response) -> None:
    """Let the browser forget its token."""
    settings = current_settings()
    response.delete_cookie(_cookie("token", settings), secure=settings.https_only, httponly=True, samesite="Lax")


def _cookie(name: str, settings: Settings) -> str:
    """Return the full name of a cookie; its prefix makes browsers refuse it from anywhere but this host over HTTPS."""
    return f"__Host-reviews-{name}" if settings.https_only else f"reviews-{name}"


def _let_more_be_sent() -> None:
    """Let a file be sent where one is asked for. It is set before anything of the form is read."""
    if request.endpoint in MORE_SENT:
        request.max_content_length = MORE_SENT[request.endpoint]


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        # A page about a child is not kept by a browser on a shared computer.
        response.headers["Cache-Control"] = "no-store"
    if current_settings().https_only:
        response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
    return response
