"""The job worker: procrastinate on our PostgreSQL, with the keeper's login beside the app's."""

from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.django_connector import DjangoConnector

from troth.host import jobs as jobs_of_host
from troth.host.config import Config

CONCURRENCY = 4


def work(config: Config) -> None:
    """Work until SIGTERM; a running job gets a few seconds to end, and is retried by the next worker when it can't."""
    with jobs.replace_connector(DjangoConnector().get_worker_connector()) as worker:
        worker.run_worker(
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=10.0,
            fetch_job_polling_interval=2.0,
            listen_notify=True,
            update_heartbeat_interval=5.0,
            stalled_worker_timeout=jobs_of_host.STALLED_AFTER,
            delete_jobs="successful",
            install_signal_handlers=True,
        )
