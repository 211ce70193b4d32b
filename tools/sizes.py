"""Size rules: a module has at most 400 lines, a function at most 40 (its docstring not counted)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE, FUNCTION = 400, 40


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    words = ast.get_docstring(node, clean=False)
    spoken = node.body[0].end_lineno - node.body[0].lineno + 1 if words and node.body[0].end_lineno else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - spoken


def findings(path: Path, text: str) -> Iterator[str]:
    """What breaks a rule in one module."""
    lines = text.count("\n")
    if lines > MODULE:
        yield f"{path}: {lines} lines (at most {MODULE})"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (length := _length(node)) > FUNCTION:
            yield f"{path}:{node.lineno} {node.name}: {length} lines (at most {FUNCTION})"


def main() -> int:
    """Check everything that ships, and the tools; tests and migrations may be long."""
    found = [
        finding
        for folder in ("src", "verifier/src", "tools")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
        for finding in findings(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
    ]
    sys.stdout.write("".join(f"{finding}\n" for finding in found) or "sizes: kept\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
