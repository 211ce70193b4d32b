"""Who may do what: one table, role × action. What it does not say is refused."""

from enum import StrEnum
from typing import Final, Literal

Side = Literal["customer", "operator"]

CUSTOMER_ROLES: Final = ("owner", "administrator", "manager", "user", "viewer")
OPERATOR_ROLES: Final = (
    "administrator",
    "security_officer",
    "data_protection_officer",
    "support",
    "campaign_manager",
    "auditor",
)


class Action(StrEnum):
    """Everything that anyone can ask for. The values stand in the log."""

    CUSTOMERS_LIST = "customers.list"
    CUSTOMERS_ADD = "customers.add"
    CUSTOMER_SHOW = "customer.show"
    CUSTOMER_RENAME = "customer.rename"
    CUSTOMER_DELETE = "customer.delete"
    ACCOUNTS_LIST = "accounts.list"
    ACCOUNTS_MANAGE = "accounts.manage"
    API_KEYS_MANAGE = "api_keys.manage"
    API_KEYS_REVOKE = "api_keys.revoke"
    DATASETS_LIST = "datasets.list"
    DATASETS_ADD = "datasets.add"
    RECORDS_READ = "records.read"
    RECORDS_FIND = "records.find"
    RECORDS_SCAN = "records.scan"
    RECORDS_EXPORT = "records.export"
    RECORDS_STORE = "records.store"
    RECORDS_CORRECT = "records.correct"
    RECORDS_DELETE = "records.delete"
    RECORDS_IMPORT = "records.import"
    SUBJECTS_SHOW = "subjects.show"
    SUBJECTS_ERASE = "subjects.erase"
    ERASURES_READ = "erasures.read"
    ERASURES_RETRY = "erasures.retry"
    CERTIFICATES_READ = "certificates.read"
    LOG_READ = "log.read"
    LOG_EXPORT = "log.export"
    KEYS_STATUS = "keys.status"
    POLICY_READ = "policy.read"
    POLICY_ACTIVATE = "policy.activate"
    AGREEMENTS_MANAGE = "agreements.manage"
    PROMISES_READ = "promises.read"
    PROMISES_CHECK = "promises.check"
    ATTESTATIONS_GIVE = "attestations.give"
    ATTESTATIONS_REVIEW = "attestations.review"
    EXCEPTIONS_ASK = "exceptions.ask"
    EXCEPTIONS_APPROVE = "exceptions.approve"
    WEBHOOKS_MANAGE = "webhooks.manage"
    EVIDENCE_EXPORT = "evidence.export"


_TABLE: dict[tuple[Side, str], frozenset[Action]]
_SYSTEM: Final = ("cli", "system")


def _allow(action: Action, *, customer: str = "", operator: str = "", also: str = "") -> None:
    for side, names, known in (("customer", customer, CUSTOMER_ROLES), ("operator", operator, OPERATOR_ROLES)):
        for name in names.split():
            if name not in known:
                raise ValueError(name)
            _put(side, name, action)  # type: ignore[arg-type]  # the two sides above
    for name in also.split():
        if name not in _SYSTEM:
            raise ValueError(name)
        _put("operator", name, action)


def _put(side: Side, name: str, action: Action) -> None:
    _TABLE[side, name] = _TABLE.get((side, name), frozenset()) | {action}


_TABLE = {}
_ALL = "owner administrator manager user viewer"
_DATA_STAFF = "administrator data_protection_officer support campaign_manager"

# `cli` is whoever may run the command line on the operator's host; `system` is the platform's own jobs.
_allow(Action.CUSTOMERS_LIST, operator=" ".join(OPERATOR_ROLES), also="cli system")
_allow(Action.CUSTOMERS_ADD, operator="administrator", also="cli")
_allow(Action.CUSTOMER_SHOW, customer=_ALL, operator=" ".join(OPERATOR_ROLES), also="cli system")
_allow(Action.CUSTOMER_RENAME, operator="administrator", also="cli")
_allow(Action.CUSTOMER_DELETE, customer="owner", also="cli")  # the command line: on a named owner's behalf only
_allow(
    Action.ACCOUNTS_LIST,
    customer="owner administrator manager",
    operator="administrator security_officer auditor",
    also="cli",
)
_allow(Action.ACCOUNTS_MANAGE, customer="owner administrator", operator="administrator", also="cli")
_allow(Action.API_KEYS_MANAGE, customer=_ALL, operator=" ".join(OPERATOR_ROLES), also="cli")
_allow(
    Action.API_KEYS_REVOKE, customer="owner administrator", operator="administrator security_officer", also="cli system"
)
_allow(Action.DATASETS_LIST, customer=_ALL, operator=f"{_DATA_STAFF} security_officer auditor", also="cli system")
_allow(Action.DATASETS_ADD, customer="owner administrator manager", operator="administrator", also="cli")
_allow(Action.RECORDS_READ, customer=_ALL, operator=_DATA_STAFF, also="cli")
_allow(Action.RECORDS_FIND, customer=_ALL, operator=_DATA_STAFF, also="cli")
_allow(
    Action.RECORDS_SCAN,
    customer="owner administrator manager user",
    operator="administrator data_protection_officer campaign_manager",
    also="cli",
)
_allow(
    Action.RECORDS_EXPORT,
    customer="owner administrator manager",
    operator="administrator data_protection_officer campaign_manager",
    also="cli",
)
_allow(
    Action.RECORDS_STORE,
    customer="owner administrator manager user",
    operator="administrator campaign_manager",
    also="cli",
)
_allow(
    Action.RECORDS_CORRECT,
    customer="owner administrator manager user",
    operator="administrator data_protection_officer support",
    also="cli",
)
_allow(
    Action.RECORDS_DELETE,
    customer="owner administrator manager",
    operator="administrator data_protection_officer",
    also="cli",
)
_allow(
    Action.RECORDS_IMPORT,
    customer="owner administrator manager",
    operator="administrator campaign_manager",
    also="cli",
)
_allow(Action.SUBJECTS_SHOW, customer=_ALL, operator=_DATA_STAFF, also="cli system")
_allow(
    Action.SUBJECTS_ERASE,
    customer="owner administrator manager",
    operator="administrator data_protection_officer",
    also="cli system",
)
_allow(
    Action.ERASURES_READ,
    customer="owner administrator manager",
    operator="administrator security_officer data_protection_officer auditor",
    also="cli system",
)
_allow(
    Action.ERASURES_RETRY,
    customer="owner administrator",
    operator="administrator data_protection_officer",
    also="cli system",
)
_allow(
    Action.CERTIFICATES_READ,
    customer="owner administrator manager viewer",
    operator="administrator security_officer data_protection_officer auditor",
    also="cli system",
)
_allow(
    Action.LOG_READ,
    customer="owner administrator",
    operator="administrator security_officer data_protection_officer auditor",
    also="cli",
)
_allow(
    Action.LOG_EXPORT,
    customer="owner administrator",
    operator="security_officer data_protection_officer auditor",
    also="cli system",
)
_allow(Action.KEYS_STATUS, operator="administrator security_officer auditor", also="cli system")
_OFFICERS = "administrator security_officer data_protection_officer"
_EVERY_STAFF = " ".join(OPERATOR_ROLES)
_allow(Action.POLICY_READ, customer=_ALL, operator=_EVERY_STAFF, also="cli system")
_allow(Action.POLICY_ACTIVATE, operator="administrator", also="cli")
_allow(Action.AGREEMENTS_MANAGE, operator="administrator data_protection_officer", also="cli")
_allow(Action.PROMISES_READ, customer=_ALL, operator=_EVERY_STAFF, also="cli system")
_allow(Action.PROMISES_CHECK, operator=f"{_OFFICERS} auditor", also="cli system")
_allow(Action.ATTESTATIONS_GIVE, operator=_OFFICERS, also="cli")
# Whoever reviews is another account than whoever attested: the action judges that, not the table.
_allow(Action.ATTESTATIONS_REVIEW, operator=_OFFICERS, also="cli")
_allow(Action.EXCEPTIONS_ASK, operator=_OFFICERS, also="cli")
_allow(Action.EXCEPTIONS_APPROVE, operator="security_officer data_protection_officer", also="cli")
_allow(Action.WEBHOOKS_MANAGE, operator="administrator security_officer", also="cli")
_allow(Action.EVIDENCE_EXPORT, operator=f"{_OFFICERS} auditor", also="cli")

NEEDS_PURPOSE: Final = frozenset(
    {
        Action.RECORDS_READ,
        Action.RECORDS_FIND,
        Action.RECORDS_SCAN,
        Action.RECORDS_EXPORT,
        Action.SUBJECTS_SHOW,
    }
)
"""Personal data comes out: everyone says what for."""

STAFF_NEEDS_REASON: Final = NEEDS_PURPOSE | {
    Action.RECORDS_STORE,
    Action.RECORDS_CORRECT,
    Action.RECORDS_DELETE,
    Action.RECORDS_IMPORT,
    Action.SUBJECTS_ERASE,
    Action.CUSTOMER_DELETE,
    Action.LOG_READ,
    Action.LOG_EXPORT,
}
"""The operator's people touch a customer's own data: they say why."""


def allowed(side: Side, role: str) -> frozenset[Action]:
    """Everything that a role may do; nothing for a role that the table does not know."""
    return _TABLE.get((side, role), frozenset())


def known(side: Side, role: str) -> bool:
    """True for a role that an account of this side can bear."""
    return role in (CUSTOMER_ROLES if side == "customer" else OPERATOR_ROLES)
