"""Every way in by HTTP."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("troth.api.urls")),
    path("", include("troth.trust.urls")),
    path("", include("troth.console.urls")),
]
handler400 = "troth.console.faults.bad_request"
handler404 = "troth.console.faults.not_found"
handler500 = "troth.console.faults.broken"
