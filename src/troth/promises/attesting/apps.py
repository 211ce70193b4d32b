"""Django's name for the attestations: an application of their own within the promises, with migrations of their own."""

from django.apps import AppConfig


class Attesting(AppConfig):
    """The tables are named `promises_attestation…`."""

    name = "troth.promises.attesting"
    label = "attesting"
