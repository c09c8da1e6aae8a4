"""Letters by GOV.UK Notify, through its own client.

The template at Notify has two places to fill in, `((subject))` and `((message))`. Notify does not refuse a reference
it has seen, so a letter whose fate is unknown is looked for under its reference before anything is said of it, and
asked about again later.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

import requests
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from notifications.senders.letter import DeliveryFailed, FateUnknown, Letter, Receipt

TIMEOUT_SECONDS = 20
MOST_PAGES = 20
"""How many pages of 250 letters that failed are read at most: local default, far more than fail in the week kept."""
BAD_REQUEST, FORBIDDEN, TOO_MANY, SERVER_ERROR = 400, 403, 429, 500


class NotifySender:
    """Hands letters to GOV.UK Notify."""

    name = "notify"

    def __init__(self, *, api_key: str, template_id: str, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._client = NotificationsAPIClient(api_key, base_url=url, timeout=timeout_seconds)
        self._template_id = template_id
        # The client is not made for several threads.
        self._turn = Lock()

    def send(self, letter: Letter) -> Receipt:
        """Hand the letter over, one at a time. Raises DeliveryFailed and FateUnknown."""
        with self._turn:
            return self._sent(letter)

    def _sent(self, letter: Letter) -> Receipt:
        try:
            answer = self._client.send_email_notification(
                email_address=letter.to,
                template_id=self._template_id,
                personalisation={"subject": letter.subject, "message": letter.text},
                reference=letter.key,
            )
        except APIError as wrong:
            return self._after(wrong, letter)
        return Receipt(f"Notify took it as {answer['id']}")

    def fate_of(self, key: str) -> Receipt | None:
        """Return the receipt of the letter of this key if Notify has it. Raises DeliveryFailed."""
        with self._turn:
            return self._found(key)

    def failed_later(self) -> Mapping[str, str]:
        """Return why Notify could not deliver letters it took, by key: of those it still keeps, the newest first."""
        found: dict[str, str] = {}
        last: str | None = None
        for _ in range(MOST_PAGES):
            with self._turn:
                asked = self._client.get_all_notifications(status="failed", template_type="email", older_than=last)
            if not asked["notifications"]:
                break
            found |= {each["reference"]: _why(each["status"]) for each in asked["notifications"] if each["reference"]}
            last = asked["notifications"][-1]["id"]
        return found

    def close(self) -> None:
        """Let go of the connections to Notify."""
        self._client.request_session.close()

    def _after(self, wrong: APIError, letter: Letter) -> Receipt:
        """Return the receipt where Notify has the letter after all. Raises DeliveryFailed or FateUnknown otherwise."""
        if wrong.response is None:
            if isinstance(wrong.__cause__, requests.ConnectTimeout | requests.exceptions.SSLError) or _never_reached(
                wrong
            ):
                raise DeliveryFailed("Notify cannot be reached", permanent=False, everyone=True) from wrong
            return self._looked_for(letter, wrong)
        code = wrong.status_code
        if code >= SERVER_ERROR:
            return self._looked_for(letter, wrong)
        # 400 is about this letter; a refused key, a used-up limit or an account on trial are about all of them.
        about_everyone = code in {401, FORBIDDEN, TOO_MANY}
        raise DeliveryFailed(
            f"Notify answered {code}", permanent=not about_everyone, everyone=about_everyone
        ) from wrong

    def _looked_for(self, letter: Letter, wrong: APIError) -> Receipt:
        if receipt := self._found(letter.key):
            return receipt
        raise FateUnknown("Notify was lost while the letter was being handed over") from wrong

    def _found(self, key: str) -> Receipt | None:
        """Return the receipt of a letter Notify has. Raises DeliveryFailed where Notify could not deliver it."""
        try:
            found: list[dict[str, Any]] = self._client.get_all_notifications(reference=key)["notifications"]
        except (APIError, KeyError):
            return None
        if not found:
            return None
        status = str(found[0].get("status", ""))
        if status.endswith("failure"):
            raise DeliveryFailed(_why(status), permanent=True)
        return Receipt(f"Notify took it as {found[0]['id']}")


def _why(status: str) -> str:
    """Return why Notify did not deliver a letter, from a status such as `permanent-failure`."""
    return f"Notify could not deliver it: {status.replace('-', ' ')}"


def _never_reached(wrong: APIError) -> bool:
    """Return whether no connection was made at all, so that nothing can have been taken."""
    cause = wrong.__cause__
    reason = (
        getattr(cause.args[0], "reason", None) if isinstance(cause, requests.ConnectionError) and cause.args else None
    )
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}
