"""Delivering: each message to each of its receivers, at least once, and given up visibly when it can't be.

Guarantees: an attempt is claimed and committed before anything is sent, so that a worker killed in the middle leaves a
delivery that is tried again, with the same message id; no transaction is open while somebody else's machine is waited
for; a delivery ends as delivered, or with its reason.
"""

from datetime import timedelta
from uuid import UUID

from django.db.models import Min

from troth.audit.actions import record
from troth.kernel.actor import job
from troth.kernel.wall import within
from troth.keys.errors import KeysError
from troth.messages import sending
from troth.messages.actions import queue
from troth.messages.jobs import enqueue
from troth.messages.models import Delivery, Endpoint, Message
from troth.messages.sending import NO_MAIL_SERVER, Unsent
from troth.messages.surroundings import Around
from troth.messages.terms import MessageTerms

KEEPER = "keeper"
WEBHOOK, MAIL = "webhook", "mail"
_BATCH = 1_000
_GONE = 410


def deliver(message_id: UUID, around: Around) -> None:
    """Do for one message whatever is due. Safe to call at any time, any number of times."""
    found = Message.objects.using(KEEPER).filter(message_id=message_id).first()
    if found is None:
        return
    spread(found.customer_id, message_id, around)
    with within(found.customer_id):
        due = list(
            Delivery.objects.filter(
                customer_id=found.customer_id,
                message_id=message_id,
                state="waiting",
                next_attempt_at__lte=around.clock.now(),
            )
        )
    for delivery in due:
        _attempt(delivery, around)
    _settle(found.customer_id, message_id, around)


def spread(customer_id: UUID, message_id: UUID, around: Around) -> None:
    """List a message's receivers, once."""
    with within(customer_id):
        message = (
            Message.objects.select_for_update()
            .filter(customer_id=customer_id, message_id=message_id, spread_at=None)
            .first()
        )
        if message is None:
            return
        now = around.clock.now()
        receivers = [(WEBHOOK, endpoint) for endpoint in _endpoints(message)]
        if message.roles or message.accounts:
            found = around.book.receivers(customer_id, message.roles, message.accounts)
            receivers += [(MAIL, account) for account in found]
        Delivery.objects.bulk_create(
            Delivery(
                customer_id=customer_id,
                message_id=message_id,
                channel=channel,
                receiver_id=receiver,
                next_attempt_at=now,
            )
            for channel, receiver in receivers
        )
        message.spread_at = now
        message.save(update_fields=["spread_at"])


def _endpoints(message: Message) -> list[UUID]:
    found = Endpoint.objects.filter(customer_id=message.customer_id, removed_at=None, gone_at=None)
    if message.endpoint_id is not None:
        found = found.filter(endpoint_id=message.endpoint_id)
    elif not message.webhooks:
        return []
    return list(found.order_by("endpoint_id").values_list("endpoint_id", flat=True))


def _attempt(delivery: Delivery, around: Around) -> None:
    """Claim, send, and write down how it ended: three steps, of which the second holds nothing."""
    try:
        prepared = _claim(delivery, around)
    except KeysError:
        _end(delivery, "given_up", around, reason="keys_gone")
        return
    if prepared is None:
        return
    try:
        status = prepared(around)
    except Unsent as error:
        _failed(delivery, error.reason, None, around)
        return
    if status is None or 200 <= status < 300:  # noqa: PLR2004 - HTTP's own border of success
        _end(delivery, "delivered", around, status=status)
    elif status == _GONE:
        _end(delivery, "given_up", around, reason="gone", status=status)
    else:
        _failed(delivery, "answered_with_an_error", status, around)


def _claim(delivery: Delivery, around: Around) -> sending.Prepared | None:
    """Take the attempt under the row's lock, its next one already set: whoever comes meanwhile leaves it alone."""
    now = around.clock.now()
    with within(delivery.customer_id):
        locked = _locked(delivery)
        if locked is None or locked.next_attempt_at is None or locked.next_attempt_at > now:
            return None
        message = Message.objects.get(customer_id=delivery.customer_id, message_id=delivery.message_id)
        if message.expires_at <= now:
            _over(locked, "expired", around, locked.reason or "too_old")
            return None
        if locked.channel == WEBHOOK:
            prepared = sending.webhook(message, locked.receiver_id)
        elif not sending.has_mail_server():
            # Nothing was tried: it waits, says why, and costs no attempt.
            locked.reason, locked.next_attempt_at = NO_MAIL_SERVER, now + around.terms.undeliverable_every
            locked.save(update_fields=["reason", "next_attempt_at"])
            return None
        else:
            prepared = sending.mail(message, around.book.letter_box(delivery.customer_id, locked.receiver_id))
        if prepared is None:
            _over(locked, "withdrawn", around, "receiver_gone")
            return None
        locked.attempts += 1
        locked.attempted_at, locked.next_attempt_at = now, now + _wait(locked.attempts, around.terms)
        locked.save(update_fields=["attempts", "attempted_at", "next_attempt_at"])
        return prepared


def _wait(attempts: int, terms: MessageTerms) -> timedelta:
    return terms.retries[min(attempts, len(terms.retries)) - 1]


def _failed(delivery: Delivery, reason: str, status: int | None, around: Around) -> None:
    with within(delivery.customer_id):
        locked = _locked(delivery)
        if locked is None:
            return
        if locked.attempts > len(around.terms.retries):
            _over(locked, "given_up", around, reason, status)
            _tell(locked, reason, around)
        else:
            locked.reason, locked.status = reason, status
            locked.save(update_fields=["reason", "status"])


def _end(
    delivery: Delivery, state: str, around: Around, *, reason: str | None = None, status: int | None = None
) -> None:
    with within(delivery.customer_id):
        locked = _locked(delivery)
        if locked is None:
            return
        _over(locked, state, around, reason, status)
        if reason == "gone":
            Endpoint.objects.filter(customer_id=locked.customer_id, endpoint_id=locked.receiver_id).update(
                gone_at=around.clock.now()
            )
            _tell(locked, reason, around)


def _over(locked: Delivery, state: str, around: Around, reason: str | None = None, status: int | None = None) -> None:
    """The end of a delivery, in the row and in the log. Who the receiver is, is told for an endpoint alone."""
    locked.state, locked.reason, locked.status = state, reason, status
    locked.next_attempt_at, locked.ended_at = None, around.clock.now()
    locked.save(update_fields=["state", "reason", "status", "next_attempt_at", "ended_at"])
    detail: dict[str, str | int | list[str]] = {"channel": locked.channel, "attempts": locked.attempts}
    if locked.channel == WEBHOOK:
        detail["endpoint"] = str(locked.receiver_id)
    if reason is not None:
        detail["reason"] = reason
    record(
        f"message.{state}",
        by=job("messages"),
        customer_id=locked.customer_id,
        entity=locked.message_id,
        detail=detail,
        keyless=reason == "keys_gone",
    )


def _tell(locked: Delivery, reason: str, around: Around) -> None:
    """A webhook that never arrived is told by mail: by webhook it would not arrive either."""
    if locked.channel != WEBHOOK:
        return
    endpoint = Endpoint.objects.get(customer_id=locked.customer_id, endpoint_id=locked.receiver_id)
    queue(
        "webhook_given_up",
        customer_id=locked.customer_id,
        payload={"endpoint": str(endpoint.endpoint_id), "host": endpoint.host, "reason": reason},
        clock=around.clock,
        terms=around.terms,
    )


def _locked(delivery: Delivery) -> Delivery | None:
    return (
        Delivery.objects.select_for_update()
        .filter(
            customer_id=delivery.customer_id,
            message_id=delivery.message_id,
            channel=delivery.channel,
            receiver_id=delivery.receiver_id,
            state="waiting",
        )
        .first()
    )


def _settle(customer_id: UUID, message_id: UUID, around: Around) -> None:
    with within(customer_id):
        waiting = Delivery.objects.filter(customer_id=customer_id, message_id=message_id, state="waiting")
        if not waiting.exists():
            Message.objects.filter(customer_id=customer_id, message_id=message_id, done_at=None).update(
                done_at=around.clock.now()
            )


def tick(around: Around) -> int:
    """Have whatever is due taken up again: retries, what a killed worker left, what was never listed. Returns how much.

    Ended messages whose time is over are removed.
    """
    now = around.clock.now()
    due = (
        Delivery.objects.using(KEEPER)
        .filter(state="waiting", next_attempt_at__lte=now)
        .values("message_id")
        .annotate(first=Min("next_attempt_at"))
        .order_by("first")
        .values_list("message_id", flat=True)[:_BATCH]
    )
    unlisted = (
        Message.objects.using(KEEPER)
        .filter(done_at=None, spread_at=None)
        .order_by("queued_at")
        .values_list("message_id", flat=True)[:_BATCH]
    )
    wanted = {*due, *unlisted}
    for message_id in sorted(wanted):
        enqueue(message_id)
    _forget(around)
    return len(wanted)


def _forget(around: Around) -> None:
    before = around.clock.now() - around.terms.kept
    old = Message.objects.using(KEEPER).filter(done_at__lt=before).order_by("done_at")[:_BATCH]
    for message in old:
        with within(message.customer_id):
            of_it = {"customer_id": message.customer_id, "message_id": message.message_id}
            Delivery.objects.filter(**of_it).delete()
            Message.objects.filter(**of_it).delete()
