"""Passwords are stored as salted Argon2id hashes under the parameters in force (C-1.6a, N-2.3c, RFC 9106)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts over every stored password. `otherwise` are in no Argon2id format, `weaker` under smaller parameters than
    `kibibytes`, `passes` and `lanes`, `same_salt` share theirs; `where` are the customers of the first two."""

    hashes: int
    tests: int
    otherwise: int
    weaker: int
    same_salt: int
    where: tuple[str, ...]
    kibibytes: int
    passes: int
    lanes: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A weaker hash is renewed at the next sign-in: a warning, while another format is a breach."""
    if facts.otherwise:
        return broken("hash.otherwise", n=facts.otherwise, where=facts.where)
    if facts.same_salt:
        return broken("hash.same_salt", n=facts.same_salt)
    if facts.hashes + facts.tests == 0:
        return unverified("hash.none")
    if facts.weaker:
        return at_risk("hash.weaker", n=facts.weaker, of=facts.hashes, where=facts.where)
    if not facts.hashes:
        return kept("hash.only_tests", mebibytes=facts.kibibytes // 1024, passes=facts.passes)
    return kept("hash.all", n=facts.hashes, mebibytes=facts.kibibytes // 1024, passes=facts.passes)


SENTENCES = {
    "hash.all": {
        "en": "{n:password|passwords} stored, each as a salted Argon2id hash ({mebibytes} MiB, {passes:pass|passes}).",
        "fr": "{n:mot de passe conservé|mots de passe conservés}, chacun en empreinte Argon2id salée ({mebibytes} Mio, "
        "{passes:passe|passes}).",
    },
    "hash.only_tests": {
        "en": "Only our own test accounts have passwords yet, as salted Argon2id hashes ({mebibytes} MiB, {passes:pass|"
        "passes}).",
        "fr": "Seuls nos comptes d’essai ont un mot de passe, en empreinte Argon2id salée ({mebibytes} Mio, "
        "{passes:passe|"
        "passes}).",
    },
    "hash.otherwise": {
        "en": "{n:password is|passwords are} stored in another format than a salted Argon2id hash.",
        "fr": "{n:mot de passe est conservé|mots de passe sont conservés} autrement qu’en empreinte Argon2id salée.",
    },
    "hash.same_salt": {
        "en": "{n:hash shares its|hashes share their} salt.",
        "fr": "{n:empreinte partage|empreintes partagent} le même sel.",
    },
    "hash.weaker": {
        "en": "{n:hash|hashes} of {of} under earlier, smaller parameters; each is renewed at its next sign-in.",
        "fr": "{n:empreinte|empreintes} sur {of} sous d’anciens paramètres, plus faibles ; chacune est refaite à la "
        "prochaine connexion.",
    },
    "hash.none": {
        "en": "No password is stored yet.",
        "fr": "Aucun mot de passe n’est encore conservé.",
    },
}
ADVICE = {
    "hash.otherwise": {
        "en": "Invite these accounts anew (`troth account reinvite`); find out what wrote the hash.",
        "fr": "Réinvitez ces comptes (`troth account reinvite`) ; cherchez ce qui a écrit l’empreinte.",
    },
}
