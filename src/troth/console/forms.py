"""What the pages ask for. A form checks shape; whether a thing is taken is the domain's word."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from troth.access import roles
from troth.access.terms import terms
from troth.console import words

REQUIRED = {"required": _("This is needed.")}


class SignIn(forms.Form):
    """Address and password; the customer only if the pair opens several."""

    mail = forms.CharField(
        label=_("Mail address"),
        max_length=320,
        error_messages=REQUIRED,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1024,
        strip=False,
        error_messages=REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    customer = forms.ChoiceField(label=_("Which company"), required=False)

    def __init__(self, *given: Any, companies: dict[str, str] | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        if companies is None:
            del self.fields["customer"]
        else:
            field = self.fields["customer"]
            field.choices = list(companies.items())  # type: ignore[attr-defined]  # it is the ChoiceField above


class Enrol(forms.Form):
    """What a person gives with their link. An invited person's address is known already."""

    mail = forms.CharField(
        label=_("Mail address"),
        required=False,
        max_length=320,
        help_text=_("You sign in with it. If you were invited by mail, leave it empty: it is known already."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=1024,
        strip=False,
        error_messages=REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=1024,
        strip=False,
        error_messages=REQUIRED,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        wanted = terms().password
        if wanted.classes or wanted.longest < wanted.hashed_at_most:
            self.fields["password"].help_text = _(
                "%(shortest)s to %(longest)s characters, of the kinds that the policy in force asks for."
            ) % {"shortest": wanted.shortest, "longest": wanted.longest}
            return
        self.fields["password"].help_text = _(
            "%(shortest)s characters or more. A few unrelated words are easier to keep than one word with signs."
        ) % {"shortest": wanted.shortest}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "password" in given and "again" in given and given["password"] != given["again"]:
            self.add_error("again", _("The two differ: type the same password twice."))
        return given


class NewCustomer(forms.Form):
    """A company's name, and who its owner is to be."""

    name = forms.CharField(
        label=_("Name"), max_length=200, error_messages=REQUIRED, help_text=_("As its own people say it.")
    )
    owner = forms.CharField(
        label=_("Its owner's mail address"),
        required=False,
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("The owner alone can delete the customer. You can leave it empty and invite someone later."),
    )


class Invite(forms.Form):
    """A person to invite."""

    mail = forms.CharField(
        label=_("Mail address"),
        max_length=320,
        error_messages=REQUIRED,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *given: Any, side: roles.Side, **named: Any) -> None:
        super().__init__(*given, **named)
        names = roles.CUSTOMER_ROLES if side == "customer" else roles.OPERATOR_ROLES
        self.fields["role"].choices = [(name, words.role(name)) for name in reversed(names)]  # type: ignore[attr-defined]  # it is the ChoiceField above


class Why(forms.Form):
    """Why someone looks."""

    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=list(words.PURPOSES.items()), help_text=_("What the data is used for.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        error_messages=REQUIRED,
        help_text=_("One sentence that the customer understands, with a ticket if there is one. Name no person."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *given: Any, reason_needed: bool, **named: Any) -> None:
        super().__init__(*given, **named)
        if not reason_needed:
            del self.fields["reason"]


class NewApiKey(forms.Form):
    """A key's name and life."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        error_messages=REQUIRED,
        help_text=_("What will use it, so that you know later which one to revoke."),
    )
    days = forms.IntegerField(label=_("Days until it ends"), min_value=1, initial=lambda: terms().key.lives.days)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["days"].help_text = _("At most %(days)s.") % {"days": terms().key.lives_at_most.days}


class NewDataset(forms.Form):
    """A dataset's name and fields."""

    name = forms.CharField(label=_("Name"), max_length=63, error_messages=REQUIRED)
    fields_text = forms.CharField(
        label=_("Fields"),
        max_length=200_000,
        error_messages=REQUIRED,
        widget=forms.Textarea(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    one_record = forms.ChoiceField(
        label=_("Records of one person"),
        choices=[
            ("yes", _("one each: a second one is a duplicate")),
            ("no", _("as many as there are")),
        ],
    )


class Find(forms.Form):
    """One identifier, exactly."""

    kind = forms.ChoiceField(label=_("By"))
    value = forms.CharField(
        label=_("Exactly"),
        max_length=400,
        error_messages=REQUIRED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *given: Any, kinds: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # it is the ChoiceField above


class Upload(forms.Form):
    """A file to import."""

    file = forms.FileField(
        label=_("File"), error_messages={**REQUIRED, "empty": _("The file is empty: choose another.")}
    )
    format = forms.ChoiceField(
        label=_("Format"),
        required=False,
        choices=[("", _("as its name says")), ("csv", "CSV"), ("jsonl", _("JSON lines")), ("parquet", "Parquet")],
    )
    on_duplicate = forms.ChoiceField(
        label=_("If a person already has a record"),
        choices=[
            ("reject", _("reject the row, and say so")),
            ("skip", _("leave what is there")),
            ("update", _("bring it up to date")),
        ],
    )


class Typed(forms.Form):
    """The word that must be typed before something goes for good."""

    typed = forms.CharField(
        max_length=200, error_messages=REQUIRED, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *given: Any, label: str, expected: str | None = None, help_text: str = "", **named: Any) -> None:
        super().__init__(*given, **named)
        self.expected = expected
        self.fields["typed"].label, self.fields["typed"].help_text = label, help_text

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if self.expected is not None and typed.strip() != self.expected:
            raise forms.ValidationError(_("That is not what is asked for: type it exactly as it is shown."))
        return typed


class DeleteCustomer(Typed):
    """Grace and name."""

    grace = forms.ChoiceField(label=_("Grace"), required=False)
    field_order = ["grace", "typed"]

    def __init__(self, *given: Any, graces: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["grace"].choices = graces  # type: ignore[attr-defined]  # it is the ChoiceField above
