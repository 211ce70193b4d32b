"""Where the layers below are told, once, whom to ask for what the policy obliges them to."""

from django.apps import AppConfig


class Policy(AppConfig):
    """The layer of packs and terms."""

    name = "troth.policy"
    label = "policy"

    def ready(self) -> None:
        """Hand the log its terms: it stands below, and imports nothing from here (decision 0902)."""
        from troth.audit import terms  # noqa: PLC0415 - Django is ready only now
        from troth.policy import log_terms  # noqa: PLC0415 - as above

        terms.read_from(log_terms.of_customer)
