"""The operator's people as a page names them: by mail address for whoever may list accounts, else by their id's end.

Listing addresses is a look like any other, so it is logged; nobody is looked up where a page names nobody.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.utils.translation import gettext

from troth.access import queries
from troth.access.roles import Action
from troth.console.visit import Visit
from troth.kernel.ids import OPERATOR

MAY_ATTEST = ("administrator", "security_officer", "data_protection_officer")


def named(visit: Visit, accounts: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """What to call each of these accounts."""
    wanted = {one for one in accounts if one is not None}
    own = visit.actor.account_id
    found = {
        one: gettext("you") if one == own else gettext("account …%(end)s") % {"end": str(one)[-6:]} for one in wanted
    }
    if wanted - {own} and visit.may(OPERATOR, Action.ACCOUNTS_LIST):
        for view in queries.accounts(visit.permit(OPERATOR, Action.ACCOUNTS_LIST)):
            if view.account_id in wanted and view.account_id != own and view.mail:
                found[view.account_id] = view.mail
    return found


def to_choose_from(visit: Visit, present: UUID | None) -> list[tuple[str, str]]:
    """Who may answer for a topic: nobody in particular, oneself, and all that one may see."""
    own = visit.actor.account_id
    choices = [("", gettext("all officers together"))]
    if own is not None:
        choices.append((str(own), gettext("you")))
    if visit.may(OPERATOR, Action.ACCOUNTS_LIST):
        listed = queries.accounts(visit.permit(OPERATOR, Action.ACCOUNTS_LIST))
        choices += [
            (str(view.account_id), view.mail or str(view.account_id))
            for view in listed
            if view.state == "active" and view.role in MAY_ATTEST and view.account_id != own
        ]
    if present is not None and str(present) not in dict(choices):
        choices.append((str(present), gettext("account …%(end)s") % {"end": str(present)[-6:]}))
    return choices
