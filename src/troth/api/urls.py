"""Everything under `/api/`."""

from django.urls import URLPattern, URLResolver, include, path

from troth.api import data_plane, docs
from troth.api import records as _records  # noqa: F401 - declares its addresses
from troth.api.description import interface
from troth.api.routes import customers, datasets, erasures, keys, log

for _router in (customers.router, datasets.router, keys.router, log.router, erasures.router):
    interface.add_router("", _router)

_paths, _application, _namespace = interface.urls
# Without ninja's root page: an address that is none of ours answers as such.
_control_plane = [each for each in _paths if getattr(each, "name", None) != "api-root"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("docs", docs.page),
    path("docs/<str:name>", docs.asset),
    path("openapi.json", docs.openapi),
    path("v1/", include(data_plane.patterns())),
    path("v1/", include((_control_plane, _application), namespace=_namespace)),
]
