"""Deciding what is promised: a pack of one's own checked, tried on today's facts, brought into force with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from troth.access.roles import Action
from troth.console import exports, forms_of_policy, saying, words
from troth.console.boundary import page
from troth.console.listing import Column, Listing, state, text
from troth.console.views.policy import PART, address, compared, counted, found
from troth.console.visit import Visit
from troth.kernel.errors import Invalid
from troth.kernel.ids import OPERATOR
from troth.policy import collisions, diffing, queries
from troth.policy.clauses import Pack
from troth.policy.errors import ActivationRefused, Fault, PackChanged, PackInvalid
from troth.policy.pack import load
from troth.policy.vocabulary.words import BY_NAME
from troth.promises import catalogue, governing, simulation
from troth.promises.simulation import OfCustomer, Simulation, Unknown
from troth.tenancy import queries as tenancies
from troth.trust import marks

WORSE = ("broken", "stale", "at_risk")
SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """A fault with the line that it stands in."""

    line: int
    column: int
    why: str
    text: str


@page("GET", "POST")
def own(visit: Visit) -> HttpResponse:
    """A pack of one's own: checked without keeping anything, then kept for ever."""
    permit = visit.enter(OPERATOR, PART, Action.POLICY_ACTIVATE)
    asked = visit.request.method == "GET"
    form = forms_of_policy.OwnPack(None if asked else visit.request.POST, None if asked else visit.request.FILES)
    if asked or not form.is_valid():
        return visit.render("policy_own", {"form": form}, 200 if asked else 422)
    content = form.content()
    try:
        pack = load(content, governing.known())
        if visit.request.POST.get("step") == "keep":
            governing.publish(pack, by=permit.actor)
            return visit.onward("policy_version", notice="policy.kept", pack_id=pack.id, version=pack.version)
    except PackInvalid as error:
        return visit.render("policy_own", {"form": form, "faults": _faulty(error, content)}, 422)
    except PackChanged as error:
        form.add_error("file", f"{words.sentence(error)} {words.next_step(error)}")
        return visit.render("policy_own", {"form": form}, 422)
    return visit.render("policy_own", {"form": form, **_checked(visit, pack, content)})


def _faulty(error: PackInvalid, content: bytes | str) -> list[Faulty]:
    whole = content if isinstance(content, str) else content.decode("utf-8", "replace")
    lines = whole.splitlines()
    return [_beside(fault, lines) for fault in error.faults]


def _beside(fault: Fault, lines: list[str]) -> Faulty:
    there = lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
    shown = "".join(sign if sign.isprintable() else "�" for sign in there[:200])
    return Faulty(line=fault.line, column=fault.column, why=fault.why, text=shown)


def _checked(visit: Visit, pack: Pack, content: bytes | str) -> dict[str, object]:
    """What a pack without fault says, and what it would change."""
    clashes = collisions.of_pack(pack, BY_NAME)
    told: dict[str, object] = {
        "pack": pack,
        "title": pack.title.get(marks.language()),
        "clauses": sum(1 for _ in pack.clauses),
        "clashes": [_clash(each.term, each.sources) for each in clashes],
        "text": content if isinstance(content, str) else content.decode("utf-8", "replace"),
    }
    if not clashes:
        told |= compared(visit, diffing.difference(queries.in_force(), pack, BY_NAME))
    return told


def _clash(term: str, sources: tuple[str, ...], customer: str = "") -> str:
    said = gettext("Nothing can satisfy “%(term)s”: %(sources)s exclude each other.") % {
        "term": BY_NAME[term].title.get(marks.language()) if term in BY_NAME else term,
        "sources": gettext(" and ").join(sources),
    }
    return f"{said} {customer}".strip()


@page("GET")
def try_out(visit: Visit, pack_id: str, version: int) -> HttpResponseBase:
    """What it would break today, and what nobody can say. Nothing is changed."""
    permit = visit.enter(OPERATOR, PART, Action.POLICY_READ)
    pack = found(pack_id, version)
    tried = simulation.simulate(pack, by=visit.actor, language=marks.language())
    listing = _promises(tried)
    if exports.asked(visit):
        return exports.answer(visit, permit, listing)
    told = {
        "pack": pack,
        "title": pack.title.get(marks.language()),
        "version_url": address(pack_id, version),
        "activate_url": address(pack_id, version, "policy_activate"),
        "may_activate": visit.may(OPERATOR, Action.POLICY_ACTIVATE) and not tried.clashes,
        "listing": listing.arrange(visit.request),
        **_told(tried),
    }
    return visit.render("policy_try", told)


def _told(tried: Simulation) -> dict[str, object]:
    names = {one.customer_id: one.name or str(one.customer_id) for one in tenancies.customers()}
    return {
        "against": tried.against,
        "clashes": [_clash(each.term, each.sources, _who(each.customer_id, names)) for each in tried.clashes],
        "breaks": len(tried.breaks),
        "customers": [line for each in tried.customers for line in _at(each, names)],
        "unknown": [_unknown(each) for each in tried.unknown],
    }


def _promises(tried: Simulation) -> Listing:
    names = {one.customer_id: one.name or str(one.customer_id) for one in tenancies.customers()}
    rows = [
        [
            text(each.clause_id),
            state(marks.MARKS[each.now], marks.word(each.now), each.now) if each.now else text(None),
            state(marks.MARKS[each.then], marks.word(each.then), each.then),
            text(each.sentence),
            text(names.get(each.customer_id, str(each.customer_id)) if each.customer_id else None),
        ]
        for each in sorted(tried.promises, key=lambda one: WORSE.index(one.then) if one.then in WORSE else len(WORSE))
        if each.then in WORSE
    ]
    columns = [
        Column("clause", gettext("Promise")),
        Column("now", gettext("Now")),
        Column("then", gettext("Then")),
        Column("why", gettext("Why"), sortable=False),
        Column("customer", gettext("Customer")),
    ]
    return Listing("policy-tried", columns, rows, caption=gettext("Promises that would not hold"))


def _who(customer_id: UUID | None, names: Mapping[UUID, str]) -> str:
    if customer_id is None:
        return ""
    return gettext("the operator itself") if customer_id == OPERATOR else names.get(customer_id, str(customer_id))


def _at(each: OfCustomer, names: Mapping[UUID, str]) -> list[str]:
    """What would lie outside the new terms at one customer, a sentence each."""
    who = _who(each.customer_id, names)
    told = [
        gettext("%(who)s: the erasure …%(id)s has taken %(used)s of %(limit)s.")
        % {
            "who": who,
            "id": str(one.erasure_id)[-12:],
            "used": saying.lasting(one.elapsed.total_seconds()),
            "limit": saying.lasting(one.limit.total_seconds()),
        }
        for one in each.erasures
    ]
    keys, count = len(each.keys), each.sessions
    if keys:
        said = ngettext("%(who)s: %(count)s API key lives longer.", "%(who)s: %(count)s API keys live longer.", keys)
        told.append(said % {"who": who, "count": saying.figure(keys)})
    if count:
        said = ngettext("%(who)s: %(count)s session lives longer.", "%(who)s: %(count)s sessions live longer.", count)
        told.append(said % {"who": who, "count": saying.figure(count)})
    return told


def _unknown(each: Unknown) -> tuple[str, tuple[str, ...], int]:
    """What can't be said, some of what it concerns, and how much more there is."""
    told = {
        "no_facts": gettext("Nobody has looked at these yet, so they are not judged:"),
        "not_built": gettext("These are not built yet; their promises would not be proven:"),
        "nothing_measures": gettext("Nothing measures these terms:"),
        "passwords_are_hashed": ngettext(
            "%(count)s password is stored as a hash: it is judged when it is next chosen.",
            "%(count)s passwords are stored as hashes: each is judged when it is next chosen.",
            each.count,
        )
        % {"count": saying.figure(each.count)},
        "no_backups": gettext("Troth takes no backups yet: whether yours keep their terms can't be said here."),
    }
    shown = tuple(_title(name) for name in each.about[:SHOWN])
    return told[each.why], shown, max(0, len(each.about) - SHOWN)


def _title(name: str) -> str:
    """What a control or a term is called."""
    control = catalogue.by_id(name)
    if control is not None:
        return control.title[marks.language()]
    return BY_NAME[name].title.get(marks.language()) if name in BY_NAME else name


@page("GET", "POST")
def activate(visit: Visit, pack_id: str, version: int) -> HttpResponse:
    """Bring it into force, with open eyes."""
    permit = visit.enter(OPERATOR, PART, Action.POLICY_ACTIVATE)
    pack = found(pack_id, version)
    asked = visit.request.method == "GET"
    form = forms_of_policy.Activate(
        None if asked else visit.request.POST,
        label=gettext("Type the id of the policy: %(id)s") % {"id": pack.id},
        expected=pack.id,
    )
    if asked or not form.is_valid():
        return _activating(visit, pack, form)
    try:
        governing.publish(pack, by=permit.actor)
        governing.activate(
            pack.id,
            pack.version,
            by=permit.actor,
            reason=form.cleaned_data["reason"],
            effective_at=form.cleaned_data["effective"],
        )
    except ActivationRefused as error:
        for each in error.found:
            form.add_error(None, _clash(each.term, each.sources))
        return _activating(visit, pack, form)
    except Invalid as error:
        form.add_error("effective" if "date" in str(error.data.get("what", "")) else "reason", words.sentence(error))
        return _activating(visit, pack, form)
    return visit.onward("policy", notice="policy.later" if form.cleaned_data["effective"] else "policy.activated")


def _activating(visit: Visit, pack: Pack, form: forms_of_policy.Activate) -> HttpResponse:
    tried = simulation.simulate(pack, by=visit.actor, language=marks.language())
    waiting = [each for each in queries.history() if each.state == "waiting"]
    told = {
        "form": form,
        "pack": pack,
        "title": pack.title.get(marks.language()),
        "version_url": address(pack.id, pack.version),
        "difference_url": address(pack.id, pack.version, "policy_difference"),
        "try_url": address(pack.id, pack.version, "policy_try"),
        "waiting": [f"{each.pack} {each.version}" for each in waiting],
        "counted": counted(tried.difference) if tried.difference else [],
        "loosens": tried.difference is not None and bool(tried.against) and tried.difference.loosens,
        "back": reverse("console:policy"),
        **_told(tried),
    }
    return visit.render("policy_activate", told, 422 if form.errors else 200)
