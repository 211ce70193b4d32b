"""Words for codes: states, operations, purposes, roles, notices, errors.

The codes stand in the log; the words on the page.
"""

import re
from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as noop

from troth.access.roles import Action
from troth.kernel.errors import TrothError

CUSTOMER_STATES = {
    "active": ("kept", _("Active")),
    "closing": ("risk", _("Being deleted")),
    "erased": ("except", _("Erased")),
}

PURPOSES = {
    "support": _("support: someone asked us to look"),
    "campaign": _("campaign: preparing or checking one"),
    "contract": _("contract: doing what the customer ordered"),
    "analytics": _("analytics: counting, not contacting"),
    "quality": _("quality: checking the data itself"),
    "rights": _("rights: a person asked about their data"),
    "security": _("security: looking into an incident"),
}

ROLES = {
    "owner": _("owner"),
    "administrator": _("administrator"),
    "manager": _("manager"),
    "user": _("user"),
    "viewer": _("viewer"),
    "security_officer": _("security officer"),
    "data_protection_officer": _("data-protection officer"),
    "support": _("support"),
    "campaign_manager": _("campaign manager"),
    "auditor": _("auditor"),
    "system": _("the platform"),
    "cli": _("command line"),
    "none": _("nobody"),
}

NOTICES = {
    "dataset.added": _("The dataset is there. Now import a file into it."),
    "record.corrected": _("Corrected."),
    "api_key.revoked": _("The key is revoked: from now on it opens nothing."),
    "account.enrolled": _("Your account is made. Sign in with it."),
    "password.outdated": _("Your password is right, but it does not meet the rules that hold now. Choose another one."),
    "signed_out": _("You are signed out."),
    "signed_out.everywhere": _("Every session of yours has ended."),
    "erasure.retried": _("It is being tried again."),
    "erasure.cancelled": _("Cancelled. Nothing was destroyed, and data may come in again."),
    "looking.stopped": _("You have stopped looking."),
    "customer.renamed": _("Renamed."),
    "promise.check_asked": _("It will be looked at as soon as the worker can."),
    "promise.nothing_to_check": _("There is nothing to look at: its capability is still to come."),
    "attestation.assigned": _("Noted. Whoever answers for it is reminded before it falls due."),
    "attestation.given": _("Your word is given. It counts once somebody else has reviewed it."),
    "attestation.accepted": _("Accepted: it counts from now. Its promise is being looked at."),
    "attestation.refused": _("Refused: it does not count. Whoever gave it can read why."),
    "attestation.withdrawn": _("Taken back: it counts no more. Its promise is being looked at."),
    "exception.asked": _("Asked for. It counts once another officer has approved it."),
    "exception.approved": _("Approved: it counts until its end, and is published."),
    "exception.refused": _("Refused: it never counts."),
    "exception.withdrawn": _("Ended: it counts no more."),
    "policy.kept": _("Kept for ever. It comes into force only by a decision."),
    "policy.activated": _("It is in force: everybody can hold us to it from now."),
    "policy.later": _("Decided: it comes into force on its date, unless another decision comes before."),
    "agreement.agreed": _("Recorded: it binds from now."),
    "agreement.ended": _("Ended: the policy alone holds."),
    "webhook.tested": _("A test is on its way. Reload in a moment to see what became of it."),
    "webhook.removed": _("Removed: nothing more is sent there."),
    "account.ended": _("The account has ended, and with it its sessions and keys."),
}

OPERATIONS = {
    "account.deactivate": _("an account was ended"),
    "account.enrol": _("someone made their account"),
    "account.invite": _("someone was invited"),
    "account.reinvite": _("someone got a fresh link"),
    "account.renew": _("someone had to choose another password"),
    "account.role": _("an account got another role"),
    "accounts.list": _("the accounts were listed"),
    "attestation.assign": _("a topic got somebody who answers for it"),
    "attestation.document": _("the document of an attestation was taken away"),
    "attestation.give": _("a promise was attested"),
    "attestation.review": _("an attestation was reviewed"),
    "attestation.show": _("an attestation was read"),
    "attestation.withdraw": _("an attestation was taken back"),
    "api_key.add": _("an API key was made"),
    "api_key.revoke": _("an API key was revoked"),
    "console.export": _("a list was taken away"),
    "customer.active": _("the deletion was cancelled"),
    "customer.add": _("the customer was added"),
    "customer.closing": _("the customer was closed for deletion"),
    "customer.rename": _("the customer was renamed"),
    "dataset.added": _("a dataset was added"),
    "dataset.extended": _("a dataset got more fields"),
    "dataset.imported": _("a file was imported"),
    "erasure.begun": _("an erasure began to destroy keys"),
    "erasure.cancelled": _("an erasure was cancelled"),
    "erasure.certified": _("a certificate was signed"),
    "erasure.frozen": _("an erasure froze what it is about"),
    "erasure.proven": _("an erasure found nothing left"),
    "erasure.receipt_expired": _("a receipt ended"),
    "erasure.requested": _("an erasure was asked for"),
    "erasure.retried": _("an erasure was tried again"),
    "erasure.step_failed": _("a step of an erasure failed"),
    "import.rejected_rows": _("rejected rows were taken away"),
    "log.exported": _("the log was taken away"),
    "log.read": _("the log was read"),
    "policy.activated": _("a policy was brought into force"),
    "policy.agreed": _("terms were agreed with this customer"),
    "policy.published": _("a version of a policy was kept"),
    "promise.check_asked": _("a look was asked for"),
    "promise.exception_approved": _("an exception was approved"),
    "promise.exception_asked": _("an exception was asked for"),
    "promise.exception_refused": _("an exception was refused"),
    "promise.exception_withdrawn": _("an exception was ended"),
    "promise.observed": _("a control looked"),
    "message.delivered": _("a message arrived"),
    "message.expired": _("a message was too old to be sent"),
    "message.given_up": _("a message was given up"),
    "message.withdrawn": _("a message was withdrawn"),
    "record.corrected": _("a record was corrected"),
    "record.deleted": _("a record was deleted"),
    "record.found": _("a person was looked up"),
    "record.read": _("a record was read"),
    "records.exported": _("records were taken away"),
    "records.imported": _("records were imported"),
    "records.paged": _("records were looked through"),
    "records.read": _("records were read"),
    "records.scanned": _("records were filtered"),
    "records.stored": _("records were stored"),
    "sign_in": _("someone signed in"),
    "sign_out": _("someone signed out"),
    "webhook.add": _("a webhook was added"),
    "webhook.remove": _("a webhook was removed"),
    "webhook.test": _("a test was sent to a webhook"),
    "subject.frozen": _("a person was frozen"),
    "subject.shown": _("a person was looked at"),
    "subject.thawed": _("a person was thawed"),
}

ACTIONS = {
    Action.CUSTOMERS_LIST: _("listing the customers"),
    Action.CUSTOMERS_ADD: _("adding a customer"),
    Action.CUSTOMER_SHOW: _("seeing the customer"),
    Action.CUSTOMER_RENAME: _("renaming the customer"),
    Action.CUSTOMER_DELETE: _("deleting the customer"),
    Action.ACCOUNTS_LIST: _("listing the accounts"),
    Action.ACCOUNTS_MANAGE: _("inviting and ending accounts"),
    Action.API_KEYS_MANAGE: _("making API keys"),
    Action.API_KEYS_REVOKE: _("revoking API keys"),
    Action.DATASETS_LIST: _("listing the datasets"),
    Action.DATASETS_ADD: _("adding a dataset"),
    Action.RECORDS_READ: _("reading records"),
    Action.RECORDS_FIND: _("looking people up"),
    Action.RECORDS_SCAN: _("filtering records"),
    Action.RECORDS_EXPORT: _("taking records away"),
    Action.RECORDS_STORE: _("storing records"),
    Action.RECORDS_CORRECT: _("correcting records"),
    Action.RECORDS_DELETE: _("deleting records"),
    Action.RECORDS_IMPORT: _("importing files"),
    Action.SUBJECTS_SHOW: _("looking at a person"),
    Action.SUBJECTS_ERASE: _("erasing a person"),
    Action.ERASURES_READ: _("following erasures"),
    Action.ERASURES_RETRY: _("trying an erasure again"),
    Action.CERTIFICATES_READ: _("reading certificates"),
    Action.LOG_READ: _("reading the log"),
    Action.LOG_EXPORT: _("taking the log away"),
    Action.KEYS_STATUS: _("seeing how the keys stand"),
    Action.POLICY_READ: _("reading the policy"),
    Action.POLICY_ACTIVATE: _("bringing a policy into force"),
    Action.AGREEMENTS_MANAGE: _("agreeing terms with a customer"),
    Action.PROMISES_READ: _("seeing the promises"),
    Action.PROMISES_CHECK: _("having a promise checked"),
    Action.ATTESTATIONS_GIVE: _("attesting a promise"),
    Action.ATTESTATIONS_REVIEW: _("reviewing an attestation"),
    Action.EXCEPTIONS_ASK: _("asking for an exception"),
    Action.EXCEPTIONS_APPROVE: _("approving an exception"),
    Action.WEBHOOKS_MANAGE: _("managing webhooks"),
    Action.EVIDENCE_EXPORT: _("taking evidence away"),
}
"""What was refused is logged under the action that was asked for."""

_FIGURES = re.compile(r"\d+")
NUMBERED = (
    noop("it is shorter than {n} characters"),
    noop("it is longer than {n} characters"),
    noop("it needs {n} to {n} characters"),
    noop("it needs {n} to {n} printable characters"),
    noop("it must end within {n} days"),
    noop("one character takes up more than {n} percent of it"),
    noop("it repeats a few characters"),
    noop("it holds a character that can't be typed"),
    noop("it holds the name in your address"),
    noop("it holds no small letter"),
    noop("it holds no capital letter"),
    noop("it holds no digit"),
    noop("it holds no special character"),
    noop("it may last {n} days at most"),
    noop("its reason is one line of at most {n} signs"),
    noop("it is larger than {n} MiB"),
    noop("it is longer than {n} characters, or can't be printed"),
    noop("one fault was"),
    noop("{n} faults were"),
)
"""Reasons that domains give with their terms' numbers in them."""
DELIVERED = (
    noop("its host is not one that we may call"),
    noop("the receiver answered with an error"),
    noop("the receiver's certificate does not fit"),
    noop("the connection broke"),
    noop("nobody listens there"),
    noop("the receiver says that it has gone for good"),
    noop("a value would have broken the letter's header"),
    noop("the keys of its address are destroyed"),
    noop("the mail server refused our login"),
    noop("the mail server could not take it"),
    noop("not deliverable: no mail server is configured"),
    noop("the receiver is not there any more"),
    noop("the mail server refused the receiver"),
    noop("the receiver took too long"),
    noop("it waited too long to be news"),
)
"""Why a message waits or was given up (`messages.reasons`)."""
STATES = (
    noop("active"),
    noop("closing"),
    noop("erased"),
    noop("frozen"),
    noop("erasing"),
    noop("cancelled"),
    noop("done"),
    noop("reviewed"),
    noop("withdrawn"),
    noop("asked"),
    noop("approved"),
    noop("refused"),
    noop("over"),
)
"""States that stand in errors' sentences."""

FAULTS = {
    400: _("Not understood"),
    401: _("Not signed in"),
    403: _("Not allowed"),
    404: _("Not here"),
    409: _("That does not fit"),
    410: _("Gone for good"),
    412: _("Changed meanwhile"),
    413: _("Too large"),
    422: _("That can't be taken"),
    429: _("Too often"),
    503: _("Not now"),
}


def customer_places() -> Mapping[str, tuple[str, Action | None]]:
    """The parts of one customer's pages: route, word, and what one must be allowed to see them."""
    return {
        "customer": (gettext("Overview"), None),
        "datasets": (gettext("Datasets"), Action.DATASETS_LIST),
        "find": (gettext("Find a person"), Action.RECORDS_FIND),
        "erasures": (gettext("Erasures"), Action.ERASURES_READ),
        "certificates": (gettext("Certificates"), Action.CERTIFICATES_READ),
        "log": (gettext("Who accessed what"), Action.LOG_READ),
        "own_promises": (gettext("Promises"), Action.PROMISES_READ),
        "agreement": (gettext("Agreement"), Action.POLICY_READ),
        "own_webhooks": (gettext("Webhooks"), Action.WEBHOOKS_MANAGE),
        "people": (gettext("Accounts"), Action.ACCOUNTS_LIST),
    }


def operator_places() -> Mapping[str, tuple[str, Action | None]]:
    """The parts of the operator's own pages."""
    return {
        "customers": (gettext("Customers"), Action.CUSTOMERS_LIST),
        "board": (gettext("Promises"), Action.PROMISES_READ),
        "policy": (gettext("Policy"), Action.POLICY_READ),
        "webhooks": (gettext("Webhooks"), Action.WEBHOOKS_MANAGE),
        "keys": (gettext("Keys"), Action.KEYS_STATUS),
        "operator_log": (gettext("Our own log"), Action.LOG_READ),
        "staff": (gettext("Staff"), Action.ACCOUNTS_LIST),
    }


def customer_state(state: str) -> tuple[str, str]:
    """Its mark and its word."""
    mark, word = CUSTOMER_STATES[state]
    return mark, str(word)


def purpose(code: str) -> str:
    """The first words of a purpose; the code itself for one that programs made up."""
    return str(PURPOSES[code]).partition(":")[0].strip() if code in PURPOSES else code


def role(code: str) -> str:
    """The role as a person says it."""
    return str(ROLES.get(code, code))


def kind(code: str) -> str:
    """What sort of actor it was."""
    told = {
        "account": gettext("someone in the console"),
        "api_key": gettext("a program with an API key"),
        "cli": gettext("the operator's command line"),
        "job": gettext("the platform"),
        "nobody": gettext("someone who had not signed in"),
    }
    return told.get(code, code)


def outcome(code: str) -> str:
    """How it ended."""
    told = {"done": gettext("done"), "refused": gettext("refused"), "failed": gettext("failed")}
    return told.get(code, code)


def operation(code: str) -> str:
    """What happened, as the log's reader says it; the code itself for what has no word."""
    if code in OPERATIONS:
        return str(OPERATIONS[code])
    return str(ACTIONS[Action(code)]) if code in set(Action) else code


def notice(code: str | None) -> str | None:
    """What was just done."""
    return str(NOTICES[code]) if code in NOTICES else None


def fault_title(status: int) -> str:
    """A page's head for a refusal."""
    return str(FAULTS.get(status, _("That did not work")))


def sentence(error: TrothError) -> str:
    """The error's sentence in the page's language."""
    return _filled(error, error.sentence)


def next_step(error: TrothError) -> str:
    """The error's next step in the page's language."""
    return _filled(error, error.next_step)


def _told(name: str, value: object) -> object:
    if name == "action" and value in set(Action):
        return str(ACTIONS[Action(str(value))])
    return _translated(value) if isinstance(value, str) and value else value


def _translated(text: str) -> str:
    """A reason in the page's language; one with numbers in it is known by its words."""
    known = gettext(text)
    if known != text:
        return known
    figures = _FIGURES.findall(text)
    pattern = gettext(_FIGURES.sub("{n}", text))
    if not figures or pattern.count("{n}") != len(figures):
        return text
    return re.sub(r"\{n\}", lambda _: figures.pop(0), pattern)


def _filled(error: TrothError, text: str) -> str:
    data = {name: _told(name, value) for name, value in error.data.items()}
    try:
        return gettext(text).format(**data)
    except (KeyError, IndexError, AttributeError):
        return text
