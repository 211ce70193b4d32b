"""The guards of messages and attestations."""

from tests.mutation.guard import Guard

_ADDRESSES = "tests/messages/test_addresses.py"
_WEBHOOKS = "tests/messages/test_webhooks.py"
_MAIL = "tests/messages/test_mail.py"
_QUEUE = "tests/messages/test_queue.py"
_TLS = "tests/messages/test_tls.py"
_ATTESTING = "tests/promises/test_attesting.py"
_REMINDERS = "tests/promises/test_attestation_reminders.py"
_JUDGE = "tests/controls/test_attested.py"

GUARDS_OF_MESSAGES: tuple[Guard, ...] = (
    Guard(
        "a message is queued inside its customer",
        "src/troth/messages/actions.py",
        "if wall.standing() != customer_id:",
        "if False:",
        (f"{_QUEUE}::test_a_message_is_queued_inside_its_own_customer_only",),
    ),
    Guard(
        "a payload holds its kind's fields alone",
        "src/troth/messages/kinds.py",
        "if missing or unknown:",
        "if missing:",
        (f"{_QUEUE}::test_a_payload_holds_what_its_kind_lists",),
    ),
    Guard(
        "webhooks stay on the public internet",
        "src/troth/messages/addresses.py",
        "    if not real.is_global or",
        "    if",
        (f"{_ADDRESSES}::test_what_is_not_public_is_refused",),
    ),
    Guard(
        "an address within an address is seen",
        "src/troth/messages/addresses.py",
        "    real = plain(address)\n",
        "    real = address\n",
        (f"{_ADDRESSES}::test_what_is_not_public_is_refused",),
    ),
    Guard(
        "every answer of the name server is judged",
        "src/troth/messages/addresses.py",
        "    for address in found:\n",
        "    for address in found[:1]:\n",
        (f"{_ADDRESSES}::test_one_bad_answer_of_the_name_server_is_enough",),
    ),
    Guard(
        "plain http stays on this machine",
        "src/troth/messages/addresses.py",
        'if target.scheme == "http" and not plain(address).is_loopback:',
        "if False:",
        (f"{_ADDRESSES}::test_plain_http_stays_on_this_machine",),
    ),
    Guard(
        "the call goes to the judged address",
        "src/troth/messages/outbound.py",
        "socket.create_connection((str(self._address), self._target.port), CONNECT_SECONDS)",
        "socket.create_connection((self._target.host, self._target.port), CONNECT_SECONDS)",
        (f"{_ADDRESSES}::test_the_name_is_asked_once_and_the_call_goes_to_that_answer",),
    ),
    Guard(
        "the certificate is for the name",
        "src/troth/messages/outbound.py",
        "server_hostname=self._target.host)",
        'server_hostname="localhost")',
        (f"{_TLS}::test_one_for_another_name_is_refused",),
    ),
    Guard(
        "a slow answer ends",
        "src/troth/messages/outbound.py",
        "    timer.start()\n",
        "",
        (f"{_WEBHOOKS}::test_a_slow_answer_ends_in_time",),
    ),
    Guard(
        "a cut answer is none",
        "src/troth/messages/outbound.py",
        "            if late:\n",
        "            if False:\n",
        (f"{_WEBHOOKS}::test_a_slow_answer_ends_in_time",),
    ),
    Guard(
        "a delivery waits for its time",
        "src/troth/messages/delivering.py",
        "locked.next_attempt_at is None or locked.next_attempt_at > now:",
        "locked.next_attempt_at is None:",
        (f"{_WEBHOOKS}::test_a_second_worker_with_the_same_list_leaves_it_alone",),
    ),
    Guard(
        "an address is sealed",
        "src/troth/messages/actions.py",
        'url=seal(slot.key, url.encode(), sealing_context("url", customer_id, endpoint_id)),',
        "url=url.encode(),",
        (f"{_WEBHOOKS}::test_neither_the_address_nor_the_secret_lies_open",),
    ),
    Guard(
        "webhooks need their permit",
        "src/troth/access/webhooks.py",
        "    permit.require(Action.WEBHOOKS_MANAGE)\n    actions.remove_endpoint",
        "    actions.remove_endpoint",
        (f"{_WEBHOOKS}::test_only_who_may_manages_webhooks",),
    ),
    Guard(
        "no value adds a header",
        "src/troth/messages/letters.py",
        "if len(filled.splitlines()) != 1 or not filled.isprintable():",
        "if False:",
        (f"{_MAIL}::test_no_value_adds_a_header",),
    ),
    Guard(
        "mail without a server waits",
        "src/troth/messages/delivering.py",
        "elif not sending.has_mail_server():",
        "elif False:",
        (f"{_MAIL}::test_without_a_mail_server_it_waits_and_says_so",),
    ),
    Guard(
        "nobody reviews their own word",
        "src/troth/promises/attesting/actions.py",
        "if row.given_by == account_id:",
        "if False:",
        (f"{_ATTESTING}::test_nobody_reviews_their_own_word",),
    ),
    Guard(
        "the database compares the two too",
        "src/troth/promises/attesting/migrations/0001_initial.py",
        "models.Q(('step', 'reviewed'), _negated=True), models.Q(('by_account', models.F('given_by')), _negated=True)",
        "models.Q(('step', 'reviewed'), _negated=True), models.Q(('by_account__isnull', False))",
        (f"{_ATTESTING}::test_the_database_refuses_it_too",),
    ),
    Guard(
        "an attestation is a person's",
        "src/troth/promises/attesting/actions.py",
        'if permit.actor.kind != "account" or account_id is None',
        "if account_id is None and False",
        (f"{_ATTESTING}::test_the_shell_has_no_word_to_give",),
    ),
    Guard(
        "what the log does not bear out does not count",
        "src/troth/promises/attesting/keeping.py",
        "        return _waits(row.at, now, terms)\n",
        "        return True\n",
        (
            f"{_ATTESTING}::test_a_row_that_the_log_does_not_bear_out_does_not_count",
            f"{_ATTESTING}::test_a_time_to_come_does_not_count_before_it_is_sealed",
        ),
    ),
    Guard(
        "a withdrawal counts",
        "src/troth/promises/attesting/rules.py",
        'if "withdrawn" in own:',
        "if False:",
        (f"{_ATTESTING}::test_a_withdrawal_ends_it_at_once_and_stays_in_the_history",),
    ),
    Guard(
        "an attestation ends",
        "judgement/src/troth_judge/controls/attested.py",
        "if left <= timedelta(0):",
        "if False:",
        (_JUDGE,),
    ),
    Guard(
        "the judge compares attester and reviewer",
        "judgement/src/troth_judge/controls/attested.py",
        " or facts.attester == facts.reviewer:",
        ":",
        (_JUDGE,),
    ),
    Guard(
        "a reminder is said once",
        "src/troth/promises/attesting/reminding.py",
        "if reached[0] not in fresh:",
        "if False:",
        (f"{_REMINDERS}::test_each_step_is_said_once",),
    ),
)
