"""A draft as the YAML of a pack, for a person to confirm: what is proposed, how sure, and which words led to it.

Guarantees: what is written reads back as a valid pack (`pack.load`); what only a person can say carries a mark
(`marks`), which the check of a pack reports; a document's words are quoted, so none of them becomes YAML.
"""

import json
import unicodedata
from collections.abc import Iterator

from troth.policy.drafting import marks
from troth.policy.drafting.document import Language
from troth.policy.drafting.draft import Draft, DraftClause, DraftSection

_WORDS, _TITLE = 1_900, 190
"""Characters of a clause and of a title; a pack takes a little more of both."""
_COMMENT = 110
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMES = {"en": "English", "fr": "French"}
_WHY = {
    "about_the_document": "speaks of the document",
    "definition": "defines a word",
    "speaks_for_others": "speaks for others",
    "feeling_or_wish": "a feeling or a wish",
    "detail": "a detail of something else",
    "announces": "announces a list",
    "question": "asks",
    "no_deed": "names no deed",
}


def pack_yaml(draft: Draft, *, pack: str) -> str:
    """The whole file."""
    lines = [*_head(draft), f"pack: {pack}", "version: 1", f"title: {_both(draft.title, draft.language)}"]
    lines += [f"operator: {_both('', draft.language)}", "sections:"]
    for section in draft.sections:
        lines += _section(section, draft.language)
    lines += _tail(draft)
    return "\n".join(lines) + "\n"


def _head(draft: Draft) -> Iterator[str]:
    count = sum(1 for _ in draft.clauses)
    yield f"# A draft, made from a text in {_NAMES[draft.language]} (SHA-256 {draft.document.sha256})."
    yield f"# {count} promises, {len(draft.uncovered)} of them covered by nothing."
    yield f"# {len(draft.silent)} sentences promise nothing: they are listed at the end."
    yield "# Everything here is proposed and nothing confirmed: check each clause, its controls and its terms, say the"
    yield "# operator's kind, and translate what is marked. Positions count characters of the text as it was read."


def _section(section: DraftSection, language: Language) -> Iterator[str]:
    yield f"  - id: {_quoted(section.id)}"
    yield f"    title: {_both(section.title, language)}"
    yield "    clauses:"
    for clause in section.clauses:
        yield from _clause(clause)


def _clause(clause: DraftClause) -> Iterator[str]:
    page = f", page {clause.page}" if clause.page else ""
    yield f"      # characters {clause.start}-{clause.end}{page}"
    yield f"      - id: {clause.id}"
    yield f"        kinds: [{', '.join(clause.kinds)}]"
    yield "        audience: [public]"
    yield "        words:"
    for language in ("en", "fr"):
        said = _cut(clause.words, _WORDS) if language == clause.language else marks.UNTRANSLATED[language]
        yield f"          {language}: {_quoted(said)}"
    for candidate in clause.candidates:
        chosen = "" if candidate.control in clause.controls else "not taken: "
        yield _comment(
            f"        # {chosen}{candidate.control} {candidate.confidence:.2f} ({', '.join(candidate.because)})"
        )
    if not clause.covered:
        yield "        # NOTHING COVERS THIS PROMISE: find its control, or leave it declared"
    else:
        yield f"        controls: [{', '.join(clause.controls)}]"
    if clause.terms:
        yield "        terms:"
    for term in clause.terms:
        yield _comment(f"          # {term.confidence:.2f} ({clause.words[term.start : term.end]})")
        yield f"          {term.term}: {{{', '.join(f'{name}: {_value(value)}' for name, value in term.written)}}}"


def _tail(draft: Draft) -> Iterator[str]:
    if draft.uncovered:
        yield f"# Promises that nothing covers: {len(draft.uncovered)}"
        yield from (f"#   {clause.id}, characters {clause.start}-{clause.end}" for clause in draft.uncovered)
    if draft.silent:
        yield f"# Sentences that promise nothing: {len(draft.silent)}"
    for each in draft.silent:
        words = f" ({_plain(each.words)})" if each.words else ""
        yield _comment(f"#   characters {each.start}-{each.end}: {_WHY.get(each.reason, each.reason)}{words}")


def _both(said: str, language: Language) -> str:
    """Words in the document's language, and the mark in the other."""
    told = {each: marks.UNTRANSLATED[each] for each in ("en", "fr")}
    told[language] = _cut(said, _TITLE) or marks.UNSAID[language]
    if not _cut(said, _TITLE):
        told = dict(marks.UNSAID)
    return f"{{en: {_quoted(told['en'])}, fr: {_quoted(told['fr'])}}}"


def _value(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def _quoted(text: str) -> str:
    """A double-quoted scalar: JSON's string is one of YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _cut(text: str, longest: int) -> str:
    said = _plain(text)
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "…"


def _comment(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    said = _plain(line)
    room = _COMMENT - len(indent)
    return indent + (said if len(said) <= room else said[: room - 1] + "…")


def _plain(text: str) -> str:
    """One line of characters that can be seen."""
    shown = "".join(
        " " if sign.isspace() else "" if unicodedata.category(sign) in _INVISIBLE else sign
        for sign in unicodedata.normalize("NFC", text)
    )
    return " ".join(shown.split())
