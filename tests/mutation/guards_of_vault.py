"""The vault's guards."""

from tests.mutation.guard import Guard

_VAULT = "src/troth/vault/"
_RECORDS = "tests/vault/test_records.py::"
_IMPORTS = "tests/vault/test_imports.py::"

GUARDS_OF_VAULT: tuple[Guard, ...] = (
    Guard(
        "two people in one row are refused",
        _VAULT + "storing.py",
        "if len(found) > 1:",
        "if False:",
        (_RECORDS + "test_two_people_in_one_row_are_never_merged",),
    ),
    Guard(
        "an identifier that another record bears stays",
        _VAULT + "correcting.py",
        "lost -= identity.borne_elsewhere(customer_id, keys, person, lost, before.record_id)",
        "pass",
        (_RECORDS + "test_a_corrected_identifier_moves_in_the_index",),
    ),
    Guard(
        "a frozen subject is withheld",
        _VAULT + "opening.py",
        'key if row.state == "active" else None',
        "key",
        (_RECORDS + "test_a_frozen_subject_is_left_alone_and_withheld",),
    ),
    Guard(
        "a correction of a stale version is refused",
        _VAULT + "correcting.py",
        "if if_version is not None and if_version != before.version:",
        "if False:",
        (_RECORDS + "test_corrections_keep_fields_and_no_values",),
    ),
    Guard(
        "reading needs a permit for reading",
        _VAULT + "queries.py",
        "    permit.require(Action.SUBJECTS_SHOW)\n",
        "",
        (_RECORDS + "test_a_permit_for_something_else_is_refused",),
    ),
    Guard(
        "a blob is bound to its record",
        _VAULT + "codec.py",
        'return context("vault.record", customer_id, dataset_id, subject_id, record_id, schema_version)',
        'return context("vault.record", customer_id, dataset_id, subject_id, subject_id, schema_version)',
        ("tests/vault/test_codec.py",),
    ),
    Guard(
        "invisible characters are refused in identifiers",
        _VAULT + "text.py",
        'if _ANY_UNSEEN.search(value) or "\\n" in value',
        'if "\\n" in value',
        ("tests/vault/test_values.py",),
    ),
    Guard(
        "a deletion of the customer that began meanwhile wins",
        _VAULT + "imports.py",
        "        hold_open(self.permit.customer_id)\n",
        "",
        (_IMPORTS + "test_a_customer_that_closes_meanwhile_wins",),
    ),
    Guard(
        "one import at a time",
        _VAULT + "imports.py",
        "raise ImportRunning\n",
        "pass\n",
        (_IMPORTS + "test_one_import_per_customer_at_a_time",),
    ),
    Guard(
        "archives don't explode",
        _VAULT + "sources.py",
        "if self._grown > EXPANSION_FREE_BYTES and self._grown > EXPANSION_AT_MOST * self._counted.count:",
        "if False:",
        (_IMPORTS + "test_a_bomb_is_not_unpacked",),
    ),
    Guard(
        "a source that nothing recognises is taken once",
        _VAULT + "imports.py",
        "if once and known.exists():",
        "if False:",
        (_IMPORTS + "test_a_dataset_that_recognises_nobody_takes_a_source_once",),
    ),
    Guard(
        "rejected rows are private",
        _VAULT + "spools.py",
        "os.O_NOFOLLOW, 0o600)",
        "os.O_NOFOLLOW, 0o644)",
        (_IMPORTS + "test_rejected_rows_lie_in_a_private_file_that_can_be_repaired",),
    ),
    Guard(
        "a scan is logged in transactions of its own",
        _VAULT + "scans.py",
        "if standing() is not None:",
        "if False:",
        ("tests/vault/test_scans_and_exports.py::test_a_scan_is_refused_at_once",),
    ),
    Guard(
        "small writers give way to an import",
        _VAULT + "actions.py",
        "            rows.give_way()\n",
        "",
        ("tests/vault/test_at_once.py::test_a_small_writer_gives_way_to_an_import_and_is_told",),
    ),
    Guard(
        "whoever stores holds the subject",
        _VAULT + "statements.py",
        'HOLD_SUBJECTS: Final = _ACTIVE_SUBJECTS + b" FOR SHARE"',
        "HOLD_SUBJECTS: Final = _ACTIVE_SUBJECTS",
        ("tests/vault/test_at_once.py::test_without_locks_a_freeze_would_be_overtaken",),
    ),
    Guard(
        "plain digests need a reason",
        _VAULT + "exports.py",
        'if self.digest != "keyed" and not',
        "if False and not",
        ("tests/vault/test_scans_and_exports.py::test_plain_digests_need_a_reason_and_say_what_they_are",),
    ),
)
