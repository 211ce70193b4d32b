"""The guards of the policy: of packs, terms, decisions, agreements, and of those who read them."""

from tests.mutation.guard import Guard

_POLICY = "src/troth/policy/"
_PACK = "tests/policy/test_pack.py"
_TERMS = "tests/policy/test_terms.py"
_ACTIONS = "tests/policy/test_actions.py"
_GOVERNING = "tests/policy/test_governing.py"
_DOMAINS = "tests/policy/test_domains.py"

GUARDS_OF_POLICY: tuple[Guard, ...] = (
    Guard(
        "no alias in a pack",
        _POLICY + "nodes.py",
        'if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:',
        "if False:",
        (_PACK,),
    ),
    Guard(
        "no tag in a pack", _POLICY + "nodes.py", 'if getattr(event, "tag", None) is not None:', "if False:", (_PACK,)
    ),
    Guard("nothing invisible in a pack", _POLICY + "nodes.py", "    _refuse_invisible(text)\n", "", (_PACK,)),
    Guard("no huge pack", _POLICY + "nodes.py", "if len(source) > LARGEST:", "if False:", (_PACK,)),
    Guard("no deep pack", _POLICY + "nodes.py", "if depth > DEEPEST:", "if False:", (_PACK,)),
    Guard("no field twice", _POLICY + "nodes.py", "if key.value in entries:", "if False:", (_PACK,)),
    Guard("no clause twice", _POLICY + "reading.py", "if first is not found:", "if False:", (_PACK,)),
    Guard(
        "an enforced clause names its control",
        _POLICY + "reading.py",
        "if kind in clause.kinds and not coded:",
        "if False:",
        (_PACK,),
    ),
    Guard(
        "no duration of nothing",
        _POLICY + "durations.py",
        "if length <= timedelta(0):",
        "if False:",
        ("tests/policy/test_durations.py",),
    ),
    Guard(
        "a month as a limit is the shortest",
        _POLICY + "durations.py",
        'shortest if side == "at_most" else longest',
        "longest",
        ("tests/policy/test_durations.py",),
    ),
    Guard(
        "intervals only tighten",
        _POLICY + "constraints.py",
        "min(highs, default=None)",
        "max(highs, default=None)",
        (_TERMS,),
    ),
    Guard("sets only tighten", _POLICY + "constraints.py", "a.one_of & b.one_of", "a.one_of | b.one_of", (_TERMS,)),
    Guard("a version never changes", _POLICY + "actions.py", "if kept.digest != named:", "if False:", (_ACTIONS,)),
    Guard(
        "what excludes an agreement never comes into force",
        _POLICY + "actions.py",
        "        if found:\n            raise ActivationRefused(found)\n",
        "",
        (_ACTIONS,),
    ),
    Guard(
        "an agreement never excludes the policy",
        _POLICY + "actions.py",
        "        if found:\n            raise AgreementRefused(list(dict.fromkeys(found)))\n",
        "",
        (_ACTIONS,),
    ),
    Guard(
        "agreements are judged against what is to come",
        _POLICY + "actions.py",
        "packs = [None, *(packs_kept.parsed(each.digest) for each in coming)]",
        "packs = [None, *(packs_kept.parsed(each.digest) for each in coming[:1])]",
        (_ACTIONS, _GOVERNING),
    ),
    Guard(
        "one decision at a time",
        _POLICY + "actions.py",
        'cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])',
        'cursor.execute("select 1")',
        (_GOVERNING,),
    ),
    Guard(
        "no decision about the past",
        _POLICY + "actions.py",
        "if effective.tzinfo is None or effective < decided:",
        "if False:",
        (_ACTIONS,),
    ),
    Guard(
        "a clock that goes back takes nothing out of force",
        _POLICY + "packs_kept.py",
        "ruling(made, max(now, made[0].decided_at))",
        "ruling(made, now)",
        (_ACTIONS,),
    ),
    Guard(
        "a version is what its digest says",
        _POLICY + "packs_kept.py",
        "if hashlib.sha256(body.encode()).hexdigest() != digest:",
        "if False:",
        (_ACTIONS,),
    ),
    Guard(
        "a decision is compared with the log",
        _POLICY + "queries.py",
        'return "sealed" if same else "differs"',
        'return "sealed"',
        (_ACTIONS,),
    ),
    Guard(
        "decisions are only ever added",
        _POLICY + "migrations/0001_initial.py",
        'Unwalled("policy_activation", grants={"app": "SELECT, INSERT", "probe": "SELECT"})',
        'Unwalled("policy_activation", grants={"app": "SELECT, INSERT, UPDATE, DELETE", "probe": "SELECT"})',
        (_ACTIONS,),
    ),
    Guard(
        "whoever activates may",
        "src/troth/promises/governing.py",
        "    permit = gate.permit(by, OPERATOR, Action.POLICY_ACTIVATE)\n    return actions.activate(",
        "    permit = gate.permit(by, by.customer_id, Action.POLICY_READ)\n    return actions.activate(",
        (_GOVERNING,),
    ),
    Guard(
        "whoever agrees may",
        "src/troth/promises/governing.py",
        "gate.permit(by, customer_id, Action.AGREEMENTS_MANAGE)",
        "gate.permit(by, customer_id, Action.POLICY_READ)",
        (_GOVERNING,),
    ),
    Guard(
        "whoever simulates is staff",
        "src/troth/promises/simulation.py",
        "    gate.permit(by, OPERATOR, Action.POLICY_READ)\n",
        "",
        (_GOVERNING,),
    ),
    Guard(
        "an open erasure keeps the shorter limit",
        "src/troth/erasure/engine.py",
        "        _keep_the_shorter(customer_id, erasure_id, around)\n",
        "",
        ("tests/erasure/test_customer.py",),
    ),
    Guard(
        "a looser policy takes no promise back",
        "src/troth/erasure/rules.py",
        "return min(at_confirmation, now) if state in OPEN else at_confirmation",
        "return now",
        (_DOMAINS,),
    ),
    Guard(
        "the policy's classes of characters are asked for",
        "src/troth/access/passwords.py",
        "for each in wanted.classes if not any(",
        "for each in () if not any(",
        (_DOMAINS,),
    ),
    Guard(
        "a policy that shortens passwords shuts nobody out",
        "src/troth/access/passwords.py",
        "password[: terms().password.hashed_at_most + 1]",
        "password[: terms().password.longest + 1]",
        (_DOMAINS,),
    ),
    Guard(
        "an outdated password opens nothing but the way to another",
        "src/troth/access/sign_in.py",
        "if not passwords.meets_policy(password, account.customer_id) and not",
        "if False and not",
        (_DOMAINS,),
    ),
    Guard(
        "an old key lives no longer than the policy allows",
        "src/troth/access/api_keys.py",
        "min(expires_at, created_at + terms(customer_id).key.lives_at_most)",
        "expires_at",
        (_DOMAINS,),
    ),
    Guard(
        "an old session lives no longer than the policy allows",
        "src/troth/access/sessions.py",
        "if session.created_at + limits.absolute <= now:",
        "if False:",
        (_DOMAINS,),
    ),
    Guard(
        "the log is told its terms",
        _POLICY + "apps.py",
        "        terms.read_from(log_terms.of_customer)\n",
        "        pass\n",
        (_DOMAINS,),
    ),
    Guard(
        "a space that must not break stays",
        _POLICY + "reading.py",
        """re.sub(r"[ \\t\\n]+", " ", node.value).strip(" ")""",
        """" ".join(node.value.split())""",
        ("tests/policy/test_packs_words.py::test_the_french_is_set_as_french_is",),
    ),
)
