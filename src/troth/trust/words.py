"""Words for kinds of clauses and of controls."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext


def kinds(found: Sequence[str]) -> str:
    """How a promise is held, in a sentence for each way."""
    told = {
        "enforced": gettext("Running code enforces it."),
        "probed": gettext("Running code tries it, or measures it."),
        "attested": gettext("A named role attests it."),
        "declared": gettext("It is declared."),
    }
    return " ".join(told[one] for one in found if one in told)


def control_kind(kind: str) -> str:
    """How a control comes to know."""
    told = {
        "observed": gettext("It observes what is there, and changes nothing."),
        "probed": gettext("It tries what is forbidden, on data made for that, and expects to be refused."),
        "attested": gettext("Someone answers for it; another person has looked it over."),
        "planned": gettext("It is not built yet."),
    }
    return told.get(kind, "")


def role(code: str) -> str:
    """A role of the operator's, as a person says it."""
    told = {
        "administrator": gettext("administrator"),
        "security_officer": gettext("security officer"),
        "data_protection_officer": gettext("data-protection officer"),
        "support": gettext("support"),
        "campaign_manager": gettext("campaign manager"),
        "auditor": gettext("auditor"),
    }
    return told.get(code, code)


def attested(facts: Mapping[str, object]) -> str:
    """Who answers for an attestation and who reviewed it: by their roles, which is all that is public."""
    attester, reviewer = facts.get("attester_role"), facts.get("reviewer_role")
    if not isinstance(attester, str) or not isinstance(reviewer, str):
        return ""
    said = {"attester": role(attester), "reviewer": role(reviewer)}
    return gettext("Attested in the role of %(attester)s; reviewed in the role of %(reviewer)s.") % said
