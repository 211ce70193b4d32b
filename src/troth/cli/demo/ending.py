"""The story's last acts: a person erased, a customer deleted, and the log that proves it."""

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from troth.cli.demo import people
from troth.cli.demo.narrator import ClaimFailed, Narrator, timed, waiting
from troth.cli.demo.story import ERASED_ROW, REASON, Customer, Story
from troth.cli.terminal import number

SEALED_WITHIN = 30.0
ERASED_WITHIN = 120.0
_VERIFY = "from troth_verify.main import run; run()"


@dataclass(slots=True)
class Ending:
    """Plays on what the first acts left."""

    story: Story
    public_key: str = ""

    @property
    def narrator(self) -> Narrator:
        return self.story.narrator

    def erase_person(self) -> None:
        """One person goes, at one customer."""
        first, second = self.story.customers
        someone = people.person(ERASED_ROW)
        with self.narrator.act(f"One person asks {first.name} to be forgotten"):
            backup, records = self._back_up(first)
            waiting("destroying the key, the rows, and searching for survivors")
            who = ("--customer", first.customer_id, "--by", "email", "--reason", REASON, "--confirm", first.name)
            with timed() as watch:
                done = self.story.stage.ask("subject", "erase", *who, stdin=f"{someone.email}\n")
            self.narrator.claim(done["state"] == "done", f"erased at {first.name}: key, then rows", watch.seconds)
            self.narrator.keep(
                "Person erased", f"epoch {done['epoch']}: new root, the old one destroyed", watch.seconds
            )
            for kind, value in (("email", someone.email), ("phone", someone.phone), ("reference", someone.reference)):
                asked = {"kind": kind, "value": value}
                there = self.story.api(first).call("POST", "/records/find", asked, Troth_Purpose="support")["records"]
                if there:
                    raise ClaimFailed(claim=f"the erased person is not found by {kind}")
            self.narrator.claim(True, "no identifier finds them any more: not mail, not telephone, not reference")
            still = len(self.story.found(second, someone.email)) == 1
            self.narrator.claim(still, f"{second.name}, who has the same person, still does")
            self._certificate(first, done["certificate_id"], "person")
            self._try_backup(backup, records)

    def _back_up(self, customer: Customer) -> tuple[str, list[str]]:
        """What a backup taken now would hold of two people: one who is going to be erased, and a neighbour."""
        rows = (ERASED_ROW, ERASED_ROW + 1)
        records = [self.story.found(customer, people.person(row).email)[0]["record_id"] for row in rows]
        backup = json.dumps(self.story.stage.old_copy("keep", customer.customer_id, *records))
        tried = self.story.stage.old_copy("try", stdin=backup)
        opens = sorted(tried["opened"]) == sorted(records)
        self.narrator.claim(opens, "first, their sealed rows and all key tables are copied: that copy opens")
        return backup, records

    def _try_backup(self, backup: str, records: list[str]) -> None:
        """The promise itself: what was copied before the erasure opens no more, and still serves everyone else."""
        with timed() as watch:
            tried = self.story.stage.old_copy("try", stdin=backup)
        erased, neighbour = records
        keys = number(tried["keys"])
        self.narrator.claim(
            erased not in tried["opened"], f"that old copy, tried with all {keys} keys of today: erased there too"
        )
        self.narrator.claim(neighbour in tried["opened"], "their neighbour, from the same copy, still opens")
        self.narrator.keep("Old copy tried", f"{keys} keys: not one opens the erased person", watch.seconds)

    def _certificate(self, customer: Customer, certificate_id: str, of: str) -> None:
        envelope, page = self.story.file(f"certificate-{of}.json"), self.story.file(f"certificate-{of}.pdf")
        to = ("--customer", customer.customer_id, "--output", str(envelope), "--pdf", str(page))
        self.story.stage.troth("certificate", "show", certificate_id, *to)
        self.check_certificate(envelope)
        self.story.papers.certificates += [envelope, page]

    def delete_customer(self) -> None:
        """A whole customer goes, on its owner's word, through the API."""
        first, second = self.story.customers
        with self.narrator.act(f"The owner of {second.name} deletes the company's account"):
            api = self.story.api(second)
            api.call("POST", "/erasure", {"typed_name": second.name.lower()}, expect=HTTPStatus.UNPROCESSABLE_ENTITY)
            self.narrator.claim(True, "typed without its capitals, the name deletes nothing")
            waiting("destroying the customer's keys, then its rows, then searching for survivors")
            with timed() as watch:
                asked = api.call("POST", "/erasure", {"typed_name": second.name}, expect=HTTPStatus.ACCEPTED)
                done = self._finished(second, asked["erasure_id"])
            self.narrator.claim(done["state"] == "done", f"{second.name} is gone: keys, then rows", watch.seconds)
            self.narrator.keep("Customer deleted", "by its owner, on the API, name typed", watch.seconds)
            api.call("GET", "", expect=HTTPStatus.UNAUTHORIZED)
            self.narrator.claim(True, "its owner's key opens nothing any more")
            others = len(self.story.found(first, people.person(ERASED_ROW + 1).email)) == 1
            self.narrator.claim(others, f"{first.name} does not notice: its people are all there")
            self._certificate(second, done["certificate_id"], "customer")
            self._receipt(asked["receipt"])

    def _receipt(self, token: str) -> None:
        """What the owner is left with: a link that works without an account."""
        receipt = f"/receipt/{token}"
        page = self.story.browser().ask("GET", receipt)
        self.narrator.claim(page.status == HTTPStatus.OK, "the owner's receipt link works without an account")
        self.story.papers.receipt = self.story.stage.address + receipt

    def _finished(self, customer: Customer, erasure_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + ERASED_WITHIN
        while time.monotonic() < deadline:
            seen: dict[str, Any] = self.story.stage.ask(
                "erasure", "show", erasure_id, "--customer", customer.customer_id
            )
            if seen["state"] == "done":
                return seen
            time.sleep(0.5)
        raise ClaimFailed(claim=f"the erasure ends within {ERASED_WITHIN:.0f} seconds")

    def check_certificate(self, envelope: Path) -> None:
        """The stand-alone verifier holds a certificate for true, and a changed one for forged."""
        self.verify("certificate", envelope)
        forged = envelope.with_suffix(".forged")
        forged.write_bytes(changed(envelope.read_bytes(), b'"payload"'))
        self.verify("certificate", forged, refused=True)
        forged.unlink()
        self.narrator.claim(True, "its certificate verifies offline; with one letter changed it is refused")

    def verify(self, what: str, path: Path, *more: str, refused: bool = False) -> float:
        """Run `troth-verify` as an auditor would; how long it took. It must agree, or must refuse."""
        command = [sys.executable, "-c", _VERIFY, what, str(path), "--key", self.key(), *more]
        with timed() as watch:
            done = subprocess.run(command, capture_output=True, check=False, cwd="/")
        if done.returncode != int(refused):  # 1 says that it does not verify; 2, that it could not be read
            raise ClaimFailed(claim=f"troth-verify {'refuses a changed' if refused else 'holds a true'} {what}")
        return watch.seconds

    def key(self) -> str:
        """The installation's public key, as an auditor was given it."""
        self.public_key = self.public_key or self.story.stage.troth("log", "key").strip()
        return self.public_key

    def keep_checkpoint(self) -> None:
        """An auditor keeps a checkpoint from before the erasures: against it a cut or forked log shows."""
        first = self.story.customers[0]
        path = self.story.file("checkpoint-kept-by-an-auditor.txt")
        self.sealed(first)
        path.write_text(self.checkpoint(first), encoding="utf-8")
        self.story.papers.checkpoint = path

    def checkpoint(self, customer: Customer | None) -> str:
        """The newest signed checkpoint of a customer's log, or of the operator's."""
        of = ("--customer", customer.customer_id, "--reason", REASON) if customer else ()
        return self.story.stage.troth("log", "checkpoint", *of)

    def sealed(self, customer: Customer | None) -> int:
        """Wait until a log (the operator's, without a customer) has stood still for a moment. Its size."""
        deadline = time.monotonic() + SEALED_WITHIN
        size = -1
        while time.monotonic() < deadline:
            now = int(self.checkpoint(customer).splitlines()[1])
            if now == size:
                return size
            size = now
            time.sleep(1.0)
        raise ClaimFailed(claim=f"the log is sealed within {SEALED_WITHIN:.0f} seconds")

    def prove(self) -> None:
        """The log leaves the house and is checked without it."""
        first = self.story.customers[0]
        with self.narrator.act("The log is exported, and checked by a tool that shares no code"), timed() as whole:
            bundle = self.story.file("log-bundle")
            to = ("--customer", first.customer_id, "--reason", REASON, "--output", str(bundle))
            exported = self.story.stage.ask("log", "export", *to)
            self.story.papers.bundle = bundle
            size = number(exported["size"])
            kept = ("--against", str(self.story.papers.checkpoint))
            took = self.verify("bundle", bundle, *kept)
            self.narrator.claim(True, f"{size} entries verify, and continue the auditor's checkpoint", took)
            self._refusals(bundle)
            self._forge(bundle)
        self.narrator.keep("Log verified offline", f"{size} entries, one Merkle tree a customer", whole.seconds)

    def _refusals(self, bundle: Path) -> None:
        """What was refused has left its mark too: the staff without a reason."""
        entries = b"".join(path.read_bytes() for path in sorted(bundle.glob("entries-*.jsonl"))).splitlines()
        refused = [leaf["operation"] for leaf in map(json.loads, entries) if leaf["outcome"] == "refused"]
        self.narrator.claim("records.find" in refused, "the look without a reason stands among them, as refused")

    def _forge(self, bundle: Path) -> None:
        forged = bundle.with_name("forged")
        for title, forge in (("altered", _alter), ("removed", _remove)):
            shutil.copytree(bundle, forged)
            forge(next(iter(sorted(forged.glob("entries-*.jsonl")))))
            self.verify("bundle", forged, refused=True)
            shutil.rmtree(forged)
            self.narrator.claim(True, f"a copy with one entry {title} is refused")


def _alter(entries: Path) -> None:
    lines = entries.read_bytes().splitlines(keepends=True)
    at = next(at for at in range(len(lines) // 2, -1, -1) if b'"done"' in lines[at])
    lines[at] = lines[at].replace(b'"done"', b'"Done"', 1)
    entries.write_bytes(b"".join(lines))


def _remove(entries: Path) -> None:
    lines = entries.read_bytes().splitlines(keepends=True)
    del lines[len(lines) // 2]
    entries.write_bytes(b"".join(lines))


def changed(envelope: bytes, after: bytes) -> bytes:
    """The same bytes with one letter of the payload changed."""
    at = envelope.index(after) + len(after) + 40
    letter = b"A" if envelope[at : at + 1] != b"A" else b"B"
    return envelope[:at] + letter + envelope[at + 1 :]
