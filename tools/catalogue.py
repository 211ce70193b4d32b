"""The French of every page: `check` says what is missing or out of step, `update` brings the catalogue up to date.

Strings are found in the console's code and templates and in the sentences of the errors that
a page can meet. A string without French fails the check, and so does a compiled catalogue that is not the text file's.
"""

import ast
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "troth"
FOLDER = SOURCE / "console" / "locale" / "fr" / "LC_MESSAGES"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "noop": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FIRST = datetime(2026, 11, 22, tzinfo=UTC)
Found = tuple[str | None, str | tuple[str, ...]]


def strings() -> Iterator[Found]:
    """Every string that a page may say: its context, and its singular, or singular and plural."""
    for part in PAGES:
        for path in sorted((SOURCE / part).rglob("*.py")):
            yield from _extracted(path.read_text(encoding="utf-8"))
        for path in sorted((SOURCE / part / "templates").rglob("*.html")):
            yield from _templated(path)
    for part in MET:
        for path in sorted((SOURCE / part).rglob("*.py")):
            if path.parent.relative_to(SOURCE).as_posix() not in APART:
                yield from _sentences(path)


def _extracted(source: str) -> Iterator[Found]:
    for _, message, _, context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        parts = (message,) if isinstance(message, str) else tuple(message)
        told = tuple(part for part in parts if part)
        # Babel gives a string with context as (context, string).
        if context is not None and told[0] == context:
            told = told[1:]
        if told:
            yield context, told[0] if len(told) == 1 else told


def _templated(path: Path) -> Iterator[Found]:
    from django.utils.translation.template import templatize  # noqa: PLC0415 - Django's settings are not needed here

    yield from _extracted(templatize(path.read_text(encoding="utf-8"), origin=str(path)))


PAGES = ("console", "trust")
"""What has pages of its own. One catalogue, the console's, speaks for all of them."""
MET = ("console", "kernel", "audit", "tenancy", "access", "vault", "erasure", "messages", "policy", "promises")
APART = {"policy/drafting", "promises/controls"}
"""`MET`: whose errors a page can meet, but for those `APART`: these and the others speak to the engineer at the command
line or to a program."""


def _sentences(path: Path) -> Iterator[Found]:
    """What errors say: class attributes, and the words handed to them where they are raised."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            yield from _attributes(node)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc) not in DEFECTS:
            named = [keyword.value for keyword in node.exc.keywords if keyword.arg in {"what", "why"}]
            plain = node.exc.args if _name(node.exc) in SPOKEN else []
            for value in [*named, *plain]:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                    yield None, value.value


SPOKEN = {"Unfit", "FilterInvalid", "RowRefused"}
"""Errors whose reason is their own argument."""
DEFECTS = {"WallBreach", "ValueError", "TypeError"}
"""What no person can cause or mend: its reason is for whoever reads the report, in the code's own language."""


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def _attributes(node: ast.ClassDef) -> Iterator[Found]:
    for line in node.body:
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        value = getattr(line, "value", None)
        if getattr(target, "id", "") in {"sentence", "next_step"} and isinstance(value, ast.Constant):
            yield None, str(value.value)


def template() -> Catalog:
    """The catalogue as it should be, without its French."""
    wanted = Catalog(
        locale="fr",
        project="Troth",
        version="1",
        copyright_holder="Troth",
        charset="utf-8",
        fuzzy=False,
        header_comment="# The console's French. Written by hand; kept in step by tools/catalogue.py.",
        # A date that moved with every update would make every update a change.
        creation_date=FIRST,
        revision_date=FIRST,
        last_translator="Troth",
        language_team="Troth",
        msgid_bugs_address="-",
    )
    for context, string in strings():
        # Percent signs are formats by name everywhere; error sentences have braces.
        wanted.add(string, context=context)
    return wanted


def stored() -> Catalog:
    """The catalogue in the text file."""
    path = FOLDER / "django.po"
    if not path.exists():
        return Catalog(locale="fr", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def compiled(catalogue: Catalog) -> bytes:
    """The bytes of its `.mo`."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _key(message: Message) -> tuple[str | None, str | tuple[str, ...]]:
    return message.context, tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id


def _empty(message: Message) -> bool:
    told = message.string
    return not told if isinstance(told, str) else not all(told)


def problems() -> list[str]:
    """What the check finds."""
    wanted = {_key(message) for message in template() if message.id}
    have = {_key(message): message for message in stored() if message.id}
    found = [f"no French: {key[1]}" for key in sorted(wanted - {k for k, m in have.items() if not _empty(m)}, key=str)]
    found += [f"said nowhere: {key[1]}" for key in sorted(have.keys() - wanted, key=str)]
    binary = FOLDER / "django.mo"
    if not binary.exists() or binary.read_bytes() != compiled(stored()):
        found.append("django.mo is not the compiled django.po: run `python tools/catalogue.py update`")
    return found


def update() -> None:
    """Bring the text file and the compiled one up to date; French that nothing says any more goes."""
    wanted, have = template(), {_key(message): message for message in stored() if message.id}
    for message in wanted:
        known = have.get(_key(message)) if message.id else None
        if known is not None:
            message.string = known.string
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "django.po").open("wb") as file:
        write_po(file, wanted, width=116, no_location=True, omit_header=False, sort_output=True)
    (FOLDER / "django.mo").write_bytes(compiled(stored()))


def main() -> int:
    """`check` or `update`."""
    if sys.argv[1:] == ["update"]:
        update()
    found = problems()
    sys.stdout.write("".join(f"{line}\n" for line in found) or "catalogue: complete\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
