"""What one customer was promised beyond the policy: its people read it, the operator's staff record it."""

from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext

from troth.access.roles import Action
from troth.console import exports, forms_of_policy, looks, words
from troth.console.boundary import page
from troth.console.forms import Typed
from troth.console.listing import Column, Listing, instant, text
from troth.console.views.policy import terms_listing
from troth.console.visit import Visit
from troth.kernel.errors import NotFound
from troth.policy import agreements as reading
from troth.policy import queries
from troth.policy.agreements import Agreement, written
from troth.policy.agreements_kept import Kept
from troth.policy.errors import AgreementRefused, PackInvalid
from troth.policy.terms import Terms
from troth.promises import governing

PART = "agreement"
TOLD = {"public", "customers"}


@page("GET", "POST")
def agreement(visit: Visit, customer_id: UUID) -> HttpResponseBase:
    """The agreement that holds, what comes of it, and every one before."""
    if visit.request.method == "POST":
        return _agree(visit, customer_id)
    permit = visit.enter(customer_id, PART, Action.POLICY_READ)
    if exports.asked(visit):
        obliged = _obliged(visit, customer_id)
        return exports.answer(visit, permit, terms_listing(obliged, names=list(obliged), name="agreement-terms"))
    return _shown(visit, customer_id)


def _obliged(visit: Visit, customer_id: UUID) -> Terms:
    """What is owed to this customer; its own people are not told of clauses that are for our staff alone."""
    if visit.staff:
        return queries.terms(customer_id)
    pack = queries.in_force()
    if pack is not None:
        told = [(each, tuple(one for one in each.clauses if TOLD & set(one.audience))) for each in pack.sections]
        pack = replace(pack, sections=tuple(replace(each, clauses=clauses) for each, clauses in told))
    return queries.terms_under(pack, queries.agreement(customer_id))


def _shown(
    visit: Visit,
    customer_id: UUID,
    form: forms_of_policy.Agree | None = None,
    ending: Typed | None = None,
) -> HttpResponse:
    kept = queries.agreements(customer_id)
    holds = kept[0].agreement if kept and kept[0].agreement.obligations else None
    obliged = _obliged(visit, customer_id)
    own = [name for name in obliged if holds and name in {each.term for each in holds.obligations}]
    asked = terms_listing(obliged, names=own, caption=gettext("What it asks for"), brief=True)
    rest = [name for name in obliged if name not in own]
    may_agree = visit.may(customer_id, Action.AGREEMENTS_MANAGE)
    told = {
        "holds": holds,
        "since": kept[0].decided_at if holds else None,
        "own": asked.arrange(visit.request, cut=False),
        "rest": terms_listing(obliged, names=rest, brief=True).arrange(visit.request, cut=False),
        "kept": _kept(visit, customer_id, kept).arrange(visit.request, cut=False),
        "form": (form or _form(holds)) if may_agree else None,
        "ending": (ending or _ending(holds)) if may_agree and holds else None,
    }
    refused = bool((form and form.errors) or (ending and ending.errors))
    return visit.render("agreement", told, 422 if refused else 200)


def _kept(visit: Visit, customer_id: UUID, kept: list[Kept]) -> Listing:
    may_read = looks.allowed(visit, customer_id) is not None
    rows = [
        [
            text(each.number),
            text(each.agreement.reference),
            instant(each.decided_at),
            text(_line(each.agreement) or gettext("it ended the one before")),
            text(gettext("its entry"), url=looks.entry_address(customer_id, each.event_id) if may_read else ""),
        ]
        for each in kept
    ]
    columns = [
        Column("number", gettext("Number"), sortable=False),
        Column("reference", gettext("Reference"), sortable=False),
        Column("since", gettext("Since"), sortable=False),
        Column("terms", gettext("Terms"), sortable=False),
        Column("entry", gettext("In the log"), sortable=False),
    ]
    return Listing("agreements", columns, rows, caption=gettext("Every agreement, the newest first"))


def _line(agreed: Agreement) -> str:
    return "; ".join(_typed(agreed))


def _typed(agreed: Agreement) -> list[str]:
    """Each term as it is typed: `erasure.production_within: {at_most: PT12H}`."""
    return [
        f"{name}: {{" + ", ".join(f"{one}: {_value(value)}" for one, value in limit.items()) + "}"
        for name, limit in written(agreed.obligations).items()
    ]


def _value(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "[" + ", ".join(value) + "]"


def _form(holds: Agreement | None) -> forms_of_policy.Agree:
    initial = {"reference": holds.reference, "terms": "\n".join(_typed(holds))} if holds else None
    return forms_of_policy.Agree(initial=initial)


def _ending(holds: Agreement, given: QueryDict | None = None) -> Typed:
    return Typed(
        given,
        label=gettext("Type its reference: %(reference)s") % {"reference": holds.reference},
        expected=holds.reference,
        prefix="end",
    )


def _agree(visit: Visit, customer_id: UUID) -> HttpResponse:
    visit.enter(customer_id, PART, Action.AGREEMENTS_MANAGE)
    if visit.request.POST.get("step") == "end":
        return _end(visit, customer_id)
    form = forms_of_policy.Agree(visit.request.POST)
    if not form.is_valid():
        return _shown(visit, customer_id, form)
    try:
        governing.agree(customer_id, reading.load(form.text(), governing.known()), by=visit.actor)
    except PackInvalid as error:
        for fault in error.faults:
            line, column = form.place(fault.line, fault.column)
            where = gettext("Line %(line)s, column %(column)s:") % {"line": line, "column": column}
            form.add_error("terms", f"{where} {fault.why}")
        return _shown(visit, customer_id, form)
    except AgreementRefused as error:
        form.add_error("terms", words.sentence(error))
        return _shown(visit, customer_id, form)
    return visit.onward("agreement", notice="agreement.agreed", customer_id=customer_id)


def _end(visit: Visit, customer_id: UUID) -> HttpResponse:
    holds = queries.agreement(customer_id)
    if holds is None:
        raise NotFound(what="agreement")
    ending = _ending(holds, visit.request.POST)
    if not ending.is_valid():
        return _shown(visit, customer_id, ending=ending)
    governing.agree(customer_id, Agreement(holds.reference), by=visit.actor)
    return visit.onward("agreement", notice="agreement.ended", customer_id=customer_id)
