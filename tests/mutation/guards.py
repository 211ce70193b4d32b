"""The guards, each with the text that is taken out, what stands there instead, and the tests that must notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """One line that protects something, and who must miss it."""

    name: str
    file: str
    text: str
    without: str
    tests: tuple[str, ...]


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
)
