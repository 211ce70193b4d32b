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
    return [path(f"{start}{route}", view, told, name=name) for start, told in known]  # type: ignore[call-overload, misc]  # a view


urlpatterns = [
    *_in_every_language("", views.page, "page"),
    path("static/trust/<str:name>", assets.serve, name="asset"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]
