"""What the pages of promises ask for. None of them takes a state: a state is derived, and typed by nobody."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.console.forms import REQUIRED
from troth.promises.attesting.terms import DEFAULT as ATTESTING
from troth.promises.terms import DEFAULT as PROMISES


class Attest(forms.Form):
    """A person's word, a document that shows it, or both."""

    statement = forms.CharField(
        label=_("Statement"),
        required=False,
        max_length=ATTESTING.statement_at_most,
        widget=forms.Textarea,
        help_text=_(
            "What is so, since when, and how you know. Sealed: the public sees that it was given, not what it says."
        ),
    )
    document = forms.FileField(
        label=_("Document"),
        required=False,
        error_messages={"empty": _("The file is empty: choose another.")},
        help_text=_(
            "Whatever shows it: a report, a register, a signed page. It is sealed, and every look at it is logged."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors and not (given.get("statement") or "").strip() and not given.get("document"):
            self.add_error("statement", _("Write a statement, or hand in a document, or both."))
        return given


class Assign(forms.Form):
    """Who answers for a topic."""

    owner = forms.ChoiceField(label=_("Who answers for it"), required=False)

    def __init__(self, *given: Any, people: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["owner"].choices = people  # type: ignore[attr-defined]  # it is the ChoiceField above


class Reason(forms.Form):
    """Why, in one's own words."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=ATTESTING.reason_at_most,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *given: Any, needed: bool, help_text: str = "", **named: Any) -> None:
        super().__init__(*given, **named)
        self.needed = needed
        self.fields["reason"].help_text = help_text

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"].strip()
        if self.needed and not reason:
            raise forms.ValidationError(_("Say why: whoever gave it must know what to mend."))
        return reason


class AskException(forms.Form):
    """A reason that will be published, and the day on which it ends."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=PROMISES.reason_at_most,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("One sentence, which will be published beside the promise. Name no person and no customer."),
    )
    until = forms.DateField(
        label=_("Last day"),
        error_messages={**REQUIRED, "invalid": _("Give a day, like 2027-01-31.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["until"].help_text = _(
            "At midnight UTC after it the exception ends by itself. At most %(days)s days from now."
        ) % {"days": PROMISES.exception_at_most.days}

    def end(self) -> datetime:
        """The end of the day that was given."""
        return datetime.combine(self.cleaned_data["until"], time(23, 59, 59), tzinfo=UTC)
