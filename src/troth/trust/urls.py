"""Every public address, in one table. Addresses without a language speak the reader's own."""

from django.urls import URLPattern, path

from troth.trust import assets, views

app_name = "trust"


def _in_every_language(route: str, view: object, name: str) -> list[URLPattern]:
    known: tuple[tuple[str, dict[str, str]], ...] = (
        ("trust", {}),
        ("trust/en", {"language": "en"}),
        ("trust/fr", {"language": "fr"}),
    )
    return [path(f"{start}{route}", view, told, name=name) for start, told in known]  # type: ignore[call-overload]  # a view


urlpatterns = [
    *_in_every_language("", views.page, "page"),
    *_in_every_language("/clauses/<str:clause_id>", views.clause, "clause"),
    *_in_every_language("/controls/<str:control_id>", views.control, "control"),
    *_in_every_language("/feed.atom", views.changes, "feed"),
    *_in_every_language("/badge.svg", views.badge_svg, "badge"),
    path("trust/statement.json", views.statement, name="statement"),
    path("trust/key", views.key, name="key"),
    path("trust/evidence/<uuid:event_id>/entry", views.evidence, {"part": "entry"}, name="evidence_entry"),
    path("trust/evidence/<uuid:event_id>/proof", views.evidence, {"part": "proof"}, name="evidence_proof"),
    path("static/trust/<str:name>", assets.serve, name="asset"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]
