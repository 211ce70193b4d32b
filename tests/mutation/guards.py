"""The guards, each with the text that is taken out, what stands there instead, and the tests that must notice."""

from tests.mutation.guard import Guard
from tests.mutation.guards_of_keys import GUARDS_OF_KEYS

GUARDS: tuple[Guard, ...] = (
    Guard(
        "another customer inside a transaction",
        "src/troth/kernel/wall.py",
        "elif found.customer_id == customer_id and found.door is None:",
        "elif True:",
        ("tests/kernel/test_wall.py",),
    ),
    Guard(
        "row security is forced",
        "src/troth/kernel/migrations.py",
        "FORCE ROW LEVEL SECURITY',\n",
        "ENABLE ROW LEVEL SECURITY',\n",
        ("tests/architecture/test_wall.py",),
    ),
    Guard(
        "the context ends with its transaction",
        "src/troth/kernel/wall.py",
        'cursor.execute("select set_config(%s, %s, true)"',
        'cursor.execute("select set_config(%s, %s, false)"',
        ("tests/kernel/test_wall.py",),
    ),
    *GUARDS_OF_KEYS,
)

_GATE = "src/troth/access/gate.py"
_API = "tests/api/test_authorisation.py"
GUARDS += (
    Guard(
        "the gate refuses other customers",
        _GATE,
        "if actor.customer_id != customer_id and not actor.is_staff:",
        "if False:",
        ("tests/access/test_gate.py", _API),
    ),
    Guard(
        "the table of roles is asked",
        _GATE,
        'if each not in roles.allowed("operator" if actor.is_staff else "customer", actor.role):',
        "if False:",
        ("tests/access/test_gate.py",),
    ),
    Guard(
        "nobody is refused",
        _GATE,
        'if actor.kind == "nobody":\n        raise',
        "if False:\n        raise",
        ("tests/access/test_gate.py",),
    ),
    Guard(
        "staff give a reason",
        _GATE,
        "and given_reason is None and actions & roles.STAFF_NEEDS_REASON",
        "and False",
        ("tests/access/test_gate.py",),
    ),
    Guard(
        "personal data needs a purpose",
        _GATE,
        "if actions & roles.NEEDS_PURPOSE:",
        "if False:",
        ("tests/access/test_gate.py",),
    ),
    Guard(
        "a permit is for its actions",
        "src/troth/access/permit.py",
        "if action not in self.actions or clock.now() >= self.until:",
        "if False:",
        ("tests/access/test_gate.py",),
    ),
    Guard(
        "the work of sign-in is the same for all",
        "src/troth/access/sign_in.py",
        "for _ in range(terms().sign_in.hashes_per_try - len(accounts)):",
        "for _ in range(0):",
        ("tests/access/test_sign_in.py",),
    ),
    Guard(
        "tries are counted",
        "src/troth/access/attempts.py",
        "if count > at_most:",
        "if False:",
        ("tests/access/test_sign_in.py",),
    ),
    Guard(
        "a link works once",
        "src/troth/access/actions.py",
        "if link.used_at is not None or link.expires_at <= clock.now():",
        "if link.expires_at <= clock.now():",
        ("tests/access/test_accounts.py",),
    ),
    Guard(
        "a link is judged under the account's lock",
        "src/troth/access/actions.py",
        "        link.refresh_from_db()\n",
        "",
        ("tests/access/test_accounts.py",),
    ),
    Guard(
        "the last owner stays",
        "src/troth/access/actions.py",
        "if not others.exclude(account_id=account.account_id).exists():",
        "if False:",
        ("tests/access/test_accounts.py",),
    ),
    Guard(
        "nobody makes an owner but an owner",
        "src/troth/access/actions.py",
        'if role == "owner" and not (permit.actor.is_staff or permit.actor.role == "owner"):',
        "if False:",
        ("tests/access/test_accounts.py",),
    ),
    Guard(
        "the key's secret is compared",
        "src/troth/access/api_keys.py",
        "if row is None or not right:",
        "if row is None:",
        ("tests/access/test_accounts.py",),
    ),
    Guard(
        "revoked and expired keys are dead",
        "src/troth/access/api_keys.py",
        "if revoked_at is not None or until <= clock.now()",
        "if until <= clock.now()",
        ("tests/access/test_accounts.py",),
    ),
    Guard(
        "a session ends when idle",
        "src/troth/access/sessions.py",
        " or session.seen_at + limits.idle <= now",
        "",
        ("tests/access/test_sign_in.py",),
    ),
    Guard(
        "a session needs an active account",
        "src/troth/access/sessions.py",
        ", account_id=session.account_id, state=AccountState.ACTIVE",
        ", account_id=session.account_id",
        ("tests/access/test_sessions_without_deletion.py",),
    ),
    Guard(
        "a cursor belongs to one customer",
        "src/troth/api/cursors.py",
        'return f"troth.api.cursor:{listing}:{customer_id}"',
        'return f"troth.api.cursor:{listing[:7]}"',
        ("tests/api/test_hostile.py",),
    ),
    Guard(
        "an unclean connection is closed",
        "src/troth/api/entrance.py",
        "        connection.close()\n",
        "        pass\n",
        ("tests/api/test_hostile.py",),
    ),
    Guard(
        "an idempotency key belongs to one request",
        "src/troth/api/replays.py",
        "if not hmac.compare_digest(bytes(row.request_digest), request_digest):",
        "if False:",
        ("tests/api/test_replays.py",),
    ),
    Guard(
        "a key stands once in an object",
        "src/troth/api/bodies.py",
        "if len(found) != len(pairs):",
        "if False:",
        ("tests/api/test_hostile.py",),
    ),
    Guard(
        "a crossing that is not committed is rolled back",
        "src/troth/kernel/crossing.py",
        "                raw.rollback()\n",
        "                raw.commit()\n",
        ("tests/kernel/test_crossing.py",),
    ),
)
