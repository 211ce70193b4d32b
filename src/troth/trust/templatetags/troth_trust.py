"""Tags of the trust page. With `statement_body`, the whole list of promises, the console shows a customer its own."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from troth.promises.statement import ControlPage, Statement
from troth.trust import assets, marks, pages, saying, words

register = template.Library()


@register.simple_tag
def trust_stylesheet() -> str:
    """The address of the page's one stylesheet."""
    return assets.address("trust.css")


@register.simple_tag
def trust_mark(name: str) -> SafeString:
    """A state's shape. The word beside it says the same, so a screen reader skips it."""
    return format_html('<svg class="mark {}" aria-hidden="true"><use href="#m-{}"/></svg>', name, name)


@register.simple_tag
def trust_state(state: str) -> SafeString:
    """A state: colour, shape, word."""
    known: Any = state
    name = marks.MARKS[known]
    return format_html('<span class="state {}">{}{}</span>', name, trust_mark(name), marks.word(known))


@register.simple_tag(takes_context=True)
def seen(context: Mapping[str, Any], moment: datetime | None) -> SafeString:
    """A moment, said twice: how long ago, and the UTC instant on hover and in print."""
    if moment is None:
        return SafeString("")
    told = saying.relative(moment, context["now"])
    return format_html('<time datetime="{}" title="{}">{}</time>', saying.machine(moment), saying.utc(moment), told)


@register.simple_tag(takes_context=True)
def on_day(context: Mapping[str, Any], moment: datetime) -> SafeString:
    """A day, or within the last one the hour; the UTC instant on hover and in print."""
    now: datetime = context["now"]
    near = timedelta(0) <= now - moment < timedelta(days=1)
    told = f"{moment:%H:%M} UTC" if near else saying.day(moment, now)
    return format_html(
        '<time class="day" datetime="{}" title="{}">{}</time>', saying.machine(moment), saying.utc(moment), told
    )


@register.simple_tag(takes_context=True)
def day(context: Mapping[str, Any], found: date) -> str:
    """A day without an hour."""
    return saying.day(found, context["now"])


@register.simple_tag
def instant(moment: datetime) -> SafeString:
    """The UTC instant, written out."""
    return format_html('<time class="full" datetime="{}">{}</time>', saying.machine(moment), saying.minute(moment))


@register.simple_tag
def every(length: timedelta) -> str:
    """An interval, as "every 15 min"."""
    return saying.span(length, marks.language())


register.filter("figure", saying.figure)


@register.filter
def attested_by(control: ControlPage) -> str:
    """Whose word its newest evidence rests on, by role; nothing for what no person attests."""
    return words.attested(control.evidence[0].facts) if control.evidence else ""


@register.inclusion_tag("trust/_promises.html")
def statement_body(statement: Statement, clauses_at: str) -> dict[str, object]:
    """Every promise and the register of misses; `clauses_at` stands before a clause's id in its page's address."""
    return {"laid": pages.lay(statement, clauses_at=clauses_at), "now": statement.evaluated_at}


@register.inclusion_tag("trust/_marks.html")
def trust_marks() -> dict[str, object]:
    """The shapes, once per page, before they are used."""
    return {}
