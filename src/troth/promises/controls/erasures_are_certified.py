"""Every finished erasure has a signed certificate that verifies (clause X-7b; NIST SP 800-88r2 §4.8)."""

from datetime import timedelta
from uuid import UUID

from troth.erasure import evidence
from troth.erasure.evidence import Certificates
from troth.keys import signing
from troth.promises.control import Control
from troth.promises.probing import looking, reach, rehearsals
from troth.promises.scope import Scope
from troth_judge.controls.erasures_are_certified import Facts

WINDOW = timedelta(days=30)
_EACH = 200


def observe(scope: Scope) -> Facts:
    """Look for each certificate, and verify the newest signatures of every customer."""
    rehearsals.keep_up(now=scope.now, clock=scope.clock)
    keys = signing.publics()

    def read(customer_id: UUID) -> Certificates:
        with looking.inside(customer_id, scope.using):
            return evidence.certificates(
                customer_id, since=scope.now - WINDOW, keys=keys, at_most=_EACH, using=scope.using
            )

    theirs, ours = [[read(one) for one in who] for who in (reach.customers(scope), reach.tests(scope))]
    # A test's certificate that is missing or wrong is as much a breach as a customer's.
    everyone = [*theirs, *ours]
    return Facts(
        window=WINDOW,
        finished=sum(one.finished for one in theirs),
        tests_finished=sum(one.finished for one in ours),
        verified=sum(one.verified for one in everyone),
        without=reach.named([erasure for one in everyone for erasure in one.without_ids]),
        without_count=sum(one.without for one in everyone),
        wrong=reach.named([erasure for one in everyone for erasure in one.wrong_ids]),
        wrong_count=sum(len(one.wrong_ids) for one in everyone),
    )


CONTROL = Control(
    id="erasures_are_certified",
    kind="observed",
    title={"en": "Every erasure is certified", "fr": "Chaque effacement est certifié"},
    sees={
        "en": "For every finished deletion its certificate; of those of the last 30 days, up to 200 a customer, the "
        "signature is computed again and the certificate must speak of this very deletion.",
        "fr": "Pour chaque suppression terminée, son certificat ; pour celles des 30 derniers jours, jusqu’à 200 par "
        "client, la signature est recalculée et le certificat doit parler de cette suppression même.",
    },
    could_lie_if={
        "en": "the signing key was stolen: then a forged certificate verifies too. What a certificate says is proven "
        "by "
        "the log entry that it carries, and by nothing here.",
        "fr": "la clé de signature a été volée : un faux certificat se vérifie alors aussi. Ce que dit un certificat "
        "est "
        "prouvé par l’entrée de journal qu’il porte, et par rien ici.",
    },
    every=timedelta(hours=6),
    observe=observe,
    per_customer=True,
)
