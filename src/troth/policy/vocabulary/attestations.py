"""How often people must attest what no program can see, and which certificates must be valid.

Every topic of `policy.topics` yields the term `attestations.<topic>.every`; a clause names it where its policy says how
often (clauses C-1.4, N-3b, X-2d, X-10, K-1e, K-4p).
"""

from typing import Final

from troth.policy.constraints import Term, Words
from troth.policy.known import cadence
from troth.policy.topics import TOPICS, Topic


def _every(topic: Topic) -> Term:
    title = Words(f"{topic.title.en}, attested anew within", f"{topic.title.fr}, attestation renouvelée sous")
    return cadence(topic.id, title)


_STANDARDS: Final = (
    "iso_9001",
    "iso_14001",
    "iso_27001",
    "iso_27017",
    "iso_27018",
    "iso_27701",
    "iso_50001",
    "soc_1",
    "soc_2_type_2",
    "soc_3",
    "ssae_16_type_2",
    "tier_4",
)

TERMS: Final[tuple[Term, ...]] = (
    Term(
        name="attestations.own_certificates.valid",
        kind="choices",
        title=Words(
            "Certificates and reports of ours that are valid", "Certificats et rapports valides qui nous concernent"
        ),
        takes=("all_of",),
        choices=_STANDARDS,
    ),
    Term(
        name="attestations.host_certificates.valid",
        kind="choices",
        title=Words(
            "Certificates and reports of our hosts that are valid", "Certificats et rapports valides de nos hébergeurs"
        ),
        takes=("all_of",),
        choices=_STANDARDS,
    ),
    *(_every(topic) for topic in TOPICS),
)
