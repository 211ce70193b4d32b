"""Every control that a pack can cite: the explicit list."""

from collections.abc import Mapping

from troth.promises import attested, planned
from troth.promises.control import Control
from troth.promises.controls import (
    access_log_entries_are_complete,
    accounts_belong_to_one_customer,
    api_use_is_logged,
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

CONTROLS: tuple[Control, ...] = (
    access_log_entries_are_complete.CONTROL,
    accounts_belong_to_one_customer.CONTROL,
    api_use_is_logged.CONTROL,
    changes_are_kept.CONTROL,
    cryptography_is_current.CONTROL,
    customers_are_walled_off.CONTROL,
    database_is_unreachable_from_outside.CONTROL,
    database_traffic_is_protected.CONTROL,
    deletion_is_verified.CONTROL,
    erased_data_leaves_production.CONTROL,
    erased_keys_open_nothing.CONTROL,
    erasures_are_certified.CONTROL,
    every_access_is_logged.CONTROL,
    identifiers_are_keyed_pseudonyms.CONTROL,
    key_places_agree.CONTROL,
    log_cannot_be_rewritten.CONTROL,
    log_details_expire_in_time.CONTROL,
    log_is_sealed_in_time.CONTROL,
    no_password_is_preset.CONTROL,
    owner_deletes_customer_data.CONTROL,
    password_rules_hold.CONTROL,
    passwords_are_hashed.CONTROL,
    passwords_are_never_logged.CONTROL,
    requests_are_authenticated.CONTROL,
    roles_restrict_access.CONTROL,
    security_contact_is_published.CONTROL,
    sensitive_actions_are_logged.CONTROL,
    sign_in_attempts_are_logged.CONTROL,
    staff_access_has_a_reason.CONTROL,
    stored_data_is_encrypted.CONTROL,
    tls_serves_existing_clients.CONTROL,
    tokens_are_stored_hashed.CONTROL,
    traffic_is_encrypted.CONTROL,
    web_requests_are_logged.CONTROL,
    *attested.CONTROLS,
    *planned.CONTROLS,
)
"""Coded (`controls/<id>.py`), attested (one for each topic) and planned."""

_BY_ID: Mapping[str, Control] = {control.id: control for control in CONTROLS}


def by_id(control_id: str) -> Control | None:
    """Return the control with this id."""
    return _BY_ID.get(control_id)
