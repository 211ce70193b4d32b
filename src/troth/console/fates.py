"""What became of what people gave, asked for and decided: marks and words for their codes."""

from collections.abc import Mapping

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

ATTESTATION_FATES = {
    "waiting": ("stale", _("Waits for its review")),
    "valid": ("kept", _("Valid")),
    "expired": ("risk", _("Its time is over")),
    "refused": ("broken", _("Refused")),
    "withdrawn": ("except", _("Taken back")),
}
EXCEPTION_FATES = {
    "asked": ("stale", _("Waits for a decision")),
    "approved": ("except", _("Approved")),
    "refused": ("broken", _("Refused")),
    "withdrawn": ("none", _("Ended early")),
    "over": ("none", _("Over")),
}


DECISIONS = {
    "in_force": ("kept", _("in force")),
    "past": ("none", _("over")),
    "waiting": ("stale", _("waits for its date")),
    "undone": ("except", _("undone before its date")),
}
CHANGES = {
    "added": ("kept", _("added")),
    "tightened": ("kept", _("tightened")),
    "reworded": ("decl", _("reworded")),
    "changed": ("risk", _("changed")),
    "loosened": ("broken", _("loosened")),
    "removed": ("broken", _("removed")),
}
COUNTED_CHANGES = {
    ("clause", "added"): _("promises added"),
    ("clause", "reworded"): _("promises reworded"),
    ("clause", "changed"): _("promises changed"),
    ("clause", "removed"): _("promises removed"),
    ("term", "added"): _("limits added"),
    ("term", "tightened"): _("limits tightened"),
    ("term", "changed"): _("limits changed"),
    ("term", "loosened"): _("limits loosened"),
    ("term", "removed"): _("limits removed"),
}
WEBHOOK_STATES = {"active": ("kept", _("In use")), "gone": ("broken", _("Gone for good"))}
DELIVERY_FATES = {
    "waiting": ("stale", _("Waits")),
    "delivered": ("kept", _("Arrived")),
    "given_up": ("broken", _("Given up")),
    "expired": ("broken", _("Too old to be news")),
    "withdrawn": ("except", _("Called off")),
}


def decision(code: str) -> tuple[str, str]:
    """What became of a decision about the policy: its mark and its word."""
    return _marked(DECISIONS[code])


def changed(code: str) -> tuple[str, str]:
    """How something changes: its mark and its word."""
    return _marked(CHANGES[code])


def counted_change(kind: str, code: str) -> str:
    """Beside a number of promises or limits that change so."""
    return str(COUNTED_CHANGES[kind, code])


def webhook_state(code: str) -> tuple[str, str]:
    """Its mark and its word."""
    return _marked(WEBHOOK_STATES[code])


def delivery_fate(code: str) -> tuple[str, str]:
    """Its mark and its word."""
    return _marked(DELIVERY_FATES[code])


def channel(code: str) -> str:
    """By what way something was told."""
    return {"webhook": gettext("webhook"), "mail": gettext("mail")}.get(code, code)


def promise_kinds() -> Mapping[str, str]:
    """What makes a promise provable."""
    return {
        "enforced": pgettext("kind of promise", "enforced by the platform"),
        "probed": pgettext("kind of promise", "probed or measured"),
        "attested": pgettext("kind of promise", "attested by people"),
        "declared": pgettext("kind of promise", "declared"),
    }


def _marked(told: tuple[str, object]) -> tuple[str, str]:
    return told[0], str(told[1])


def attestation_fate(code: str) -> tuple[str, str]:
    """Its mark and its word."""
    return _marked(ATTESTATION_FATES[code])


def exception_fate(code: str) -> tuple[str, str]:
    """Its mark and its word."""
    return _marked(EXCEPTION_FATES[code])
