"""Words for kinds of clauses and of controls."""

from collections.abc import Sequence

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
