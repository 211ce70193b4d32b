"""A certificate made of fixed values: for the rendering, the frozen vector and the verifier."""

from base64 import b64encode
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from troth.audit import note
from troth.erasure import dsse, payload

CUSTOMER = "0193f000-0000-7000-8000-000000000001"
SUBJECT = "0193f000-0000-7000-8000-000000000002"
ERASURE = "0193f000-0000-7000-8000-000000000003"
CERTIFICATE = "0193f000-0000-7000-8000-000000000004"
EVENT = "0193f000-0000-7000-8000-000000000005"
ACCOUNT = "0193f000-0000-7000-8000-000000000006"


class Fixed:
    """A signer whose key is written here: for tests only."""

    name = "troth.example"

    def __init__(self, seed: bytes = b"\x07" * 32) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def log_entry(made: payload.Certificate | None = None, operation: str = "erasure.proven") -> payload.LogEntry:
    """An entry that says what the certificate says, as the second leaf of a log of two."""
    made = made or certificate()
    leaf = msgspec.json.encode(
        {
            "v": 1,
            "customer": CUSTOMER,
            "id": EVENT,
            "time": "2026-11-22T12:03:12.500000Z",
            "operation": operation,
            "entity": ERASURE,
            "actor": {"kind": "job", "role": "system", "job": "erasure"},
            "outcome": "done",
            "route": "job erasure",
            "detail": {
                "target": made.target.kind,
                "target_id": made.target.subject_id or CUSTOMER,
                "epoch": made.keys.epoch,
                "gone_at": made.production.done_at,
                "looked_at": len(made.checked),
            },
        }
    )
    sibling = sha256(b"\x00an earlier entry").digest()
    root = sha256(b"\x01" + sibling + sha256(b"\x00" + leaf).digest()).digest()
    checkpoint = note.Checkpoint(f"troth.example/{CUSTOMER}", 2, root)
    path = b64encode(sibling).decode()
    proof = f"c2sp.org/tlog-proof@v1\nindex 1\n{path}\n\n{note.sign(checkpoint, Fixed())}"
    return payload.LogEntry(EVENT, leaf.decode(), proof)


def certificate(kind: str = "subject", **changes: object) -> payload.Certificate:
    """A certificate whose promises were kept."""
    whole = kind == "customer"
    made = payload.Certificate(
        v=1,
        certificate_id=CERTIFICATE,
        erasure_id=ERASURE,
        issued_at="2026-11-22T12:03:15Z",
        installation="troth.example",
        standard="NIST SP 800-88r2",
        act="logical erasure",
        target=payload.Target("customer" if whole else "subject", CUSTOMER, None if whole else SUBJECT),
        asked=payload.Asked("account", ACCOUNT, "DELETE /api/v1/subjects/{subject_id}", "2026-11-22T12:00:00Z", 0),
        production=payload.Production(86_400, "2026-11-23T12:00:00Z", "2026-11-22T12:03:12Z", 192, "kept"),
        backups=payload.Backups(7_776_000, "2027-02-20T12:00:00Z", "no_backup_made", [], None, "no_known_copy"),
        keys=payload.Keys(
            7,
            "2026-11-22T12:00:02Z",
            ["customer"] if whole else ["12/201"],
            [
                payload.KeyPlace("key-place-1", "ext4", "ordinary"),
                payload.KeyPlace("key-place-2", "nfs4", "network"),
            ],
            "2026-11-22T12:00:04Z",
        ),
        removed=[
            payload.Removed("vault_record", "purged", 45_211 if whole else 1),
            payload.Removed("vault_identifier", "purged", 90_422 if whole else 2),
            payload.Removed("vault_subject", "purged", 45_211 if whole else 1),
        ],
        checked=[
            payload.Checked(
                "vault_subject", "rows_of_customer" if whole else "rows_of_subject", "2026-11-22T12:03:12Z", 0
            ),
            payload.Checked(
                "vault_record", "rows_of_customer" if whole else "rows_of_subject", "2026-11-22T12:03:12Z", 0
            ),
            payload.Checked(
                "vault_identifier", "rows_of_customer" if whole else "rows_of_subject", "2026-11-22T12:03:12Z", 0
            ),
            payload.Checked("procrastinate_jobs", "jobs_naming_it", "2026-11-22T12:03:12Z", 0),
            payload.Checked("files_exports", "files_naming_it", "2026-11-22T12:03:12Z", 0),
            payload.Checked("keys_page", "keys_that_open", "2026-11-22T12:03:12Z", 0),
        ],
        remains=[
            payload.Remains("log_leaves", "log_integrity"),
            payload.Remains("erasure_rows", "ledger"),
            payload.Remains("certificate", "proof"),
            payload.Remains("older_copies", "expires", "2027-02-20T12:00:00Z"),
        ],
        log=[],
    )
    made = msgspec.structs.replace(made, **changes)
    return made if "log" in changes else msgspec.structs.replace(made, log=[log_entry(made)])


def envelope(made: payload.Certificate | None = None, signer: Fixed | None = None) -> bytes:
    """The certificate, signed."""
    by = signer or Fixed()
    keyid = f"{by.name}+{note.key_id(by.name, by.public).hex()}"
    return dsse.sign(payload.TYPE, payload.encode(made or certificate()), by, keyid=keyid)
