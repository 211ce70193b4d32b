"""The guards of evidence, states and exceptions."""

from tests.mutation.guard import Guard

_STATE = "tests/judgement/test_state.py"
_FACTS = "tests/judgement/test_facts.py"
_SAYS = "tests/judgement/test_sentences.py"
_TYPED = "tests/promises/test_nobody_types_a_state.py"
_INTERVALS = "tests/promises/test_intervals.py"
_EXCEPTIONS = "tests/promises/test_exceptions.py"
_CUSTOMERS = "tests/promises/test_customers.py"
_DERIVE = "judgement/src/troth_judge/state.py"

GUARDS_OF_PROMISES: tuple[Guard, ...] = (
    Guard(
        "the worst control decides",
        _DERIVE,
        "return min(controls, key=lambda one: WORST_FIRST.index(one.state))",
        "return max(controls, key=lambda one: WORST_FIRST.index(one.state))",
        (f"{_STATE}::test_the_worst_control_decides",),
    ),
    Guard(
        "old evidence is stale",
        _DERIVE,
        "    if now > stale_at(binding, seen):",
        "    if False:",
        (f"{_STATE}::test_a_quarter_of_grace_and_no_more",),
    ),
    Guard(
        "evidence from ahead is not believed",
        _DERIVE,
        "    if seen.at > now + AHEAD_AT_MOST:",
        "    if False:",
        (f"{_STATE}::test_evidence_from_ahead_is_not_believed",),
    ),
    Guard(
        "planned is never more",
        _DERIVE,
        "    if binding.planned:",
        "    if False:",
        (f"{_STATE}::test_planned_says_not_built_yet_and_nothing_else",),
    ),
    Guard(
        "silence makes nothing better",
        _DERIVE,
        '    if seen.verdict.state == "broken":\n        return seen.verdict\n',
        "",
        (f"{_STATE}::test_what_was_broken_stays_so_until_it_is_seen_whole",),
    ),
    Guard(
        "no control proves nothing",
        _DERIVE,
        'state="unverified", verdict=unverified("no_control")',
        'state="kept", verdict=unverified("no_control")',
        (f"{_STATE}::test_the_worst_control_decides",),
    ),
    Guard(
        "exceptions are asked for and decided by people",
        "src/troth/promises/actions.py",
        '    if by.kind != "account" or by.account_id is None:',
        "    if by.account_id is None:",
        (f"{_EXCEPTIONS}::test_a_key_or_the_shell_is_nobody_who_could_ask_or_decide",),
    ),
    Guard(
        "an exception is approved by another",
        _DERIVE,
        "            and self.approved_by != self.asked_by\n",
        "",
        (f"{_STATE}::test_each_part_of_an_exception_is_needed",),
    ),
    Guard(
        "an exception ends",
        _DERIVE,
        "and self.approved_at <= now < self.until",
        "and self.approved_at <= now",
        (f"{_STATE}::test_each_part_of_an_exception_is_needed",),
    ),
    Guard(
        "only canonical facts are read",
        "judgement/src/troth_judge/facts.py",
        "    if canonical != raw:",
        "    if False:",
        (f"{_FACTS}::test_other_bytes_are_refused",),
    ),
    Guard(
        "a judge that fails has proven nothing",
        "judgement/src/troth_judge/judging.py",
        "    if not isinstance(said, Verdict) or said.state not in SAYABLE:",
        "    if False:",
        (f"{_SAYS}::test_a_judge_that_fails_has_proven_nothing",),
    ),
    Guard(
        "a row is compared with what the log sealed",
        "src/troth/promises/evidence.py",
        "        if self.problem is not None and",
        "        if False and",
        (f"{_TYPED}::test_forged_evidence_is_never_kept_for_longer_than_a_seal_takes",),
    ),
    Guard(
        "an interval is compared with what the log sealed",
        "src/troth/promises/intervals.py",
        'return place[1].get("operation") == OPERATION and place[1].get("detail") == _detail(row)',
        "return True",
        (f"{_TYPED}::test_a_forged_interval_that_borrows_an_entry_is_found",),
    ),
    Guard(
        "an interval without its seal tells no past",
        "src/troth/promises/intervals.py",
        'return fresh and (row.state == "stale" or abs(now - row.since) <= limits.sealed_within)',
        "return True",
        (f"{_TYPED}::test_a_forged_interval_changes_no_state_and_hides_no_miss",),
    ),
    Guard(
        "rows can't be rewritten, not by their owner either",
        "src/troth/promises/migrations/0001_initial.py",
        "BEFORE UPDATE OR DELETE ON {table}",
        "BEFORE UPDATE OF number ON {table}",
        (f"{_TYPED}::test_even_a_superuser_meets_the_guard",),
    ),
    Guard(
        "the application may only add",
        "src/troth/promises/migrations/0001_initial.py",
        '*(Walled(table, app="SELECT, INSERT") for table in KEPT),',
        '*(Walled(table, app="SELECT, INSERT, UPDATE, DELETE") for table in KEPT),',
        (f"{_TYPED}::test_the_application_can_not_rewrite",),
    ),
    Guard(
        "a silence that a look ends was one",
        "src/troth/promises/actions.py",
        "        changes = _settle(home, below, clock.now(), by)\n        event_id",
        "        changes = []\n        event_id",
        (f"{_INTERVALS}::test_a_silence_that_a_look_ends_stays_in_the_history_from_when_it_fell",),
    ),
    Guard(
        "a silence began when it fell",
        "src/troth/promises/intervals.py",
        "began = min(silent_since(clause, ground.seen) or now, now)",
        "began = now",
        (f"{_INTERVALS}::test_a_silence_that_a_look_ends_stays_in_the_history_from_when_it_fell",),
    ),
    Guard(
        "of two looks at once the later begun is the newer",
        "src/troth/promises/evidence.py",
        "    ORDER BY number DESC LIMIT 1\n",
        "    ORDER BY event_id DESC LIMIT 1\n",
        (f"{_INTERVALS}::test_two_looks_at_once_the_later_begun_is_the_newer",),
    ),
    Guard(
        "nobody approves their own exception",
        "src/troth/promises/actions.py",
        "    if known.asked_by == account:",
        "    if False:",
        (f"{_EXCEPTIONS}::test_nobody_approves_their_own",),
    ),
    Guard(
        "an exception counts only if the log bears it out",
        "src/troth/promises/exceptions.py",
        "        if one.sealed:",
        "        if True:",
        (f"{_EXCEPTIONS}::test_one_that_the_log_does_not_bear_out_does_not_count",),
    ),
    Guard(
        "an exception is near enough",
        "src/troth/promises/exceptions.py",
        "    if until - now > limits.exception_at_most:",
        "    if False:",
        (f"{_EXCEPTIONS}::test_it_needs_an_account_a_role_a_reason_and_an_end",),
    ),
    Guard(
        "nothing is written about a customer that is leaving",
        "src/troth/promises/actions.py",
        "            tenancies.hold_open(customer_id)\n        intervals.lock(home)\n        # Once",
        "            pass\n        intervals.lock(home)\n        # Once",
        (f"{_CUSTOMERS}::test_nothing_is_written_about_a_customer_that_is_leaving",),
    ),
    Guard(
        "a partition's neighbour stays",
        "src/troth/erasure/purging.py",
        "where {condition} and ctid = any(",
        "where ctid = any(",
        (f"{_CUSTOMERS}::test_it_goes_with_its_customer_and_nobody_else_s_does",),
    ),
    Guard(
        "nobody can type that a clause is exceeded",
        "src/troth/promises/composing.py",
        " if _borne_out(derived) else None,",
        ",",
        ("tests/promises/test_exceeding.py",),
    ),
)
