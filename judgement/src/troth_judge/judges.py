"""Every coded judge, by its control: the explicit list.

A module `troth_judge.controls.<control_id>` holds:
  `Facts`      a frozen dataclass (`troth_judge.facts` says of what);
  `judge`      `(facts: Facts, terms: Mapping[str, Value]) -> Verdict`, pure; a term that it can't do without it reads
               with `terms["…"]`: a KeyError becomes `unverified`, and so does every other error;
  `SENTENCES`  `{code: {"en": …, "fr": …}}` for every code that `judge` can say (`troth_judge.words` has the formats);
  `ADVICE`     optional: `{code: {"en": …, "fr": …}}`, what to do next, for whoever must act.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from troth_judge.controls import (
    access_log_entries_are_complete,
    accounts_belong_to_one_customer,
    api_use_is_logged,
    attested,
    changes_are_kept,
    cryptography_is_current,
    customers_are_walled_off,
    database_is_unreachable_from_outside,
    database_traffic_is_protected,
    deletion_is_verified,
    erased_data_leaves_production,
    erased_keys_open_nothing,
    erasures_are_certified,
    every_access_is_logged,
    identifiers_are_keyed_pseudonyms,
    key_places_agree,
    log_cannot_be_rewritten,
    log_details_expire_in_time,
    log_is_sealed_in_time,
    no_password_is_preset,
    owner_deletes_customer_data,
    password_rules_hold,
    passwords_are_hashed,
    passwords_are_never_logged,
    requests_are_authenticated,
    roles_restrict_access,
    security_contact_is_published,
    sensitive_actions_are_logged,
    sign_in_attempts_are_logged,
    staff_access_has_a_reason,
    stored_data_is_encrypted,
    tls_serves_existing_clients,
    tokens_are_stored_hashed,
    traffic_is_encrypted,
    web_requests_are_logged,
)
from troth_judge.facts import Facts, Value
from troth_judge.verdict import Verdict

Words = Mapping[str, Mapping[str, str]]
Judging = Callable[[Any, Mapping[str, Value]], Verdict]

ATTESTED = "attested."
"""Controls `attested.<topic>` share one judge, `troth_judge.controls.attested`, which reads the topic in the facts."""


@dataclass(frozen=True, slots=True)
class Judge:
    """One judge with the facts that it reads and the words for what it says."""

    facts: type[Facts]
    judge: Judging
    sentences: Words
    advice: Words


def _of(module: ModuleType) -> Judge:
    return Judge(module.Facts, module.judge, module.SENTENCES, getattr(module, "ADVICE", {}))


_MODULES: tuple[ModuleType, ...] = (
    access_log_entries_are_complete,
    accounts_belong_to_one_customer,
    api_use_is_logged,
    attested,
    changes_are_kept,
    cryptography_is_current,
    customers_are_walled_off,
    database_is_unreachable_from_outside,
    database_traffic_is_protected,
    deletion_is_verified,
    erased_data_leaves_production,
    erased_keys_open_nothing,
    erasures_are_certified,
    every_access_is_logged,
    identifiers_are_keyed_pseudonyms,
    key_places_agree,
    log_cannot_be_rewritten,
    log_details_expire_in_time,
    log_is_sealed_in_time,
    no_password_is_preset,
    owner_deletes_customer_data,
    password_rules_hold,
    passwords_are_hashed,
    passwords_are_never_logged,
    requests_are_authenticated,
    roles_restrict_access,
    security_contact_is_published,
    sensitive_actions_are_logged,
    sign_in_attempts_are_logged,
    staff_access_has_a_reason,
    stored_data_is_encrypted,
    tls_serves_existing_clients,
    tokens_are_stored_hashed,
    traffic_is_encrypted,
    web_requests_are_logged,
)
JUDGES: Mapping[str, Judge] = {module.__name__.rpartition(".")[2]: _of(module) for module in _MODULES}
CODED: tuple[str, ...] = tuple(name for name in JUDGES if name != "attested")


def judge_of(control_id: str) -> Judge | None:
    """Return the judge of a control's facts; None for what is planned."""
    return JUDGES.get("attested" if control_id.startswith(ATTESTED) else control_id)
