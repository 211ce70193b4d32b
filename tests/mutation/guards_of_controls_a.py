"""What stands behind the controls of wall, keys and ways in: taken out, the control no longer holds."""

from tests.mutation.guard import Guard

_WALL = "tests/controls/test_customers_are_walled_off.py::test_held"
_ERASED = "tests/controls/test_erased_keys_open_nothing.py::test_held"
_PLACES = "tests/controls/test_key_places_agree.py::test_held"
_PSEUDONYMS = "tests/controls/test_identifiers_are_keyed_pseudonyms.py::test_held"
_TOKENS = "tests/controls/test_tokens_are_stored_hashed.py::test_held"
_STORED = "tests/controls/test_stored_data_is_encrypted.py::test_held"
_CURRENT = "tests/controls/test_cryptography_is_current.py::test_held"
_TRAFFIC = "tests/controls/test_traffic_is_encrypted.py::test_held"
_CLIENTS = "tests/controls/test_traffic_is_encrypted.py::test_existing_clients_are_served"
_REACH = "tests/controls/test_database_reach.py::test_held"
_WEB_LOG = "tests/controls/test_web_requests_are_logged.py::test_held"
_CONTACT = "tests/controls/test_security_contact_is_published.py::test_held"
_REQUESTS = "tests/controls/test_requests_are_authenticated.py::test_held"

GUARDS_OF_CONTROLS_A: tuple[Guard, ...] = (
    Guard(
        "control: the wall is forced",
        "src/troth/kernel/migrations.py",
        "FORCE ROW LEVEL SECURITY',\n",
        "ENABLE ROW LEVEL SECURITY',\n",
        (_WALL,),
    ),
    Guard(
        "control: the wall compares the customer",
        "src/troth/kernel/migrations.py",
        "TO {app}, {probe} USING ({CONTEXT}) WITH CHECK ({CONTEXT})'",
        "TO {app}, {probe} USING (true) WITH CHECK (true)'",
        (_WALL,),
    ),
    Guard(
        "control: a dead root goes",
        "src/troth/keys/places.py",
        "            if path.exists():\n                private_files.destroy(path)\n",
        "            pass\n",
        (_PLACES,),
    ),
    Guard(
        "control: the path to an erased key is new",
        "src/troth/keys/rekeying.py",
        "            key = new_key()\n            _renew(",
        "            key = path.key\n            _renew(",
        (_ERASED,),
    ),
    Guard(
        "control: the index has a key",
        "src/troth/vault/blind.py",
        'found.append((kind, hmac.digest(key, message, "sha256")[:DIGEST_BYTES]))',
        'found.append((kind, __import__("hashlib").sha256(message).digest()[:DIGEST_BYTES]))',
        (_PSEUDONYMS,),
    ),
    Guard(
        "control: tokens are digested",
        "src/troth/access/tokens.py",
        "return hashlib.sha256(secret.encode()).digest()",
        "return secret.encode()",
        (_TOKENS,),
    ),
    Guard(
        "control: records are sealed",
        "src/troth/keys/sealing.py",
        "        _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, context)\n        for nonce",
        "        _VERSION + nonce + plaintext + bytes(TAG_BYTES)\n        for nonce",
        (_STORED,),
    ),
    Guard(
        "control: a seal is bound to its place",
        "src/troth/keys/sealing.py",
        "return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, context)",
        "return _VERSION + nonce + plaintext + bytes(TAG_BYTES)",
        (_CURRENT,),
    ),
    Guard(
        "control: TLS is on unless it is taken off",
        "src/troth/host/config.py",
        'tls=given.switch("TROTH_TLS", default=True)',
        'tls=given.switch("TROTH_TLS", default=False)',
        (_TRAFFIC,),
    ),
    Guard(
        "control: TLS 1.2 is still served",
        "src/troth/host/web.py",
        "ssl_protocol_min=SSLProtocols.tls12,",
        "ssl_protocol_min=SSLProtocols.tls13,",
        (_CLIENTS,),
    ),
    Guard(
        "control: a database elsewhere is met over TLS alone",
        "src/troth/host/dsn.py",
        'return {"sslmode": "require"}',
        'return {"sslmode": "disable"}',
        ("tests/controls/test_database_reach.py::test_another_s_server_over_tls_alone",),
    ),
    Guard(
        "control: the database has no port",
        "src/troth/host/server_files.py",
        "\"listen_addresses = ''\",",
        "\"listen_addresses = '127.0.0.1'\",",
        (_REACH,),
    ),
    Guard(
        "control: no network is let into the database",
        "src/troth/host/server_files.py",
        "lines = [f'local \"{config.database}\" {names} peer map=troth']",
        "lines = [f'local \"{config.database}\" {names} peer map=troth', 'host all all all scram-sha-256']",
        (_REACH,),
    ),
    Guard(
        "control: each request leaves its line",
        "src/troth/host/requests.py",
        "        logs.tell(\n",
        "        (lambda *said, **more: None)(\n",
        (_WEB_LOG,),
    ),
    Guard(
        "control: the security contact is the operator's",
        "src/troth/trust/security.py",
        'f"Contact: {contact}",',
        'f"Contact: {address}",',
        (_CONTACT,),
    ),
    Guard(
        "control: a revoked key is dead at once",
        "src/troth/access/api_keys.py",
        'if revoked_at is not None or until <= clock.now() or state != "active":',
        "if False:",
        (_REQUESTS,),
    ),
    Guard(
        "canary: nobody signs in from outside",
        "src/troth/access/sign_in.py",
        "            _refuse_canary(account, by)\n",
        "",
        ("tests/promises/test_canaries.py::test_nobody_signs_in_from_outside_even_with_the_password",),
    ),
    Guard(
        "canary: it stands in no list",
        "src/troth/tenancy/queries.py",
        "kinds = (Kind.CUSTOMER, Kind.CANARY) if canaries else (Kind.CUSTOMER,)",
        "kinds = (Kind.CUSTOMER, Kind.CANARY)",
        ("tests/promises/test_canaries.py::test_they_stand_in_no_list",),
    ),
)
