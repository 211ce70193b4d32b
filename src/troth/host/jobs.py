"""Jobs of the host itself."""

import structlog
from procrastinate import JobContext
from procrastinate.contrib.django import app

STALLED_AFTER = 15.0
"""Seconds without a heartbeat (the worker gives one every five) after which its jobs are taken for orphans."""

log = structlog.get_logger("troth.host")


@app.periodic(cron="* * * * * */20")
@app.task(queueing_lock="retry-stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """A job whose worker died stays `doing` for ever unless someone notices: its heartbeat stopped, so run it again."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        log.warning("retrying a stalled job", job=job.id, task=job.task_name)
        await manager.retry_job(job)
