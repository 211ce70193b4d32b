"""The receipt of a deleted customer's owner: a link that works without an account, for as long as the terms say.

Guarantees: of the link's secret only a SHA-256 is kept, compared in constant time; a wrong, an expired and a withdrawn
link look the same; the log bundle is sealed so that the link's holder alone can open it, and goes when the link does.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from os import urandom
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.db import connections

from troth.audit import bundles, queries
from troth.audit.actions import record
from troth.erasure import files, plan, sealed_files
from troth.erasure.errors import ReceiptUnknown, Waiting
from troth.erasure.models import Receipt, Request
from troth.erasure.work import KEEPER, Surroundings, Work
from troth.kernel import wall
from troth.kernel.actor import job
from troth.kernel.clock import SYSTEM, Clock
from troth.kernel.ids import new_id
from troth.kernel.wall import within

SECRET_BYTES = 32
DOOR = "receipt"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to."""

    customer_id: UUID
    erasure_id: UUID
    receipt_id: UUID
    expires_at: datetime
    bundle_bytes: int | None


def make(request: Request, around: Surroundings) -> str:
    """Make the receipt in the caller's transaction; return the token, which nobody can tell again."""
    receipt_id, secret = new_id(), urandom(SECRET_BYTES)
    Receipt.objects.create(
        customer_id=request.customer_id,
        receipt_id=receipt_id,
        erasure_id=request.erasure_id,
        digest=sha256(secret).digest(),
        public=sealed_files.public_of(secret, receipt_id),
        made_at=around.clock.now(),
        expires_at=around.clock.now() + around.terms.production_within + around.terms.receipt_for,
    )
    return f"{receipt_id.hex}{urlsafe_b64encode(secret).decode().rstrip('=')}"


def withdraw(request: Request) -> None:
    """Let the link lead nowhere: the erasure was called off."""
    Receipt.objects.filter(customer_id=request.customer_id, erasure_id=request.erasure_id).delete()


def find(token: str, *, clock: Clock = SYSTEM) -> Opened:
    """Follow a link.

    Raises:
        ReceiptUnknown: it is wrong, expired or withdrawn.
    """
    receipt_id, secret = _parts(token)
    with wall.door(DOOR):
        with connections["default"].cursor() as cursor:
            cursor.execute("select set_config('troth.sought_id', %s, true)", [str(receipt_id)])
        found = Receipt.objects.filter(receipt_id=receipt_id).first()
    # Compared whether there is such a receipt or not, so that time tells nothing.
    right = hmac.compare_digest(bytes(found.digest) if found else bytes(SECRET_BYTES), sha256(secret).digest())
    if found is None or not right or clock.now() >= found.expires_at:
        raise ReceiptUnknown
    return Opened(found.customer_id, found.erasure_id, found.receipt_id, found.expires_at, found.bundle_bytes)


def bundle(token: str, home: Path, *, clock: Clock = SYSTEM) -> Iterator[bytes]:
    """Return the owner's log bundle, opened with the link's secret, piece by piece.

    Raises:
        ReceiptUnknown: the link is wrong or expired, or there is no bundle yet.
    """
    opened = find(token, clock=clock)
    path = _path(home, opened.receipt_id)
    if opened.bundle_bytes is None or not path.is_file():
        raise ReceiptUnknown
    return sealed_files.opened(path, _parts(token)[1], opened.receipt_id)


def make_bundle(work: Work) -> None:
    """Export the customer's log with its openings, sealed to the receipt, while the openings still open.

    Raises:
        Waiting: the log's newest entries are not sealed yet.
    """
    with within(work.customer_id):
        receipt = Receipt.objects.get(customer_id=work.customer_id, erasure_id=work.request.erasure_id)
    path = _path(work.around.home, receipt.receipt_id)
    if receipt.bundle_bytes is not None and path.is_file():
        return
    if queries.unsealed(work.customer_id):
        raise Waiting(what="the log's last entries are being sealed")
    # In the customer's own spool: were this killed half-way, that is emptied before any certificate.
    spool = files.own(work.around.home, files.SPOOL, work.customer_id)
    for needed in (path.parent, spool):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bundle-", dir=spool) as folder:
        clear = Path(folder) / "log-bundle.tar"
        bundles.export(work.customer_id, clear, openings=True)
        size = clear.stat().st_size
        work.around.reached("bundle exported")
        sealed_files.seal(clear, path, bytes(receipt.public), receipt.receipt_id)
    work.around.reached("bundle sealed")
    with within(work.customer_id):
        Receipt.objects.filter(customer_id=work.customer_id, receipt_id=receipt.receipt_id).update(bundle_bytes=size)


def expire(home: Path, now: datetime) -> int:
    """Remove what expired links led to. Runs in the worker, which sees every customer's receipts."""
    gone = 0
    for receipt in Receipt.objects.using(KEEPER).filter(expires_at__lte=now):
        _path(home, receipt.receipt_id).unlink(missing_ok=True)
        with within(receipt.customer_id):
            deleted, _ = Receipt.objects.filter(
                customer_id=receipt.customer_id, receipt_id=receipt.receipt_id, expires_at__lte=now
            ).delete()
            if deleted:
                gone += 1
                record(
                    "erasure.receipt_expired",
                    by=job("erasure"),
                    customer_id=receipt.customer_id,
                    entity=receipt.erasure_id,
                    keyless=True,
                )
    return gone


def _path(home: Path, receipt_id: UUID) -> Path:
    return home / plan.RECEIPTS / f"{receipt_id}.sealed"


def _parts(token: str) -> tuple[UUID, bytes]:
    length = 32
    try:
        receipt_id = UUID(hex=token[:length])
        secret = urlsafe_b64decode(token[length:] + "=")
    except (ValueError, NotBase64):
        raise ReceiptUnknown from None
    if len(secret) != SECRET_BYTES:
        raise ReceiptUnknown
    return receipt_id, secret
