"""What one attempt sends: prepared inside the customer's wall, sent when no transaction is open any more."""

import json
import smtplib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.message import BadHeaderError

from troth.keys.rings import ring
from troth.keys.sealing import context, unseal
from troth.messages import addresses, kinds, letters, outbound, signing
from troth.messages.models import Endpoint, Message
from troth.messages.surroundings import Around, LetterBox

NO_MAIL_SERVER = "no_mail_server"
Prepared = Callable[[Around], int | None]
"""Sends; returns the status of the answer, where there is such a thing. Raises Unsent."""


class Unsent(Exception):
    """It did not arrive, as far as we know; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Opened:
    """An endpoint with its address and secret in the clear, for one attempt."""

    target: addresses.Target
    secret: bytes

    def __repr__(self) -> str:
        """Never the secret."""
        return f"Opened({self.target.host})"


def sealing_context(part: str, customer_id: UUID, endpoint_id: UUID) -> bytes:
    """Where an endpoint's sealed address or secret belongs."""
    return context(f"webhook-{part}", customer_id, endpoint_id)


def open_endpoint(endpoint: Endpoint) -> Opened:
    """Open what is sealed, inside the customer's wall."""
    key = ring(endpoint.customer_id).key(endpoint.page, endpoint.slot)
    where = endpoint.customer_id, endpoint.endpoint_id
    url = unseal(key, bytes(endpoint.url), sealing_context("url", *where)).decode()
    return Opened(addresses.parse(url), unseal(key, bytes(endpoint.secret), sealing_context("secret", *where)))


def webhook(message: Message, endpoint_id: UUID) -> Prepared | None:
    """The call of one endpoint; None when it was removed meanwhile."""
    endpoint = Endpoint.objects.filter(
        customer_id=message.customer_id, endpoint_id=endpoint_id, removed_at=None, gone_at=None
    ).first()
    if endpoint is None:
        return None
    opened = open_endpoint(endpoint)

    def send(around: Around) -> int:
        body = body_of(message, around.address)
        signed = signing.headers(opened.secret, str(message.message_id), around.clock.now(), body)
        try:
            return outbound.post(opened.target, body, signed, allowed=around.networks)
        except outbound.Unanswered as error:
            raise Unsent(error.reason) from None

    return send


def body_of(message: Message, address: str) -> bytes:
    """The body: the same bytes in every attempt."""
    data = dict(message.payload)
    path = data.pop("path", None)
    if isinstance(path, str) and path.startswith("/"):
        data["link"] = address + path
    told = {"type": kinds.by_name(message.kind).event, "timestamp": _instant(message.queued_at), "data": data}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def has_mail_server() -> bool:
    """Is a server configured that takes mail?"""
    return bool(settings.EMAIL_HOST)


def mail(message: Message, box: LetterBox | None) -> Prepared | None:
    """One letter; None when its receiver's account has ended."""
    if box is None:
        return None

    def send(around: Around) -> None:
        connection = get_connection()
        try:
            written = letters.letter(message.kind, message.payload, box.language, around.address)
            EmailMessage(
                subject=written.subject,
                body=written.body,
                from_email=settings.DEFAULT_FROM_EMAIL,
                to=[box.address],
                connection=connection,
                headers={
                    # The same in every attempt, so that a second copy is known for one.
                    "Message-ID": f"<{message.message_id}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>",
                    "Auto-Submitted": "auto-generated",
                },
            ).send()
        except (letters.HeaderRefused, BadHeaderError):
            raise Unsent("header_refused") from None
        except smtplib.SMTPRecipientsRefused:
            raise Unsent("receiver_refused") from None
        except smtplib.SMTPAuthenticationError:
            raise Unsent("login_refused") from None
        except (smtplib.SMTPException, OSError):
            # Without its text: servers quote the address in it.
            raise Unsent("mail_server_failed") from None
        finally:
            # Django leaves it open where the greeting went wrong.
            with suppress(smtplib.SMTPException, OSError):
                connection.close()

    return send
