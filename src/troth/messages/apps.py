"""Django's name for this layer: its own would be taken for `django.contrib.messages`."""

from django.apps import AppConfig


class Messages(AppConfig):
    """The layer under a label of its own; its tables are still named `messages_…`."""

    name = "troth.messages"
    label = "outbox"
