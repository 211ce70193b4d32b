"""Every page, in one table."""

from django.urls import URLPattern, path

from troth.console import assets
from troth.console.views import (
    accounts,
    agreements,
    attestations,
    calendar,
    certificates,
    customers,
    datasets,
    deciding,
    entrance,
    erasures,
    exceptions,
    imports,
    keys,
    log,
    policy,
    promises,
    records,
    subjects,
    webhooks,
)

app_name = "console"

_C = "c/<uuid:customer_id>"
_D = f"{_C}/datasets/<uuid:dataset_id>"
_R = f"{_C}/records/<uuid:record_id>"
_S = f"{_C}/subjects/<uuid:subject_id>"
_E = f"{_C}/erasures/<uuid:erasure_id>"
_F = f"{_C}/certificates/<uuid:certificate_id>"
_L = f"{_C}/log/<uuid:event_id>"
_A = "promises/attestation/<uuid:attestation_id>"
_P = "policy/versions/<str:pack_id>/<int:version>"
_X = "promises/exceptions/<uuid:exception_id>"


def _webhooks(at: str, prefix: str) -> list[URLPattern]:
    """The same pages for the operator and for each customer."""
    one = f"{at}/<uuid:endpoint_id>"
    return [
        path(at, webhooks.webhooks, name=f"{prefix}webhooks"),
        path(f"{at}/deliveries", webhooks.deliveries, name=f"{prefix}webhook_deliveries"),
        path(one, webhooks.webhook, name=f"{prefix}webhook"),
        path(f"{one}/test", webhooks.try_out, name=f"{prefix}webhook_test"),
        path(f"{one}/remove", webhooks.remove, name=f"{prefix}webhook_remove"),
    ]


urlpatterns = [
    path("", entrance.start, name="start"),
    path("static/console/<str:name>", assets.serve, name="asset"),
    path("sign-in", entrance.sign_in_page, name="sign_in"),
    path("sign-out", entrance.sign_out, name="sign_out"),
    path("enrol/<str:token>", entrance.enrol, name="enrol"),
    path("language", entrance.language, name="language"),
    path("account", accounts.account, name="account"),
    path("account/keys/new", accounts.api_key_new, name="api_key_new"),
    path("account/keys/<uuid:key_id>/revoke", accounts.api_key_revoke, name="api_key_revoke"),
    path("staff", accounts.staff, name="staff"),
    path("customers", customers.customers, name="customers"),
    path("customers/new", customers.customer_new, name="customer_new"),
    path(_C, customers.customer, name="customer"),
    path(f"{_C}/why", entrance.why, name="why"),
    path(f"{_C}/stop-looking", entrance.stop_looking, name="stop_looking"),
    path(f"{_C}/people", accounts.people, name="people"),
    path(f"{_C}/people/<uuid:account_id>/link", accounts.account_link, name="account_link"),
    path(f"{_C}/people/<uuid:account_id>/end", accounts.account_end, name="account_end"),
    path(f"{_C}/datasets", datasets.datasets, name="datasets"),
    path(f"{_C}/datasets/new", datasets.dataset_new, name="dataset_new"),
    path(_D, datasets.dataset, name="dataset"),
    path(f"{_D}/records", records.records, name="records"),
    path(f"{_C}/find", records.find, name="find"),
    path(_R, records.record, name="record"),
    path(f"{_R}/correct", records.correct, name="correct"),
    path(f"{_D}/import", imports.import_file, name="import"),
    path(f"{_C}/imports/<uuid:import_id>/rejected", imports.rejected, name="rejected"),
    path(_S, subjects.subject, name="subject"),
    path(f"{_S}/erase", subjects.erase, name="erase"),
    path(f"{_C}/erasures", erasures.erasures, name="erasures"),
    path(f"{_C}/erasures/live", erasures.erasures_live, name="erasures_live"),
    path(_E, erasures.erasure, name="erasure"),
    path(f"{_E}/live", erasures.erasure_live, name="erasure_live"),
    path(f"{_E}/retry", erasures.erasure_retry, name="erasure_retry"),
    path(f"{_E}/cancel", erasures.erasure_cancel, name="erasure_cancel"),
    path(f"{_C}/delete", erasures.delete_customer, name="delete_customer"),
    path(f"{_C}/certificates", certificates.certificates, name="certificates"),
    path(_F, certificates.certificate, name="certificate"),
    path(f"{_F}/<str:form>", certificates.certificate_file, name="certificate_file"),
    path("receipt/<str:token>", certificates.receipt, name="receipt"),
    path("receipt/<str:token>/live", certificates.receipt_live, name="receipt_live"),
    path("receipt/<str:token>/<str:form>", certificates.receipt_file, name="receipt_file"),
    path(f"{_C}/log", log.log, name="log"),
    path(f"{_C}/log/checkpoint", log.log_checkpoint, name="log_checkpoint"),
    path(f"{_C}/log/bundle", log.log_bundle, name="log_bundle"),
    path(_L, log.log_entry, name="log_entry"),
    path(f"{_L}/proof", log.log_proof, name="log_proof"),
    path("promises", promises.board, name="board"),
    path("promises/clauses/<str:clause_id>", promises.promise, name="promise"),
    path("promises/clauses/<str:clause_id>/live", promises.promise_live, name="promise_live"),
    path("promises/clauses/<str:clause_id>/check", promises.promise_check, name="promise_check"),
    path("promises/controls/<str:control_id>", promises.control, name="control"),
    path("promises/attestations", attestations.attestations, name="attestations"),
    path("promises/attestations/<str:topic>", attestations.topic, name="attestation_topic"),
    path("promises/attestations/<str:topic>/owner", attestations.owner, name="attestation_owner"),
    path("promises/attestations/<str:topic>/give", attestations.give, name="attestation_give"),
    path(_A, attestations.attestation, name="attestation"),
    path(f"{_A}/document", attestations.document, name="attestation_document"),
    path("promises/exceptions", exceptions.exceptions, name="exceptions"),
    path("promises/clauses/<str:clause_id>/exception", exceptions.ask, name="exception_ask"),
    path(f"{_X}/approve", exceptions.approve, name="exception_approve"),
    path(f"{_X}/refuse", exceptions.refuse, name="exception_refuse"),
    path(f"{_X}/withdraw", exceptions.withdraw, name="exception_withdraw"),
    path("promises/calendar", calendar.calendar, name="calendar"),
    path(f"{_C}/promises", promises.own_promises, name="own_promises"),
    path("policy", policy.policy, name="policy"),
    path("policy/versions", policy.packs, name="policy_packs"),
    path("policy/versions/new", deciding.own, name="policy_own"),
    path("policy/terms", policy.terms, name="policy_terms"),
    path(_P, policy.version, name="policy_version"),
    path(f"{_P}/difference", policy.difference, name="policy_difference"),
    path(f"{_P}/try", deciding.try_out, name="policy_try"),
    path(f"{_P}/activate", deciding.activate, name="policy_activate"),
    path(f"{_C}/agreement", agreements.agreement, name="agreement"),
    *_webhooks("webhooks", ""),
    *_webhooks(f"{_C}/webhooks", "own_"),
    path("log", log.operator_log, name="operator_log"),
    path("log/checkpoint", log.operator_log_checkpoint, name="operator_log_checkpoint"),
    path("log/bundle", log.operator_log_bundle, name="operator_log_bundle"),
    path("log/<uuid:event_id>", log.operator_log_entry, name="operator_log_entry"),
    path("log/<uuid:event_id>/proof", log.operator_log_proof, name="operator_log_proof"),
    path("keys", keys.keys, name="keys"),
]
