"""The derivation of a term, as a sentence for a person in English or French."""

from datetime import timedelta

from troth.policy.constraints import Choice, Flag, Interval, Term
from troth.policy.obligations import Obligation, Resolved, Said
from troth.policy.vocabulary.spoken import spoken as words_of

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=2)


def sentence(resolved: Resolved, language: str = "en") -> str:
    """Like “24 h, from clause A-4b; the agreement with this customer says 12 h”.

    With more than one voice the value that binds stands in front of it all.
    """
    first, *others = sorted(resolved.derivation, key=lambda said: said.obligation.source.kind != "clause")
    told = [_from(first, resolved.term, language), *(_says(each, resolved.term, language) for each in others)]
    if not others:
        return told[0]
    # French sets a space before these two, and no line breaks there.
    between, after = ("\u00a0: ", "\u00a0; ") if language == "fr" else (": ", "; ")
    return spoken(resolved, language) + between + after.join(told)


def spoken(resolved: Resolved, language: str = "en") -> str:
    """The resolved constraint alone, as words."""
    return _constraint(resolved.constraint, resolved.term, language)


def _from(said: Said, term: Term, language: str) -> str:
    source = said.obligation.source
    if source.kind == "clause":
        origin = f", de la clause {source}" if language == "fr" else f", from clause {source}"
    else:
        origin = ", de l’accord avec ce client" if language == "fr" else ", from the agreement with this customer"
    return _written(said.obligation, term, language) + origin + _idle(said, language)


def _says(said: Said, term: Term, language: str) -> str:
    source = said.obligation.source
    if source.kind == "clause":
        who = f"la clause {source} dit " if language == "fr" else f"clause {source} says "
    else:
        who = "l’accord avec ce client dit " if language == "fr" else "the agreement with this customer says "
    return who + _written(said.obligation, term, language) + _idle(said, language)


def _idle(said: Said, language: str) -> str:
    if said.binds or said.obligation.source.kind == "clause":
        return ""
    return " (ne contraint pas)" if language == "fr" else " (does not bind)"


def _written(obligation: Obligation, term: Term, language: str) -> str:
    return _constraint(obligation.constraint, term, language)


def _constraint(constraint: Interval | Choice | Flag, term: Term, language: str) -> str:
    french = language == "fr"
    if isinstance(constraint, Flag):
        return {True: "oui" if french else "yes", False: "non" if french else "no"}[constraint.wanted]
    if isinstance(constraint, Choice):
        return _choice(constraint, language)
    low, high = constraint.at_least, constraint.at_most
    unit = f" {term.unit.get(language)}" if term.unit.get(language) else ""
    if low is not None and high is not None:
        middle = "à" if french else "to"
        return (
            f"{amount(low, language)}{unit}"
            if low == high
            else f"{amount(low, language)} {middle} {amount(high, language)}{unit}"
        )
    bound = amount(low if low is not None else high, language) + unit
    if low is not None:
        return f"au moins {bound}" if french else f"at least {bound}"
    return bound if isinstance(high, timedelta) else f"au plus {bound}" if french else f"at most {bound}"


def _choice(constraint: Choice, language: str) -> str:
    french = language == "fr"
    allowed, wanted = constraint.one_of, constraint.all_of
    if allowed is not None and allowed == wanted:
        return ("exactement " if french else "exactly ") + ", ".join(words_of(wanted, language))
    parts = []
    if allowed is not None:
        parts.append(("seulement " if french else "only ") + ", ".join(words_of(allowed, language)))
    if wanted:
        parts.append(("avec " if french else "with ") + ", ".join(words_of(wanted, language)))
    return ("\u202f; " if french else "; ").join(parts)


def amount(value: object, language: str = "en") -> str:
    """A duration or a count as people say it: hours up to two days, then days."""
    if not isinstance(value, timedelta):
        return str(value)
    french = language == "fr"
    if value % _DAY == timedelta(0) and value > _WEEK:
        return f"{value // _DAY} {'jours' if french else 'days'}"
    parts = []
    days, rest = divmod(value, _DAY) if value > _WEEK else (0, value)
    hours, rest = divmod(rest, _HOUR)
    minutes, seconds = divmod(int(rest.total_seconds()), 60)
    if days:
        parts.append(f"{days} {'j' if french else 'd'}")
    parts += [f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if number]
    return " ".join(parts)
