"""An erasure as a page shows it: what is being done now, step by step, against its clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from troth.access.roles import Action
from troth.console import saying
from troth.console.visit import Visit
from troth.erasure import rendering
from troth.erasure.queries import Progress, StepShown
from troth.erasure.rules import State, Step, StepState
from troth.kernel.clock import SYSTEM

STEPS = {
    Step.FREEZE: _("Freeze: nothing is stored, changed or shown any more"),
    Step.BUNDLE: _("Hand the owner their log"),
    Step.KEYS: _("Destroy the keys, in every copy"),
    Step.ROWS: _("Purge the rows"),
    Step.STORES: _("Purge caches, jobs, exports, spools and accounts"),
    Step.OPENINGS: _("Purge what could open log entries"),
    Step.SCAN: _("Look for survivors, everywhere"),
    Step.WORKERS: _("Wait until no process holds the old keys"),
    Step.CERTIFICATE: _("Sign the certificate"),
}
NOW = {
    Step.FREEZE: _("Now: it is being frozen."),
    Step.BUNDLE: _("Now: the owner's log is being gathered."),
    Step.KEYS: _("Now: the keys are being destroyed."),
    Step.ROWS: _("Now: rows are being purged."),
    Step.STORES: _("Now: caches, jobs, exports and spools are being purged."),
    Step.OPENINGS: _("Now: what could open log entries is being purged."),
    Step.SCAN: _("Now: every table and store is searched for survivors."),
    Step.WORKERS: _("Now: waiting until no process holds the old keys."),
    Step.CERTIFICATE: _("Now: the certificate is being signed."),
}
STEP_STATES = {
    StepState.PENDING: ("none", _("to come")),
    StepState.RUNNING: ("running", _("running")),
    StepState.WAITING: ("stale", _("waiting")),
    StepState.FAILED: ("broken", _("failed")),
    StepState.DONE: ("kept", _("done")),
}
CLOCKS = {
    "running": ("running", _("Within its time")),
    "at_risk": ("risk", _("Close to its limit")),
    "late": ("broken", _("Past its limit")),
    "kept": ("kept", _("Kept its time")),
    "missed": ("broken", _("Missed its time")),
    "unknown": ("none", _("Not proven")),
}


@dataclass(frozen=True, slots=True)
class StepView:
    """One step."""

    mark: str
    word: str
    state: str
    took: str
    detail: str
    retry_url: str


@dataclass(frozen=True, slots=True)
class ErasureView:
    """The whole of it."""

    id: UUID
    title: str
    sentence: str
    steps: list[StepView]
    done: int
    elapsed: float
    limit: float
    clock_mark: str
    clock_word: str
    asked: datetime
    grace_until: datetime | None
    subject: UUID | None
    live: bool
    live_url: str
    certificate_url: str = ""
    cancel_url: str = ""


def view(visit: Visit, progress: Progress, *, live_url: str, certificate_url: str = "") -> ErasureView:
    """What the page says; a receipt's reader, who is nobody here, is offered nothing to press."""
    route = {"customer_id": progress.customer_id, "erasure_id": progress.erasure_id}
    may_retry = visit.may(progress.customer_id, Action.ERASURES_RETRY)
    retry = reverse("console:erasure_retry", kwargs=route) if may_retry else ""
    needed = Action.CUSTOMER_DELETE if progress.target == "customer" else Action.SUBJECTS_ERASE
    cancel = progress.cancellable and visit.may(progress.customer_id, needed)
    mark, word = CLOCKS[progress.production.state]
    cancelled = progress.state is State.CANCELLED
    return ErasureView(
        id=progress.erasure_id,
        title=title(progress),
        sentence=sentence(progress),
        steps=[] if cancelled else [_step(step, retry) for step in progress.steps],
        done=sum(step.state is StepState.DONE for step in progress.steps),
        elapsed=progress.production.elapsed.total_seconds(),
        limit=progress.production.limit.total_seconds(),
        clock_mark="except" if cancelled else mark,
        clock_word=gettext("Cancelled") if cancelled else str(word),
        asked=progress.confirmed_at,
        grace_until=progress.grace_until if progress.grace_until > progress.confirmed_at else None,
        subject=progress.target_id if progress.target == "subject" else None,
        live=not progress.finished,
        live_url=live_url,
        certificate_url=certificate_url,
        cancel_url=reverse("console:erasure_cancel", kwargs=route) if cancel else "",
    )


def title(progress: Progress) -> str:
    """What is erased."""
    return gettext("Erasure of one person") if progress.target == "subject" else gettext("Deletion of a customer")


def current(progress: Progress) -> StepShown | None:
    """The step that is worked on."""
    return next((step for step in progress.steps if step.state is not StepState.DONE), None)


def sentence(progress: Progress) -> str:
    """Where it stands, in one sentence."""
    if progress.state is State.CANCELLED:
        return gettext("Cancelled. Nothing was destroyed.")
    if progress.finished:
        took = saying.lasting(progress.production.elapsed.total_seconds())
        return gettext("Done, %(time)s after it was asked for. Nothing that we hold opens it any more.") % {
            "time": took
        }
    if progress.stuck:
        return gettext("It is stuck: a person must look at the step that fails, then try it again.")
    now, step = SYSTEM.now(), current(progress)
    if progress.state is State.FROZEN and progress.grace_until > now:
        left = saying.lasting((progress.grace_until - now).total_seconds())
        return gettext("Frozen. The grace lasts another %(time)s; until then it can be cancelled.") % {"time": left}
    return str(NOW[step.step if step else Step.CERTIFICATE])


def state(progress: Progress) -> tuple[str, str, str]:
    """Mark, word and code of the state, for a table."""
    if progress.state is State.CANCELLED:
        return "except", gettext("Cancelled"), progress.state.value
    if progress.finished:
        mark = "kept" if progress.production.state == "kept" else "broken"
        return mark, gettext("Done"), progress.state.value
    step = current(progress)
    mark, word = STEP_STATES[step.state if step else StepState.PENDING]
    if progress.stuck:
        return "broken", gettext("Stuck"), "stuck"
    return ("running" if mark == "none" else mark), str(STEPS[step.step] if step else word), progress.state.value


def took(progress: Progress) -> str:
    """Time taken beside its limit: `19 h 40 min of 24 h`."""
    elapsed, limit = progress.production.elapsed.total_seconds(), progress.production.limit.total_seconds()
    told = {"time": saying.lasting(elapsed), "limit": saying.lasting(limit)}
    return gettext("%(time)s of %(limit)s") % told


def _step(step: StepShown, retry_url: str) -> StepView:
    mark, word = STEP_STATES[step.state]
    spent = ""
    if step.started_at is not None and step.state is not StepState.PENDING:
        spent = saying.lasting(max(0.0, ((step.finished_at or SYSTEM.now()) - step.started_at).total_seconds()))
    failed = step.state is StepState.FAILED
    return StepView(mark, str(STEPS[step.step]), str(word), spent, _detail(step), retry_url if failed else "")


def _detail(step: StepShown) -> str:
    told = []
    if step.total and step.state is not StepState.DONE:
        counted = {"done": saying.figure(step.done), "total": saying.figure(step.total)}
        told.append(gettext("%(done)s of %(total)s") % counted)
    elif step.done:
        counted = {"count": saying.figure(step.done)}
        told.append(ngettext("%(count)s removed or checked", "%(count)s removed or checked", step.done) % counted)
    if step.state is StepState.WAITING and step.waiting_for:
        told.append(gettext("Waiting: %(what)s.") % {"what": gettext(step.waiting_for)})
    if step.state is StepState.FAILED:
        tried = ngettext("Tried %(count)s time (%(code)s).", "Tried %(count)s times (%(code)s).", step.attempts)
        told.append(tried % {"count": step.attempts, "code": step.error_code or "?"})
        if step.next_attempt_at is not None:
            left = (step.next_attempt_at - SYSTEM.now()).total_seconds()
            told.append(gettext("By itself again in %(time)s.") % {"time": saying.lasting(max(1.0, left))})
    return " ".join(told)


def wording() -> rendering.Words:
    """The words of erasures and certificates, in the page's language."""
    return rendering.words("fr" if get_language() == "fr" else "en")


def fate(preview: Any) -> dict[str, list[str]]:
    """What will go, what will stay, what can't be undone, from the plan itself."""
    words = wording()
    goes = [f"{words('store', name)}: {saying.figure(count)}" for name, count in preview.goes if count]
    goes.append(gettext("The keys that open all of it, in every key place and for every backup"))
    final = [
        gettext(
            "Once the keys are destroyed, nobody can open this data: neither we, nor a backup, nor the recovery kit"
        ),
    ]
    if preview.target == "subject":
        final.append(gettext("If the person is imported again, they are someone new"))
    else:
        final.append(gettext("Every account ends, yours too; what remains for you is the receipt"))
    stays = [f"{words('remains', what)}, {words('why', why)}" for what, why in preview.stays]
    return {"goes": goes, "stays": stays, "final": final}
