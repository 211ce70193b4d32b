"""What a guard is: one line that protects something."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """One line that protects something, and who must miss it."""

    name: str
    file: str
    text: str
    without: str
    tests: tuple[str, ...]
