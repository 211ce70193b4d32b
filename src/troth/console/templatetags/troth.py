"""Tags and filters of the console's templates."""

from datetime import UTC, datetime

from django import template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from troth.console import assets, saying

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """The address of a vendored file, with its digest, so that it can be kept for ever."""
    return assets.address(name)


@register.simple_tag
def mark(name: str) -> SafeString:
    """A state's shape. The word beside it says the same, so a screen reader skips it."""
    return format_html(
        '<svg class="mark" aria-hidden="true"><use href="{}#{}"/></svg>', assets.address("marks.svg"), name
    )


@register.simple_tag
def state(name: str, word: object) -> SafeString:
    """A state: colour, shape, word."""
    return format_html('<span class="state {}">{}{}</span>', name, mark(name), word)


@register.simple_tag
def when(moment: datetime | None, how: str = "relative") -> SafeString:
    """A moment, said twice: relative, with the UTC instant on hover and in print; `both` writes the two out."""
    if moment is None:
        return SafeString("")
    told, exact = saying.relative(moment, datetime.now(UTC)), saying.utc(moment)
    machine = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if how == "both":
        return format_html('<time class="full" datetime="{}">{} · {}</time>', machine, told, exact)
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, exact, told)


register.filter("figure", saying.figure)
register.filter("lasting", saying.lasting)


@register.filter
def short(value: object) -> str:
    """The end of an id: the part of a UUIDv7 that differs between neighbours."""
    return str(value)[-12:]


@register.inclusion_tag("console/_field.html")
def field(bound: BoundField, code: bool = False) -> dict[str, object]:
    """One field of a form: label above, help below, error beside."""
    described = " ".join(
        [f"{bound.auto_id}-help"] * bool(bound.help_text) + [f"{bound.auto_id}-error"] * bool(bound.errors)
    )
    attributes: dict[str, str | bool] = {}
    if described:
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if code:
        attributes["class"] = "code"
    return {"bound": bound, "widget": bound.as_widget(attrs=attributes)}
