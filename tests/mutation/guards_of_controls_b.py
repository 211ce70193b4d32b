"""What stands behind the controls of erasures, log and access: taken out, the control no longer holds."""

from tests.mutation.guard import Guard

_LOG = "tests/controls/test_log_controls.py"
_ERASURE = "tests/controls/test_erasure_controls.py"
_ACCOUNT = "tests/controls/test_account_controls.py"
_TRACE = "tests/controls/test_trace_controls.py"
_ACTIONS = "src/troth/access/actions.py"
_SIGN_IN = "src/troth/access/sign_in.py"
_GATE = "src/troth/access/gate.py"
_ENTRY = "src/troth/audit/entry.py"
_AUDIT = "src/troth/audit/migrations/0001_initial.py"

GUARDS_OF_CONTROLS_B: tuple[Guard, ...] = (
    Guard(
        "control: a look at one record is logged",
        "src/troth/vault/queries.py",
        '        _log(permit, keys, "record.read", entity=record_id, subject=SubjectRef(row.subject_id, key))\n',
        "",
        (f"{_LOG}::TestEveryAccess::test_held",),
    ),
    Guard(
        "control: a look by the quick path is logged",
        "src/troth/vault/crossing_reads.py",
        "    walk.commit(\n        statement(\n",
        "    walk.commit()\n    (\n        statement(\n",
        (f"{_LOG}::TestEveryAccess::test_held",),
    ),
    Guard(
        "control: the log says who acted",
        _ENTRY,
        "    if by.account_id is not None:\n",
        "    if False:\n",
        (f"{_LOG}::TestEveryAccess::test_held",),
    ),
    Guard(
        "control: the log says from where",
        _ENTRY,
        '{"source_address": (salts[64:80], by.source_address.encode())} if by.source_address else {}',
        "{}",
        (f"{_LOG}::TestEntriesAreComplete::test_held",),
    ),
    Guard(
        "control: the application may not change an entry",
        _AUDIT,
        'Walled("audit_entry", app="SELECT")',
        'Walled("audit_entry", app="SELECT, UPDATE")',
        (f"{_LOG}::TestNotRewritten::test_held",),
    ),
    Guard(
        "control: entries have their trigger",
        _AUDIT,
        'for table in ("audit_entry", "audit_checkpoint", "audit_overall_checkpoint")',
        'for table in ("audit_checkpoint", "audit_overall_checkpoint")',
        (f"{_LOG}::TestNotRewritten::test_held",),
    ),
    Guard(
        "control: the sealer comes back soon",
        "src/troth/audit/sealer.py",
        "PAUSE_SECONDS = 0.2",
        "PAUSE_SECONDS = 60.0",
        (f"{_LOG}::TestSealedInTime::test_held",),
    ),
    Guard(
        "control: details past their day are removed",
        "src/troth/audit/actions.py",
        "SELECT ctid FROM audit_opening WHERE who_until < %(today)s",
        "SELECT ctid FROM audit_opening WHERE false AND who_until < %(today)s",
        (f"{_LOG}::TestDetailsExpire::test_an_opening_past_its_day",),
    ),
    Guard(
        "control: the gate asks staff for a reason",
        _GATE,
        'if staff_elsewhere and actor.kind != "job" and given_reason is None and actions & roles.STAFF_NEEDS_REASON:',
        "if False:",
        (f"{_LOG}::TestStaffReasons::test_held",),
    ),
    Guard(
        "control: the log has the reason",
        _ENTRY,
        "    if reason:\n",
        "    if False:\n",
        (f"{_LOG}::TestStaffReasons::test_held",),
    ),
    Guard(
        "control: a person's rows are purged",
        "src/troth/erasure/steps.py",
        "    purging.vault_rows(work)\n",
        "    pass\n",
        (f"{_ERASURE}::TestLeavesProduction::test_held",),
    ),
    Guard(
        "control: what is signed is the certificate",
        "src/troth/erasure/certifying.py",
        "envelope = dsse.sign(payload.TYPE, payload.encode(made), signer, keyid=keyid)",
        'envelope = dsse.sign(payload.TYPE + "x", payload.encode(made), signer, keyid=keyid)',
        (f"{_ERASURE}::TestCertified::test_held",),
    ),
    Guard(
        "control: a search writes down where it looked",
        "src/troth/erasure/scanning.py",
        "        work.checked(looks)\n",
        "",
        (f"{_ERASURE}::TestVerified::test_held",),
    ),
    Guard(
        "control: the owner alone deletes",
        "src/troth/access/roles.py",
        '_allow(Action.CUSTOMER_DELETE, customer="owner", also="cli")',
        '_allow(Action.CUSTOMER_DELETE, customer="owner administrator", also="cli")',
        (f"{_ERASURE}::TestOwner::test_under_way_then_held",),
    ),
    Guard(
        "control: the gate asks the table of roles",
        _GATE,
        'if each not in roles.allowed("operator" if actor.is_staff else "customer", actor.role):',
        "if False:",
        (f"{_ACCOUNT}::TestRoles::test_held",),
    ),
    Guard(
        "control: a permit is for its actions alone",
        "src/troth/access/permit.py",
        "if action not in self.actions or clock.now() >= self.until:",
        "if clock.now() >= self.until:",
        (f"{_ACCOUNT}::TestRoles::test_held",),
    ),
    Guard(
        "control: a session has an account of its customer",
        "src/troth/access/migrations/0001_initial.py",
        'ForeignKey(table, ("customer_id", "account_id"), "access_account", on_delete="CASCADE")',
        'ForeignKey(table, ("customer_id",), "tenancy_customer")',
        (f"{_ACCOUNT}::TestOneCustomer::test_held",),
    ),
    Guard(
        "control: a short password is refused",
        "src/troth/access/passwords.py",
        "    if len(given) < wanted.shortest:\n",
        "    if False:\n",
        (f"{_ACCOUNT}::TestRules::test_held",),
    ),
    Guard(
        "control: enrolment asks the rule",
        _ACTIONS,
        "        passwords.judge(password, address, account.customer_id)\n",
        "",
        (f"{_ACCOUNT}::TestRules::test_held",),
    ),
    Guard(
        "control: hashes are as costly as the terms say",
        "src/troth/access/passwords.py",
        "self.memory_cost = wanted.argon2_kibibytes",
        "self.memory_cost = 8_192",
        (f"{_ACCOUNT}::TestHashed::test_held",),
    ),
    Guard(
        "control: nobody is given a password",
        _ACTIONS,
        "        slot=slot,\n        created_at=now,\n",
        '        slot=slot,\n        password=passwords.make("Welcome to us 1!"),\n        created_at=now,\n',
        (f"{_ACCOUNT}::TestPreset::test_held",),
    ),
    Guard(
        "control: a password stays out of the log",
        _SIGN_IN,
        "    record(OPERATION, by=actor, customer_id=account.customer_id)\n",
        '    record(OPERATION, by=actor, customer_id=account.customer_id, detail={"with": password})\n',
        (f"{_TRACE}::TestMarker::test_held",),
    ),
    Guard(
        "control: a sign-in is logged",
        _SIGN_IN,
        "    record(OPERATION, by=actor, customer_id=account.customer_id)\n",
        "",
        (f"{_TRACE}::TestSignIn::test_held",),
    ),
    Guard(
        "control: a wrong password is logged",
        _SIGN_IN,
        "        refusals.log_at(error, by=pretended, operation=OPERATION, customer_id=concerned[0].customer_id)\n",
        "        pass\n",
        (f"{_TRACE}::TestSignIn::test_held",),
    ),
    Guard(
        "control: a new role is logged",
        _ACTIONS,
        '        _record("account.role", account, by=permit.actor, detail={"from": was, "to": role})\n',
        "",
        (f"{_TRACE}::TestSensitive::test_held",),
    ),
    Guard(
        "control: the API's refusals are logged",
        "src/troth/api/entrance.py",
        "refusals.log(error, by=request.actor, operation=request.operation, customer_id=request.customer_id)",
        "pass",
        (f"{_TRACE}::TestApi::test_held",),
    ),
    Guard(
        "control: a correction is kept",
        "src/troth/vault/correcting.py",
        '    note_changes(customer_id, "corrected", [draft], by=by, now=now)\n',
        "",
        (f"{_TRACE}::TestChanges::test_held",),
    ),
)
