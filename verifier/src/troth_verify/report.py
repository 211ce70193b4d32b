"""What was checked, what was not, and with what result."""

import json
from dataclasses import asdict, dataclass, field
from typing import Literal

Result = Literal["ok", "failed", "not_checked"]
MARKS: dict[Result, str] = {"ok": "ok    ", "failed": "FAILED", "not_checked": "–     "}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked, or could have been."""

    check: str
    result: Result
    says: str


@dataclass(slots=True)
class Report:
    """Everything that is said about one file."""

    kind: str
    path: str
    checks: list[Check] = field(default_factory=list)
    facts: dict[str, str | int] = field(default_factory=dict)

    def ok(self, check: str, says: str) -> None:
        """Note that a check held."""
        self.checks.append(Check(check, "ok", says))

    def failed(self, check: str, says: str) -> None:
        """Note that a check did not hold."""
        self.checks.append(Check(check, "failed", says))

    def skipped(self, check: str, says: str) -> None:
        """Note what was not checked, and why."""
        self.checks.append(Check(check, "not_checked", says))

    @property
    def verifies(self) -> bool:
        """True when something was checked and nothing failed."""
        results = {check.result for check in self.checks}
        return "ok" in results and "failed" not in results

    def json(self) -> str:
        """Return the report as one line of JSON."""
        return json.dumps({"verifies": self.verifies, **asdict(self)})

    def text(self) -> str:
        """Return the report for a person."""
        lines = [f"{self.kind}: {self.path}"]
        lines += [f"  {name}: {value}" for name, value in self.facts.items()]
        lines += [f"  {MARKS[check.result]} {check.says}" for check in self.checks]
        lines.append("It verifies." if self.verifies else "IT DOES NOT VERIFY.")
        # Names and values come from the file: nothing in them may steer the terminal.
        return "\n".join("".join(c if c.isprintable() else "�" for c in line) for line in lines)
