"""A password is taken only as the rules say: length, characters, no common one (clauses C-1.5b, N-2.3c).

Random passwords of every length, and with one thing lacking each, are offered to the rule itself; then a weak and a
good one to a real way in, a canary's enrolment.
"""

import secrets
import string
from datetime import timedelta

from troth.access import actions as access
from troth.access import passwords
from troth.access.errors import PasswordRefused
from troth.access.roles import Action
from troth.kernel.actor import nobody
from troth.kernel.clock import Clock
from troth.promises.control import Control
from troth.promises.probing import canaries
from troth.promises.probing.canaries import Canary
from troth.promises.scope import Scope
from troth_judge.controls.password_rules_hold import Facts, bounds

TRIED = 300
"""Lengths up to this many characters are offered."""
_CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digit": string.digits,
    "special": "!#%+-.:=?@_",
}
_COMMON = ("christopher1", "peanutbutter", "jamesbond007", "fallen_angel", "1qaz2wsx3edc", "professional")
_WEAK = "Weak1!"


def observe(scope: Scope) -> Facts:
    """Offer, and see what is taken."""
    canary, _ = canaries.ensure(clock=scope.clock)
    taken = [length for length in range(len(_CLASSES), TRIED + 1) if _takes(_random(length))]
    shortest, longest = min(taken, default=None), max(taken, default=None)
    good = shortest if shortest is not None else TRIED
    refused, enrolled = _ways_in(canary, scope.clock)
    return Facts(
        shortest=shortest,
        longest=longest if longest != TRIED else None,
        tried=TRIED,
        common_taken=any(_takes(one) for one in _COMMON),
        most_same=_most_same(good),
        without=tuple(name for name in _CLASSES if _takes(_random(good, without=name))),
        enrolment_refused=refused,
        enrolled=enrolled,
        promised=bounds(scope.terms),
    )


def _takes(password: str) -> bool:
    try:
        passwords.judge(password)
    except PasswordRefused:
        return False
    return True


def _random(length: int, *, without: str | None = None) -> str:
    """A random password of every kind of character but one, no character twice as often as need be."""
    kinds = [each for name, each in _CLASSES.items() if name != without]
    picked = [secrets.choice(each) for each in kinds]
    return "".join(picked + [secrets.choice(kinds[at % len(kinds)]) for at in range(length - len(picked))])


def _most_same(length: int) -> int:
    """The largest share, in percent, that one character had in a password that was taken."""
    strong = _random(length)
    shares = [
        number * 100 // length for number in range(1, length + 1) if _takes(strong[: length - number] + "~" * number)
    ]
    return max(shares, default=0)


def _ways_in(canary: Canary, clock: Clock) -> tuple[bool, bool]:
    """Whether enrolment refuses a weak password, and takes a good one."""
    may = canaries.permit(canary, Action.ACCOUNTS_MANAGE)
    link = access.reinvite(may, canary.account_id, clock=clock).token
    weak = _enrols(link, _WEAK, clock)
    # A refusal uses nothing up: the link is still good. After a weak one was taken it is not, and nothing was refused.
    return not weak, weak or _enrols(link, canaries.fresh_password(), clock)


def _enrols(link: str, password: str, clock: Clock) -> bool:
    try:
        access.enrol(link, password, by=nobody(canaries.ROUTE), clock=clock)
    except PasswordRefused:
        return False
    return True


CONTROL = Control(
    id="password_rules_hold",
    kind="probed",
    title={"en": "The rules for passwords hold", "fr": "Les règles des mots de passe tiennent"},
    terms=("access.password.length", "access.password.classes", "access.password.same_character"),
    sees={
        "en": "Random passwords of 4 to 300 characters, some lacking one kind of character, some of nearly one "
        "character, "
        "and common ones, offered to the rule that judges everybody’s; then a weak and a good one at a test account’s "
        "enrolment.",
        "fr": "Des mots de passe aléatoires de 4 à 300 caractères, certains sans un type de caractère, certains "
        "presque "
        "d’un seul caractère, et de courants, soumis à la règle qui juge ceux de tous ; puis un faible et un bon à "
        "l’inscription d’un compte d’essai.",
    },
    could_lie_if={
        "en": "passwords were set under earlier rules: they stay until their person changes them. Whether one can be "
        "guessed by who knows the person, no rule sees.",
        "fr": "des mots de passe datent de règles antérieures : ils restent jusqu’à leur changement. Qu’on puisse en "
        "deviner un en connaissant la personne, aucune règle ne le voit.",
    },
    every=timedelta(hours=3),
    observe=observe,
)
