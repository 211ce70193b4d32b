"""A badge for other pages: how many promises are proven to be kept, of how many. It never says less than it must."""

from django.template.loader import render_to_string
from django.utils.translation import gettext

from troth.promises.statement import Statement
from troth.trust import marks, saying

LIGHT, DARK = "#fbfaf6", "#1d1c1a"
COLOURS = {"broken": "#b02a1c", "at_risk": "#935706", "none": "#5b584f", "kept": "#1d6b46"}
NARROW, WIDE = frozenset(" .,:;'|!iIjl1ft()·"), frozenset("mwMW%—")
_EM = 11


def width(text: str) -> int:
    """About how wide a text is in the badge's letters, rounded up; `textLength` then makes it exact."""
    return round(sum(_EM * (0.36 if c in NARROW else 0.9 if c in WIDE else 0.6) for c in text))


def said(statement: Statement) -> tuple[str, str]:
    """The figure, and the colour that goes with the worst of it."""
    if statement.pack is None:
        return gettext("no policy in force"), COLOURS["none"]
    figure, broken = statement.figure, statement.counts.get("broken", 0)
    told = {"kept": saying.figure(figure.kept), "provable": saying.figure(figure.provable)}
    text = gettext("%(kept)s of %(provable)s proven") % told
    if broken:
        return f"{text} · {saying.figure(broken)} {marks.counted('broken', broken)}", COLOURS["broken"]
    if statement.counts.get("at_risk") or statement.counts.get("stale"):
        return text, COLOURS["at_risk"]
    return text, COLOURS["kept" if figure.kept == figure.provable else "none"]


def svg(statement: Statement) -> str:
    """The badge; its title reads the same as its letters."""
    left, (right, colour) = gettext("security policy"), said(statement)
    one, two = width(left), width(right)
    return render_to_string(
        "trust/badge.svg",
        {
            "left": left,
            "right": right,
            "colour": colour,
            "light": LIGHT,
            "dark": DARK,
            "one": one,
            "two": two,
            "edge": one + 16,
            "all": one + two + 32,
            "at": one + 24,
        },
    )
