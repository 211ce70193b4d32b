"""What the console guards, and the tests that miss it."""

from tests.mutation.guard import Guard

_BOUNDARY = "src/troth/console/boundary.py"
_ENTRANCE = "tests/console/test_entrance.py"
_ROUTES = "tests/console/test_authorisation.py"
_PIECES = "tests/console/test_pieces.py"

GUARDS_OF_CONSOLE: tuple[Guard, ...] = (
    Guard(
        "only public pages are shown to nobody",
        _BOUNDARY,
        "if not visit.signed_in and not public:",
        "if False:",
        (_ROUTES,),
    ),
    Guard(
        "a page answers only its own methods",
        _BOUNDARY,
        "if request.method not in answered:",
        "if False:",
        (_ENTRANCE,),
    ),
    Guard(
        "a refusal is logged",
        _BOUNDARY,
        'refusals.log(error, by=visit.actor, operation=_operation(visit), customer_id=kwargs.get("customer_id"))',
        "pass",
        (_ROUTES,),
    ),
    Guard(
        "a purpose is asked before the first look",
        "src/troth/console/visit.py",
        "if looking.asked_for(self.actor, customer_id, (action, *also)):",
        "if False:",
        (_ROUTES,),
    ),
    Guard(
        "a purpose ends with its time",
        "src/troth/console/looking.py",
        "if until <= SYSTEM.now():",
        "if False:",
        (_ROUTES,),
    ),
    Guard(
        "a reason is bound to its customer",
        "src/troth/console/looking.py",
        "    return context(KEY_NAME, customer_id)",
        "    return context(KEY_NAME)",
        ("tests/console/test_looking.py",),
    ),
    Guard(
        "customers are not told what is for our staff",
        "src/troth/console/views/agreements.py",
        "if TOLD & set(one.audience))",
        "if True)",
        ("tests/console/test_policy.py::test_customers_are_not_told_what_is_for_our_staff",),
    ),
    Guard(
        "a document is taken away, never shown",
        "src/troth/console/views/attestations.py",
        """answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}\"""",
        "pass",
        ("tests/console/test_duties.py",),
    ),
    Guard(
        "what one means is typed",
        "src/troth/console/forms.py",
        "if self.expected is not None and typed.strip() != self.expected:",
        "if False:",
        ("tests/console/test_policy.py::test_it_comes_into_force_by_a_typed_decision",),
    ),
    Guard(
        "sign-in leads to this site alone",
        "src/troth/console/languages.py",
        'return path if sound and path.isprintable() else "/"',
        "return path",
        (_ENTRANCE, _PIECES),
    ),
    Guard(
        "a spreadsheet takes no text for a formula",
        "src/troth/console/listing.py",
        'return f"\'{value}" if',
        "return value if",
        ("tests/console/test_listing.py",),
    ),
    Guard(
        "only a kept upload is opened",
        "src/troth/console/uploads.py",
        "if not _NAME.fullmatch(name) or not found.is_file():",
        "if not found.exists():",
        (_PIECES,),
    ),
    Guard(
        "the word is typed before an erasure",
        "src/troth/console/forms.py",
        "if self.expected is not None and typed.strip() != self.expected:",
        "if False:",
        ("tests/console/test_pages.py",),
    ),
    Guard(
        "a correction names the version it was made on",
        "src/troth/console/views/records.py",
        "actions.correct(permit, record_id, changes, if_version=version)",
        "actions.correct(permit, record_id, changes)",
        ("tests/console/test_pages.py",),
    ),
)
