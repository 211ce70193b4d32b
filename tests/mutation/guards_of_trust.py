"""What the public pages and the verifier of statements guard, and the tests that miss it."""

from tests.mutation.guard import Guard

_READING = "src/troth/trust/reading.py"
_STATEMENT = "verifier/src/troth_verify/statement.py"
_ANSWERS = "tests/trust/test_answers.py"
_PAGES = "tests/trust/test_pages.py"
_FORGED = "tests/trust/test_statement.py"

GUARDS_OF_TRUST: tuple[Guard, ...] = (
    Guard(
        "what is not for everybody is not public",
        "src/troth/trust/pages.py",
        "if PUBLIC in line.audience)",
        "if line.audience)",
        (_PAGES,),
    ),
    Guard(
        "only observations are given out",
        _READING,
        "if entry is None or entry.operation != OBSERVED:",
        "if entry is None:",
        (_ANSWERS,),
    ),
    Guard(
        "only observations behind a public promise are given out",
        _READING,
        'if entry.leaf.get("detail", {}).get("control") in cited else None',
        "if cited else None",
        (_ANSWERS,),
    ),
    Guard(
        "a change shows at once",
        _READING,
        "return kept.version == version and kept.evaluated_at",
        "return kept.evaluated_at",
        (_ANSWERS,),
    ),
    Guard(
        "only GET and HEAD are answered",
        "src/troth/trust/answers.py",
        "if request.method not in ANSWERED:",
        "if False:",
        (_ANSWERS,),
    ),
    Guard(
        "a port of the asker's makes no page",
        "src/troth/trust/views.py",
        'served = port and port == request.META.get("SERVER_PORT")',
        "served = port",
        (_ANSWERS,),
    ),
    Guard(
        "a state that does not follow is found",
        _STATEMENT,
        'if said["state"] != found.state:',
        "if False:",
        (_FORGED,),
    ),
    Guard(
        "a clause left out is found",
        _STATEMENT,
        "    if ours != theirs:",
        "    if False:",
        (_FORGED,),
    ),
    Guard(
        "a pack that was never put in force is found",
        _STATEMENT,
        'if said.get("digest") != pack["digest"]:',
        "if False:",
        (_FORGED,),
    ),
    Guard(
        "another control's evidence is found",
        _STATEMENT,
        'if said["control"] != name:',
        "if False:",
        (_FORGED,),
    ),
    Guard(
        "milder terms are found",
        _STATEMENT,
        "            if mild:",
        "            if False:",
        (_FORGED,),
    ),
    Guard(
        "a figure that flatters is found",
        _STATEMENT,
        "if {name: said[name] for name in found} != found:",
        "if False:",
        (_FORGED,),
    ),
)
