"""What names people beside the log is gone after its day; the entries stay (N-2.4b, GDPR art. 5.1 e)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from troth_judge.facts import Value
from troth_judge.verdict import Verdict, at_risk, broken, kept, unverified

SWEPT_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """`overdue` counts openings past their day, the oldest by `oldest`. The three periods are those in force;
    `furthest` is the longest time that any opening still has before it."""

    there: bool
    overdue: int
    oldest: timedelta | None
    who_for: timedelta
    address_for: timedelta
    subject_for: timedelta
    furthest: timedelta | None


def judge(facts: Facts, terms: Mapping[str, Value]) -> Verdict:
    """A day's grace for the sweep; longer periods than promised are a breach before anything is overdue."""
    longest = max(facts.who_for, facts.address_for, facts.subject_for)
    promised = terms.get("audit.kept_for.at_most")
    if isinstance(promised, timedelta) and (longest > promised or (facts.furthest or longest) > promised):
        return broken("details.kept_too_long", period=max(longest, facts.furthest or longest), limit=promised)
    if facts.oldest is not None and facts.oldest > SWEPT_WITHIN:
        return broken("details.overdue", n=facts.overdue, age=facts.oldest)
    if facts.overdue:
        return at_risk("details.due", n=facts.overdue)
    if not facts.there:
        return unverified("details.none")
    return kept("details.in_time", who=facts.who_for, address=facts.address_for)


SENTENCES = {
    "details.in_time": {
        "en": "Nothing is kept past its day: who acted {who:duration}, from which address {address:duration}.",
        "fr": "Rien n’est gardé au-delà de son jour : qui a agi, {who:duration} ; de quelle adresse, "
        "{address:duration}.",
    },
    "details.due": {
        "en": "{n:detail|details} reached the last day and will be removed at the next sweep.",
        "fr": "{n:détail arrivé|détails arrivés} à terme ; ils partent au prochain passage.",
    },
    "details.overdue": {
        "en": "{n:detail is|details are} still kept past the last day, the oldest for {age:duration}.",
        "fr": "{n:détail est encore gardé|détails sont encore gardés} au-delà du terme, le plus ancien depuis "
        "{age:duration}.",
    },
    "details.kept_too_long": {
        "en": "Details are set to be kept for {period:duration}; {limit:duration} are promised.",
        "fr": "Les détails seraient gardés {period:duration} ; {limit:duration} sont promis.",
    },
    "details.none": {
        "en": "The log has no details beside it yet.",
        "fr": "Le journal n’a encore aucun détail à côté de lui.",
    },
}
ADVICE = {
    "details.overdue": {
        "en": "See that the sealer runs (`troth status`): it removes them every hour.",
        "fr": "Vérifiez que le scelleur tourne (`troth status`) : il les retire chaque heure.",
    },
}
