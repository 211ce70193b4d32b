"""People are found by a keyed digest, never by their identifier or by what anybody could compute of it (N-4.1c).

The policy speaks of MD5; a digest under a key of the customer's own exceeds it: nobody without the key can guess at it,
and two customers' digests of one person have nothing in common.
"""

import hashlib
from datetime import timedelta
from typing import Final

from django.db.backends.utils import CursorWrapper

from troth.access.roles import Action
from troth.keys.rings import ring
from troth.promises.control import Control
from troth.promises.probing import canaries, looking, samples
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth.vault import blind, queries
from troth_judge.controls.identifiers_are_keyed_pseudonyms import Facts

_KIND: Final = "reference"
_GUESSES: Final = ("md5", "sha1", "sha256", "sha512")
_AT_A_CUSTOMER: Final = 20
_DIGESTS: Final = (
    "select kind, digest from vault_identifier where customer_id = %s"
    " and subject_id = any(array(select subject_id from vault_subject where customer_id = %s limit %s)) limit %s"
)


def observe(scope: Scope) -> Facts:
    """Find the canary by its digest, guess at it without the key, and look at others' digests."""
    mine, neighbour = canaries.ensure(clock=scope.clock)
    found = queries.find(canaries.permit(mine, Action.RECORDS_FIND), _KIND, mine.ring_number)
    with looking.inside(mine.customer_id, scope.using) as cursor:
        stored = _stored(cursor, mine)
        expected = _digest(mine, mine.ring_number, scope.using)
        clear = _in_the_clear(cursor, mine)
    with looking.inside(neighbour.customer_id, scope.using):
        theirs = _digest(neighbour, mine.ring_number, scope.using)
    sampled, odd = _sample(scope)
    return Facts(
        found=any(record.record_id == mine.record_id for record in found),
        as_computed=stored == [expected],
        guessed=tuple(name for name in _GUESSES if any(_guess(name, mine.ring_number, each) for each in stored)),
        clear=clear,
        shared=theirs in {expected, *stored},
        sampled=sampled,
        odd=odd,
    )


def _stored(cursor: CursorWrapper, canary: Canary) -> list[bytes]:
    cursor.execute(
        "select digest from vault_identifier where customer_id = %s and subject_id = %s and kind = %s",
        [canary.customer_id, canary.subject_id, _KIND],
    )
    return [bytes(digest) for (digest,) in cursor.fetchall()]


def _digest(canary: Canary, value: str, using: str) -> bytes:
    return blind.digest(ring(canary.customer_id, using=using).stable(blind.STABLE_KEY), _KIND, value)


def _guess(name: str, value: str, stored: bytes) -> bool:
    """Whether a digest that anybody can compute, of any usual spelling, is the stored one or begins like it."""
    spellings = {value, value.casefold(), value.upper(), f"{_KIND}\0{value}", value.replace(" ", "")}
    return any(hashlib.new(name, each.encode()).digest().startswith(stored[:8]) for each in spellings)


def _in_the_clear(cursor: CursorWrapper, canary: Canary) -> int:
    cursor.execute(
        "select count(*) from vault_identifier i where customer_id = %s and (position(%s in i::text) > 0"
        " or position(%s in i::text) > 0)",
        [canary.customer_id, canary.ring_number, canary.ring_number.encode().hex()],
    )
    return int((cursor.fetchone() or (0,))[0])


def _sample(scope: Scope) -> tuple[int, int]:
    """Digests of some customers: how many, and how many are no 16 random bytes."""
    sampled = odd = 0
    for customer_id in samples.customers(scope):
        with looking.inside(customer_id, scope.using) as cursor:
            cursor.execute(_DIGESTS, [customer_id, customer_id, _AT_A_CUSTOMER, _AT_A_CUSTOMER])
            for _, digest in cursor.fetchall():
                sampled += 1
                odd += len(digest) != blind.DIGEST_BYTES or samples.legible(bytes(digest))
    return sampled, odd


CONTROL = Control(
    id="identifiers_are_keyed_pseudonyms",
    kind="probed",
    title={
        "en": "Identifiers are kept as keyed pseudonyms",
        "fr": "Les identifiants sont conservés sous forme de pseudonymes à clé",
    },
    sees={
        "en": "How a canary’s identifier lies in the index: found by its owner, unlike every digest that can be "
        "computed without the key, unlike the same identifier at another customer; and samples of other customers’ "
        "digests, by their form.",
        "fr": "Comment l’identifiant d’un canari figure dans l’index : retrouvé par son propriétaire, différent de "
        "toute empreinte calculable sans la clé et de celle du même identifiant chez un autre client ; et la forme "
        "d’échantillons d’empreintes d’autres clients.",
    },
    could_lie_if={
        "en": "somebody holds the customer’s key and guesses addresses one by one; or an export names a plain digest "
        "for a recipient that demands it, which its manifest then says.",
        "fr": "quelqu’un détient la clé du client et devine les adresses une à une ; ou si une exportation emploie une "
        "empreinte simple qu’exige un destinataire, ce que dit alors son manifeste.",
    },
    every=timedelta(hours=6),
    observe=observe,
)
