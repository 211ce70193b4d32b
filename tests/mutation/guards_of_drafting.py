"""The guards of drafting: what a hostile document may not do, and what a draft may not pass as said."""

from tests.mutation.guard import Guard

_DRAFTING = "src/troth/policy/drafting/"
_READING = "tests/policy/test_draft_reading.py"
_DRAFT = "tests/policy/test_draft.py"

GUARDS_OF_DRAFTING: tuple[Guard, ...] = (
    Guard(
        "no document type in a Word file",
        _DRAFTING + "docx.py",
        "    parser.StartDoctypeDeclHandler = _refuse_doctype\n",
        "",
        (_READING,),
    ),
    Guard("no bomb in a Word file", _DRAFTING + "docx.py", "if read > MAX_XML:", "if False:", (_READING,)),
    Guard(
        "no endless nesting in a Word file",
        _DRAFTING + "docx.py",
        "if len(self.path) > MAX_DEPTH:",
        "if False:",
        (_READING,),
    ),
    Guard("no huge policy", _DRAFTING + "reading.py", "if len(data) > MAX_FILE:", "if False:", (_READING,)),
    Guard(
        "what is still to be translated is reported",
        "src/troth/policy/reading.py",
        "if reader.known is not None and (why := marks.unfinished(said)) is not None:",
        "if False:",
        (_DRAFT,),
    ),
)
