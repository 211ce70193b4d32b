"""Everything under `/api/`."""

from django.urls import URLPattern, URLResolver, include, path

from troth.api import data_plane, docs
from troth.api import records as _records  # noqa: F401 - declares its addresses
from troth.api.description import interface
from troth.api.routes import customers, datasets, keys

for _router in (customers.router, datasets.router, keys.router):
    interface.add_router("", _router)

urlpatterns: list[URLPattern | URLResolver] = [
    path("docs", docs.page),
    path("docs/<str:name>", docs.asset),
    path("openapi.json", docs.openapi),
    path("v1/", include(data_plane.patterns())),
    path("v1/", interface.urls),
]
