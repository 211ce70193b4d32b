"""The guards of erasures."""

from tests.mutation.guard import Guard

_SUBJECT = "tests/erasure/test_subject.py"
_CUSTOMER = "tests/erasure/test_customer.py"
_TOGETHER = "tests/erasure/test_together.py"
_PLAN = "tests/erasure/test_plan.py"

GUARDS_OF_ERASURE: tuple[Guard, ...] = (
    Guard(
        "an empty scan is an error",
        "src/troth/erasure/scanning.py",
        "    if not looks:",
        "    if False:",
        (f"{_PLAN}::test_a_scan_of_nothing_certifies_nothing",),
    ),
    Guard(
        "an unplanned table stops the scan",
        "src/troth/erasure/scanning.py",
        "    if unplanned:",
        "    if False:",
        (f"{_PLAN}::test_a_table_that_nobody_planned_certifies_nothing",),
    ),
    Guard(
        "a survivor stops the certificate",
        "src/troth/erasure/scanning.py",
        "if not rules.verdict([look.found for look in looks]):",
        "if False:",
        (f"{_SUBJECT}::test_a_survivor_stops_the_certificate_and_is_purged",),
    ),
    Guard(
        "no certificate before every process has let go",
        "src/troth/erasure/steps.py",
        'raise Waiting(what="a process has not let go of the old keys yet")',
        "pass",
        (f"{_TOGETHER}::test_nothing_is_certified_while_a_process_holds_the_old_keys",),
    ),
    Guard(
        "no certificate before its entry is sealed",
        "src/troth/erasure/certifying.py",
        '        if found is None:\n            raise Waiting(what="its entry in the log is being sealed")\n',
        "        if found is None:\n            raise NothingScanned\n",
        (f"{_SUBJECT}::test_there_is_no_certificate_before_its_entry_is_sealed",),
    ),
    Guard(
        "the name is typed exactly",
        "src/troth/erasure/actions.py",
        "if typed_name != tenancies.get(permit.customer_id).name:",
        "if False:",
        (f"{_CUSTOMER}::test_only_the_exact_name_deletes",),
    ),
    Guard(
        "nothing returns from destroyed keys",
        "src/troth/erasure/actions.py",
        "if request.state not in CANCELLABLE:",
        "if False:",
        (f"{_SUBJECT}::test_it_can_not_be_cancelled_once_keys_die",),
    ),
    Guard(
        "the grace is waited for",
        "src/troth/erasure/destroying.py",
        "if not grace_over(locked.grace_until, locked.confirmed_at, work.now(), work.around.terms):",
        "if False:",
        (f"{_CUSTOMER}::test_during_the_grace_nothing_is_read_and_all_comes_back_when_cancelled",),
    ),
    Guard(
        "the receipt's secret is compared",
        "src/troth/erasure/receipts.py",
        "if found is None or not right or",
        "if found is None or",
        (f"{_CUSTOMER}::test_nobody_but_the_link_opens_the_bundle",),
    ),
    Guard(
        "a receipt ends",
        "src/troth/erasure/receipts.py",
        "or clock.now() >= found.expires_at:",
        "or False:",
        (f"{_CUSTOMER}::test_a_receipt_ends_and_takes_its_bundle_along",),
    ),
    Guard(
        "one worker at a time",
        "src/troth/erasure/engine.py",
        "        if not alone:",
        "        if False:",
        (f"{_TOGETHER}::test_a_second_worker_leaves_an_erasure_alone",),
    ),
    Guard(
        "a customer that leaves is not shown",
        "src/troth/vault/statements.py",
        "THEN s.state ELSE 'frozen' END",
        "THEN s.state ELSE s.state END",
        (f"{_CUSTOMER}::test_during_the_grace_nothing_is_read_and_all_comes_back_when_cancelled",),
    ),
)
