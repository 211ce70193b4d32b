"""Judges whether every request that is not for everybody is authenticated (clauses C-1.5d, C-1.10c)."""

from collections.abc import Mapping
from dataclasses import dataclass

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, broken, kept, unverified

REFUSED = (401, 403, 404, 429)
"""404: another customer's looks as if it did not exist."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What nobody was told at each route, and the status that each kind of key met. Routes as patterns, without ids."""

    reached: bool
    routes: int
    public: int
    tried: int
    open: tuple[str, ...]
    lost: int
    twin: bool
    elsewhere: int
    dead: int
    made_up: int


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:  # noqa: PLR0911 - one answer to each question
    """An open route, or a key that should not fit and does, is enough."""
    if not facts.reached:
        return unverified("authenticated.not_reached")
    if facts.open:
        return broken("authenticated.open", routes=facts.open)
    if facts.elsewhere not in REFUSED:
        return broken("authenticated.elsewhere", status=facts.elsewhere)
    keys = [status for status in (facts.dead, facts.made_up) if status not in REFUSED]
    if keys:
        return broken("authenticated.wrong_key", status=keys[0])
    if not facts.twin:
        return unverified("authenticated.no_twin")
    # A route that says "nothing here" to nobody was not asked who it is.
    if not facts.tried or facts.lost:
        return unverified("authenticated.lost", lost=facts.lost, tried=facts.tried)
    return kept("authenticated.kept", tried=facts.tried, public=facts.public)


SENTENCES: Mapping[str, Mapping[str, str]] = {
    "authenticated.kept": {
        "en": "A stranger was turned away at every route but the {public} that are for everybody, in {tried:request|"
        "requests}; a made-up, a revoked and a neighbour’s key did not fit.",
        "fr": "Un inconnu a été écarté à chaque route sauf les {public} ouvertes à tous, en {tried:requête|requêtes} ; "
        "une clé inventée, une clé révoquée et celle d’un voisin n’ont pas convenu.",
    },
    "authenticated.open": {
        "en": "{routes:route answers|routes answer} somebody who has not shown who they are: {routes:list}.",
        "fr": "{routes:route répond|routes répondent} à qui n’a pas montré son identité : {routes:list}.",
    },
    "authenticated.elsewhere": {
        "en": "A customer’s key was answered at its neighbour’s (status {status}).",
        "fr": "La clé d’un client a obtenu une réponse chez son voisin (état {status}).",
    },
    "authenticated.wrong_key": {
        "en": "A made-up or revoked API key was answered (status {status}).",
        "fr": "Une clé d’API inventée ou révoquée a obtenu une réponse (état {status}).",
    },
    "authenticated.no_twin": {
        "en": "A canary’s own living key was not answered either, so the refusals prove nothing.",
        "fr": "La clé vivante d’un canari n’a pas obtenu de réponse non plus : les refus ne prouvent donc rien.",
    },
    "authenticated.lost": {
        "en": "{lost} of {tried:request|requests} found nothing there, so that it was not asked there who sends them.",
        "fr": "{lost} sur {tried:requête|requêtes} n’ont rien trouvé : personne n’y a demandé d’identité.",
    },
    "authenticated.not_reached": {
        "en": "Our own server did not answer.",
        "fr": "Notre propre serveur n’a pas répondu.",
    },
}
ADVICE: Mapping[str, Mapping[str, str]] = {
    "authenticated.open": {
        "en": "Stop the platform (`troth down`) and go back to the release before: a route lost its guard.",
        "fr": "Arrêtez la plateforme (`troth down`) et revenez à la version précédente : une route a perdu sa garde.",
    },
}
