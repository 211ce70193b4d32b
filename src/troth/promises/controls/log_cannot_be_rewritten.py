"""The log is stored so that tampering is refused, and shows where it was not (clauses C-1.6c, A-2b).

Each login tries to rewrite a canary's log; the newest entries of every log and some older ones, drawn anew each time,
are hashed again; heads kept outside the database must be continued by today's tree.
"""

import random
from datetime import timedelta

from troth.audit import attempts, checking, queries
from troth.audit.checking import Checked
from troth.keys import signing
from troth.promises.control import Control
from troth.promises.probing import canaries, heads_outside, looking, reach
from troth.promises.scope import Scope
from troth_judge.controls.log_cannot_be_rewritten import Facts

_TILES = 200
"""So many older tiles (256 entries each) are drawn, over all logs; as many as 1,000 customers' newest ones cost."""
_EACH = 20


def observe(scope: Scope) -> Facts:
    """Try, hash, compare."""
    canary, _ = canaries.ensure(clock=scope.clock)
    tried = attempts.on(scope.customer_id or canary.customer_id, using=scope.using)
    signer = signing.signer()
    # Drawn from a seed that nobody knows beforehand: what is looked at next can't be spared from tampering.
    draw = random.SystemRandom()
    customers = (*reach.customers(scope, operator=True), *(() if scope.customer_id else reach.tests(scope)))
    each = min(_EACH, max(1, _TILES // max(1, len(customers))))
    found: dict[object, Checked] = {}
    for customer_id in customers:
        places = [draw.random() for _ in range(each)]
        with looking.inside(customer_id, scope.using):
            found[customer_id] = checking.customer(
                customer_id, signer, tiles=places, earlier=draw.random(), using=scope.using
            )
    kept = heads_outside.kept(scope.home)
    compared, forked, whole = checking.over_all([one.note for one in kept], signer, using=scope.using)
    newest = queries.overall_checkpoint(using=scope.using)
    if whole and not forked and newest is not None:
        heads_outside.keep(scope.home, newest, now=scope.now)
    return Facts(
        twin=tried.twin,
        refused=tried.refused,
        allowed=tried.allowed,
        # How many logs there are would tell everybody how many customers: it is no fact of this control.
        entries=sum(one.size for one in found.values()),
        looked_at=sum(one.looked_at for one in found.values()),
        damaged=(*(() if whole else ("all",)), *(str(who) for who, one in found.items() if one.damaged))[: reach.NAMED],
        heads=compared + sum(one.heads for one in found.values()),
        outside=compared,
        outside_since=scope.now - kept[0].at if kept else None,
        forked=forked + sum(one.forked for one in found.values()),
    )


CONTROL = Control(
    id="log_cannot_be_rewritten",
    kind="probed",
    title={"en": "The log can’t be rewritten unnoticed", "fr": "Le journal ne peut être réécrit sans que cela se voie"},
    sees={
        "en": "Attempts, as every login of the platform, to change and remove entries, heads and tiles, after reading "
        "them "
        "worked; rights and guards in the database’s catalogue; the newest entries of every log and some older ones, "
        "drawn at random, hashed again up to the signed root; and earlier heads, some of them kept outside the "
        "database.",
        "fr": "Des tentatives, sous chaque compte technique, de modifier et retirer entrées, têtes et tuiles, après "
        "que "
        "leur lecture a réussi ; droits et gardes au catalogue de la base ; les entrées les plus récentes de chaque "
        "journal et d’autres tirées au sort, hachées de nouveau jusqu’à la racine signée ; et des têtes antérieures, "
        "dont certaines gardées hors de la base.",
    },
    could_lie_if={
        "en": "somebody with the signing key and the database’s superuser rewrote the log and the heads in this "
        "machine’s "
        "folder too: then only a checkpoint held elsewhere shows it. An older entry is drawn by chance, so that an "
        "altered one may take days to be met.",
        "fr": "quelqu’un disposant de la clé de signature et du superutilisateur a réécrit le journal et les têtes du "
        "dossier de cette machine : seul un point de contrôle tenu ailleurs le montre alors. Une entrée ancienne est "
        "tirée au sort ; une altération peut mettre des jours à être rencontrée.",
    },
    every=timedelta(hours=3),
    observe=observe,
    per_customer=True,
)
