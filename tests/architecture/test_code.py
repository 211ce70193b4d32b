"""House rules that the source itself must keep: small searches over it, each shown to find a planted breach."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("src", "verifier/src") for path in (ROOT / folder).rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "core", "misc"}

Finder = Callable[[str, ast.Module, str], Iterator[str]]


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def lasting_context(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """The customer's context is set by the wall alone, and only for the transaction (`set_config(…, true)`)."""
    for match in re.finditer(r"set_config\(([^)]*)\)|\bset\s+(?:session\s+)?troth\.", text, re.IGNORECASE):
        if "troth." in match.group(0) and not re.search(r",\s*true\s*\)?$", match.group(0).strip().rstrip(")")):
            yield f"line {text[: match.start()].count(chr(10)) + 1}: {match.group(0)[:60]}"


def forged_permit(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """Only the gate makes a `Permit`: everywhere else one must have asked."""
    if path.endswith("access/gate.py"):
        return
    yield from (f"line {call.lineno}: Permit(…)" for call in _calls(tree) if _name(call) == "Permit")


def signals(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """No signals: what happens must be read where it is done."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and "signals" in node.module:
            yield f"line {node.lineno}: from {node.module}"


def implicit_transactions(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """ATOMIC_REQUESTS commits what a raised HTTP error should have rolled back."""
    if re.search(r"ATOMIC_REQUESTS[\"']?\s*[:=]\s*True", text):
        yield "ATOMIC_REQUESTS"


def vague_names(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """No module whose name says nothing."""
    if FORBIDDEN_NAMES & set(Path(path).with_suffix("").parts):
        yield path


def swallowed(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """No bare `except`, and no `except Exception: pass`: unknown is never success."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}
            )
            if broad and all(isinstance(step, ast.Pass) for step in node.body):
                yield f"line {node.lineno}"


def unreasoned(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """Every suppression names its code and its reason."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"#\s*noqa(?!: [A-Z]+\d+[A-Z0-9, ]* - \S)", line) or re.search(
            r"#\s*type: ignore(?!\[[a-z-]+(, ?[a-z-]+)*\]\s+# \S)", line
        ):
            yield f"line {number}: {line.strip()[-60:]}"


def shell(path: str, tree: ast.Module, text: str) -> Iterator[str]:
    """No command goes through a shell, where a name could become a command."""
    for call in _calls(tree):
        if any(
            word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in call.keywords
        ):
            yield f"line {call.lineno}: shell="


RULES: dict[Finder, str] = {
    lasting_context: "cursor.execute(\"select set_config('troth.customer', %s, false)\")",
    forged_permit: "from troth.access.permit import Permit\npermit = Permit(actor=None)",
    signals: "from django.db.models.signals import post_save",
    implicit_transactions: "DATABASES = {'default': {'ATOMIC_REQUESTS': True}}",
    vague_names: "",
    swallowed: "try:\n    go()\nexcept Exception:\n    pass",
    unreasoned: "import os  # noqa",
    shell: "import subprocess\nsubprocess.run('ls', shell=True)",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps(rule: Finder) -> None:
    found = []
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {what}" for what in rule(path.as_posix(), ast.parse(text), text)]
    assert found == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_planted_breach_is_found(rule: Finder) -> None:
    text = RULES[rule]
    assert list(rule("src/troth/vault/utils.py", ast.parse(text), text))


def _audited(function: ast.FunctionDef) -> bool:
    return any(
        _name(call) in {"record", "refused", "statement", "_audit", "_record"}
        for call in _calls(ast.Module([function], []))
    )


UNAUDITED: dict[str, str] = {
    "promises.check": "`evidence.seal` writes the entry together with the row that it seals",
    "promises.settle": "`intervals.settle` writes one for each state that changed; where none did, nothing was done",
    "messages.queue": "its caller's entry tells what happened; each delivery writes its own when it ends",
}
"""Public actions that need no row of their own, each with the reason."""


def test_every_action_audits() -> None:
    """A public function of an `actions` module writes to the log, by itself or through another of its module."""
    silent = []
    for path in SOURCES:
        if path.name != "actions.py" or "audit" in path.parts:
            continue
        domain = path.parent.name
        if domain == "keys":
            continue  # below the log: its actions are audited by those who call them
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        audited = {name for name, node in functions.items() if _audited(node)}
        while more := {
            name
            for name, node in functions.items()
            if name not in audited and any(_name(call) in audited for call in _calls(ast.Module([node], [])))
        }:
            audited |= more
        silent += [
            f"{domain}.{name}"
            for name in functions
            if not name.startswith("_") and name not in audited and f"{domain}.{name}" not in UNAUDITED
        ]
    assert silent == []
