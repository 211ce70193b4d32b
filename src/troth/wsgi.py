"""The WSGI application, loaded once in every web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troth.settings")

application = get_wsgi_application()

from troth.host.web import enter_worker  # noqa: E402 - the logging of Django's set-up comes first, ours replaces it

enter_worker()
