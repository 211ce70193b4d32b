"""What a customer's overview says."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext

from troth.access.roles import Action
from troth.console import looks, progressing
from troth.console.views.datasets import listed
from troth.console.visit import Visit
from troth.erasure import queries
from troth.tenancy.models import State


def of(visit: Visit, customer_id: UUID) -> dict[str, Any]:
    """Only what this role may see."""
    route = {"customer_id": customer_id}
    active = visit.customer is not None and visit.customer.state == State.ACTIVE
    told: dict[str, Any] = {
        "actions": _offered(visit, customer_id) if active else [],
        "erased": visit.customer is not None and visit.customer.state == State.ERASED,
    }
    if visit.may(customer_id, Action.DATASETS_LIST):
        told["listing"] = listed(visit.permit(customer_id, Action.DATASETS_LIST), customer_id).arrange(visit.request)
    told["events"] = looks.recent(visit, customer_id)
    if visit.may(customer_id, Action.LOG_READ):
        told["log_url"] = reverse("console:log", kwargs=route)
    if visit.may(customer_id, Action.ERASURES_READ):
        told |= _erasing(visit, customer_id)
    if active and visit.may(customer_id, Action.DATASETS_ADD):
        told["new_dataset_url"] = reverse("console:dataset_new", kwargs=route)
    return told


def _erasing(visit: Visit, customer_id: UUID) -> dict[str, Any]:
    running = [one for one in queries.listing(visit.permit(customer_id, Action.ERASURES_READ)) if not one.finished]
    deletion = next((one for one in running if one.target == "customer"), None)
    told: dict[str, Any] = {"erasing": len(running)}
    if deletion is not None:
        mark, _, _ = progressing.state(deletion)
        route = {"customer_id": customer_id, "erasure_id": deletion.erasure_id}
        told["deletion"] = {
            "mark": "broken" if mark == "broken" else "risk",
            "word": gettext("This customer is being deleted."),
            "url": reverse("console:erasure", kwargs=route),
        }
    return told


def _offered(visit: Visit, customer_id: UUID) -> list[dict[str, str]]:
    offered = [
        ("find", Action.RECORDS_FIND, gettext("Find a person")),
        ("people", Action.ACCOUNTS_MANAGE, gettext("Invite someone")),
        ("delete_customer", Action.CUSTOMER_DELETE, gettext("Delete everything")),
    ]
    route = {"customer_id": customer_id}
    return [
        {"url": reverse(f"console:{name}", kwargs=route), "label": label}
        for name, action, label in offered
        if visit.may(customer_id, action)
    ]
