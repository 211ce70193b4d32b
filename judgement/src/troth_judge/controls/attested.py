"""What a person attests and another person reviews: one judge for every topic.

Guarantees: `kept` only within the time of an attestation that was reviewed, by another account than the one that gave
it, and that has a statement or a document to show; one whose time is over proves nothing any more, and breaks nothing
either: nobody looked in time, so it is not proven.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, kept, unverified

LAST_PART = 0.25
"""In this last part of its time an attestation without a successor is at risk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The newest attestation of a topic that was reviewed and not withdrawn, and what follows it.

    `attester` and `reviewer` are commitments to the accounts under one salt: they tell whether these differ, and not
    who they are. `waiting_since` is when an attestation was given that nobody has reviewed yet. `usual_every` is how
    long one is valid where no clause says it.
    """

    topic: str
    seen_at: datetime
    usual_every: timedelta
    waiting_since: datetime | None
    given_at: datetime | None
    reviewed_at: datetime | None
    attester: str | None
    reviewer: str | None
    attester_role: str | None
    reviewer_role: str | None
    statement_sha256: str | None
    document_sha256: str | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """Judge one topic."""
    if facts.reviewed_at is None or facts.given_at is None:
        if facts.waiting_since is None:
            return unverified("attested.none")
        return unverified("attested.unreviewed", given=facts.waiting_since)
    flaw = _flaw(facts, facts.given_at, facts.reviewed_at)
    if flaw is not None:
        return unverified(flaw, reviewed=facts.reviewed_at)
    every = terms.get(f"attestations.{facts.topic}.every", facts.usual_every)
    if not isinstance(every, timedelta) or every <= timedelta(0):
        return unverified("attested.no_cadence")
    return _within(facts, facts.reviewed_at, every)


def _flaw(facts: Facts, given: datetime, reviewed: datetime) -> str | None:
    """What keeps a reviewed attestation from proving anything."""
    if not facts.attester or not facts.reviewer or facts.attester == facts.reviewer:
        return "attested.not_by_another"
    if not (facts.statement_sha256 or facts.document_sha256):
        return "attested.empty"
    return "attested.out_of_order" if not given <= reviewed <= facts.seen_at else None


def _within(facts: Facts, reviewed: datetime, every: timedelta) -> Verdict:
    until = reviewed + every
    left = until - facts.seen_at
    if left <= timedelta(0):
        return unverified("attested.expired", until=until, reviewed=reviewed)
    if left <= every * LAST_PART:
        if facts.waiting_since is None:
            return at_risk("attested.ends_soon", until=until, left=left)
        return kept("attested.renewal_waits", until=until, given=facts.waiting_since)
    return kept("attested.valid", reviewed=reviewed, until=until)


SENTENCES = {
    "attested.none": {
        "en": "Nobody has attested it yet.",
        "fr": "Personne ne l’a encore attesté.",
    },
    "attested.unreviewed": {
        "en": "It was attested on {given:instant}; nobody else has reviewed it yet.",
        "fr": "Attesté le {given:instant} ; personne d’autre ne l’a encore revu.",
    },
    "attested.not_by_another": {
        "en": "It was attested, but not reviewed by somebody else.",
        "fr": "Attesté, mais sans revue par une autre personne.",
    },
    "attested.empty": {
        "en": "The attestation has neither a statement nor a document to show.",
        "fr": "L’attestation n’a ni déclaration ni document à montrer.",
    },
    "attested.out_of_order": {
        "en": "The attestation bears times that can't be ({reviewed:instant}). We do not count it.",
        "fr": "L’attestation porte des dates impossibles ({reviewed:instant}). Nous ne la comptons pas.",
    },
    "attested.no_cadence": {
        "en": "Nothing says how long an attestation is valid.",
        "fr": "Rien ne dit combien de temps une attestation est valable.",
    },
    "attested.expired": {
        "en": "What was attested ended on {until:instant}, and nobody has attested it again.",
        "fr": "L’attestation a pris fin le {until:instant}, et personne ne l’a renouvelée.",
    },
    "attested.ends_soon": {
        "en": "Attested and reviewed; it ends in {left:duration}, and none follows it yet.",
        "fr": "Attesté et revu ; l’attestation prend fin dans {left:duration}, et aucune ne la suit encore.",
    },
    "attested.renewal_waits": {
        "en": "Attested and reviewed until {until:instant}; its successor waits for a review.",
        "fr": "Attesté et revu jusqu’au {until:instant} ; l’attestation suivante attend sa revue.",
    },
    "attested.valid": {
        "en": "Attested, and reviewed by somebody else on {reviewed:instant}; valid until {until:instant}.",
        "fr": "Attesté, et revu par une autre personne le {reviewed:instant} ; valable jusqu’au {until:instant}.",
    },
}

ADVICE = {
    "attested.none": {
        "en": "Whoever answers for it attests it: `troth attestation give`.",
        "fr": "La personne qui en répond l’atteste : `troth attestation give`.",
    },
    "attested.unreviewed": {
        "en": "Somebody else than the attester reviews it: `troth attestation review`.",
        "fr": "Une autre personne que son auteur la revoit : `troth attestation review`.",
    },
    "attested.expired": {
        "en": "Attest it again, and have it reviewed: `troth attestation give`.",
        "fr": "Attestez-le de nouveau et faites revoir : `troth attestation give`.",
    },
    "attested.ends_soon": {
        "en": "Attest it again before it ends: `troth attestation give`.",
        "fr": "Attestez-le de nouveau avant l’échéance : `troth attestation give`.",
    },
    "attested.renewal_waits": {
        "en": "Review the successor: `troth attestation review`.",
        "fr": "Revoyez l’attestation suivante : `troth attestation review`.",
    },
}
