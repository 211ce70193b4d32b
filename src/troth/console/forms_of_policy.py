"""What the pages of the policy, of agreements and of webhooks ask for."""

import json
import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.console.forms import REQUIRED, Typed
from troth.policy.agreements import REFERENCE
from troth.policy.nodes import LARGEST

_INDENT = "  "
_BEFORE = 2
"""Lines that stand before a person's own in the text that is read."""


class OwnPack(forms.Form):
    """A pack from a file; `text` is the same once it was read, so that it need not be chosen twice."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        error_messages={"empty": _("The file is empty: choose another.")},
        help_text=_("YAML, as the template shows it. Every fault is named with its line and column."),
    )
    text = forms.CharField(required=False, max_length=LARGEST, strip=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not given.get("file") and not given.get("text"):
            self.add_error("file", _("Choose the file of the pack."))
        return given

    def content(self) -> bytes | str:
        """What was handed in. One byte more than may be is enough to refuse it."""
        file = self.cleaned_data["file"]
        return bytes(file.read(LARGEST + 1)) if file else str(self.cleaned_data["text"])


class Activate(Typed):
    """Why a policy comes into force, from when on, and its id as a sign that one means it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("For whoever reads the decision later. It is kept for ever, sealed. Name no person."),
    )
    effective = forms.DateTimeField(
        label=_("In force from"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        error_messages={"invalid": _("Give a day and a time, like 2027-01-31 08:00.")},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("In UTC. Empty: at once."),
    )
    field_order = ["reason", "effective", "typed"]


class Agree(forms.Form):
    """A customer's own terms, one in each line, as a pack writes them."""

    reference = forms.CharField(
        label=_("Reference"),
        max_length=80,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("The number of the contract or annex. Name no person."),
    )
    terms = forms.CharField(
        label=_("Terms"),
        max_length=100_000,
        error_messages=REQUIRED,
        strip=False,
        widget=forms.Textarea(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_reference(self) -> str:
        reference: str = self.cleaned_data["reference"]
        if not REFERENCE.fullmatch(reference):
            raise forms.ValidationError(_("Letters, digits, blanks and . / _ - alone, the first a letter or digit."))
        return reference

    def text(self) -> str:
        """The whole agreement as it is read: what was typed stands under `terms`, whatever it holds."""
        lines = [_INDENT + line for line in re.split(r"\r\n|\r|\n", self.cleaned_data["terms"])]
        return "\n".join([f"reference: {json.dumps(self.cleaned_data['reference'])}", "terms:", *lines])

    @staticmethod
    def place(line: int, column: int) -> tuple[int, int]:
        """Where a fault in that text stands in what was typed."""
        return max(1, line - _BEFORE), max(1, column - len(_INDENT))


class NewWebhook(forms.Form):
    """Where webhooks go."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2_000,
        error_messages=REQUIRED,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text=_(
            "https, on the public internet. It is sealed, for its path may be a secret; the host alone is shown."
        ),
    )
