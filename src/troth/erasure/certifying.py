"""The last step: the log says that it is gone, the log's entry is sealed, and only then is the certificate signed.

Guarantees: no certificate while a single fact of it is missing; one certificate per erasure; killed anywhere, the next
attempt goes on with the same log entry.
"""

from datetime import UTC, datetime, timedelta

from troth.audit import note, queries
from troth.erasure import backups, dsse, payload, plan, rules
from troth.erasure.errors import NothingScanned, Waiting
from troth.erasure.models import CertificateRow, Receipt, Request, Tally
from troth.erasure.rules import State
from troth.erasure.work import Work
from troth.kernel.ids import new_id
from troth.kernel.wall import within
from troth.keys import signing

STANDARD = "NIST SP 800-88r2"


def certify(work: Work) -> None:
    """Have the log say it, and sign once that is sealed.

    Raises:
        Waiting: the entry is not sealed yet.
    """
    request = _said(work)
    proof = _proof(request)
    work.around.reached("sealed")
    signer = signing.signer()
    made = _certificate(work, request, proof, signer.name)
    keyid = f"{signer.name}+{note.key_id(signer.name, signer.public).hex()}"
    envelope = dsse.sign(payload.TYPE, payload.encode(made), signer, keyid=keyid)
    work.around.reached("signed")
    with within(work.customer_id):
        locked = work.locked()
        if locked.state == State.DONE:
            return
        CertificateRow.objects.create(
            customer_id=work.customer_id,
            certificate_id=made.certificate_id,
            erasure_id=request.erasure_id,
            issued_at=datetime.fromisoformat(made.issued_at),
            envelope=envelope,
        )
        locked.state, locked.ended_at = State.DONE, datetime.fromisoformat(made.issued_at)
        locked.save(update_fields=["state", "ended_at"])
        work.tell("erasure.certified", {"certificate": made.certificate_id})


def _said(work: Work) -> Request:
    """Have it in the log, once, that everything is gone."""
    with within(work.customer_id):
        locked = work.locked()
        if locked.event_id is None:
            looks = Tally.objects.filter(
                customer_id=work.customer_id, erasure_id=locked.erasure_id, phase="checked"
            ).values_list("count", flat=True)
            if not rules.verdict(list(looks)) or locked.gone_at is None or locked.acknowledged_at is None:
                raise NothingScanned
            detail: dict[str, str | int] = {
                "target": locked.target,
                "target_id": str(locked.target_id),
                "epoch": locked.epoch or 0,
                "gone_at": _text(locked.gone_at),
                "looked_at": len(looks),
            }
            locked.event_id = work.tell("erasure.proven", detail)
            locked.save(update_fields=["event_id"])
    return locked


def _proof(request: Request) -> payload.LogEntry:
    """The entry and its proofs, as the certificate carries them."""
    if request.event_id is None:
        raise NothingScanned
    with within(request.customer_id):
        found = queries.inclusion(request.customer_id, request.event_id)
        if found is None:
            raise Waiting(what="its entry in the log is being sealed")
        overall = queries.overall_inclusion(request.customer_id, size=found.size)
    return payload.LogEntry(
        event_id=str(request.event_id), entry=found.leaf.decode(), proof=found.text, overall=overall.text
    )


def _certificate(work: Work, request: Request, proof: payload.LogEntry, installation: str) -> payload.Certificate:
    # The database's constraint on `done` says the same: without these facts there is nothing to certify.
    if request.gone_at is None or request.keys_destroyed_at is None or request.acknowledged_at is None:
        raise NothingScanned
    now = work.now()
    return payload.Certificate(
        v=payload.VERSION,
        certificate_id=str(new_id()),
        erasure_id=str(request.erasure_id),
        issued_at=_text(now),
        installation=installation,
        standard=STANDARD,
        act="logical erasure",
        target=payload.Target(
            work.target, str(request.customer_id), str(request.target_id) if work.target == "subject" else None
        ),
        asked=payload.Asked(
            request.asked_kind,
            str(request.asked_account) if request.asked_account else None,
            request.asked_route,
            _text(request.confirmed_at),
            _seconds(request.grace_until - request.confirmed_at),
        ),
        production=_production(request, request.gone_at),
        backups=(second := _backups(request, request.keys_destroyed_at)),
        keys=payload.Keys(
            epoch=request.epoch or 0,
            destroyed_at=_text(request.keys_destroyed_at),
            destroyed=["customer"] if work.target == "customer" else [f"{request.page}/{request.slot}"],
            places=[payload.KeyPlace(*place) for place in request.media or []],
            workers_acknowledged_at=_text(request.acknowledged_at),
        ),
        removed=_removed(work),
        checked=_checked(work),
        remains=_remains(work, second),
        log=[proof],
    )


def _production(request: Request, gone_at: datetime) -> payload.Production:
    reading = rules.read_clock(
        request.confirmed_at, gone_at, request.production_within, ended_at=gone_at, at_risk_from=1.0
    )
    state = reading.state if reading.state in {"kept", "missed"} else "unknown"
    return payload.Production(
        limit_seconds=_seconds(request.production_within),
        ends_at=_text(reading.ends_at),
        done_at=_text(gone_at),
        took_seconds=_seconds(reading.elapsed),
        state=state,
    )


def _backups(request: Request, destroyed_at: datetime) -> payload.Backups:
    copies = backups.COPIES.made_before(destroyed_at)
    last = max((copy.expires_at for copy in copies), default=None)
    return payload.Backups(
        limit_seconds=_seconds(request.backups_within),
        ends_at=_text(request.confirmed_at + request.backups_within),
        statement=backups.COPIES.statement,
        copies=[
            payload.Copy(copy.copy_id, copy.place, _text(copy.made_at), _text(copy.expires_at), copy.keys_destroyed)
            for copy in copies
        ],
        last_expires_at=_text(last) if last else None,
        state="running" if copies else "no_known_copy",
    )


def _removed(work: Work) -> list[payload.Removed]:
    with within(work.customer_id):
        found = Tally.objects.filter(
            customer_id=work.customer_id, erasure_id=work.request.erasure_id, phase="removed"
        ).order_by("store")
        return [payload.Removed(one.store, one.question, one.count) for one in found]


def _checked(work: Work) -> list[payload.Checked]:
    with within(work.customer_id):
        found = Tally.objects.filter(
            customer_id=work.customer_id, erasure_id=work.request.erasure_id, phase="checked"
        ).order_by("store", "question")
        return [payload.Checked(one.store, one.question, _text(one.at), one.count) for one in found]


def _remains(work: Work, second: payload.Backups) -> list[payload.Remains]:
    with within(work.customer_id):
        receipt = Receipt.objects.filter(customer_id=work.customer_id, erasure_id=work.request.erasure_id).first()
    ends = {"receipt": _text(receipt.expires_at)} if receipt else {}
    staying = [payload.Remains(what, why, ends.get(what)) for what, why in plan.remains(work.target)]
    staying.append(payload.Remains("server_logs", "operations"))
    # Deleting a row frees its place and does not overwrite it; what it held is also in the write-ahead log for a while.
    staying.append(payload.Remains("freed_space", "reuse"))
    # Whatever copy exists, known or not, what was never sealed can be read in it.
    staying.append(payload.Remains("older_copies", "expires", second.last_expires_at))
    return staying


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
