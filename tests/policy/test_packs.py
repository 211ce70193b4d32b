"""The five packs: every clause is there, nothing that could prove one lies idle, and contradictions are terms.

Each check is a small function over the packs. Beside the packs as they are it is handed broken ones, and must find
them.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from troth.policy.clauses import Clause, Pack
from troth.policy.constraints import EMPTY, meet
from troth.policy.errors import Collision, PackInvalid
from troth.policy.known import ATTESTED, Known
from troth.policy.pack import canonical, load
from troth.policy.terms import resolve
from troth.policy.topics import TOPICS
from troth.policy.vocabulary.words import BY_NAME, VOCABULARY
from troth.promises import planned
from troth_judge.controls import owner_deletes_customer_data
from troth_judge.judges import CODED

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "troth" / "policy" / "packs"
PLANNED = frozenset(control.id for control in planned.CONTROLS)
KNOWN = Known(
    terms=BY_NAME,
    topics=frozenset(topic.id for topic in TOPICS),
    controls=dict.fromkeys((*CODED, *PLANNED), ()),
)
KINDS = {"E": "enforced", "P": "probed", "A": "attested", "D": "declared"}

# Every clause of the five policies, in its order, with its kinds: enforced, probed, attested, declared.
SPECIFIED: Mapping[str, str] = {
    "agency": """
A-1 DE, A-2a E, A-2b E, A-2c A, A-3a A, A-3b A, A-3c A, A-4a E, A-4b EP, A-4c EP, A-5a EP, A-5b EP, A-5c EP, A-5d E,
A-6a EP, A-6b P, A-7a EP, A-7b EP, A-7c P, A-8a P, A-8b EP, A-8c P, A-9a P, A-9b PA, A-10a E, A-10b P, A-11a E,
A-11b EA, A-12a A, A-12b P, A-12c A, A-13a AE, A-13b P, A-13c A
""",
    "cloud": """
C-1.1a EP, C-1.1b E, C-1.1c EP, C-1.2a E, C-1.2b A, C-1.2c A, C-1.3 DA, C-1.4 AD, C-1.5a E, C-1.5b E, C-1.5c P,
C-1.5d E, C-1.6a E, C-1.6b E, C-1.6c EP, C-1.6d EP, C-1.6e EP, C-1.6f E, C-1.7a P, C-1.7b E, C-1.8 E, C-1.9 EA,
C-1.10a E, C-1.10b E, C-1.10c E, C-1.11 A, C-1.12a P, C-1.12b EP, C-1.12c EP, C-1.12d E, C-1.13 P, C-1.14 E,
C-1.15 E
""",
    "network": """
N-1.1a DA, N-1.1b DA, N-1.1c ED, N-1.2 AD, N-2.1 A, N-2.2a EP, N-2.2b A, N-2.2c E, N-2.2d EP, N-2.2e P, N-2.2f D,
N-2.2g D, N-2.3a E, N-2.3b E, N-2.3c E, N-2.4a E, N-2.4b E, N-2.4c E, N-2.5 PA, N-3a EA, N-3b A, N-4.1a E, N-4.1b E,
N-4.1c E, N-4.2a EP, N-4.2e EP, N-4.2b E, N-4.2c E, N-4.2d E, N-4.3 D, N-4.4 E, N-5.1 E, N-5.2 EA, N-5.3 A, N-5.4 A,
N-5.5 A, N-6a P, N-6b P, N-6c P, N-6d E, N-6e P, N-6f E, N-7a AP, N-7b P, N-7c P
""",
    "campaigns": """
X-1 E, X-2a E, X-2b E, X-2c E, X-2d A, X-2e A, X-3a E, X-3b EP, X-3c EP, X-3d E, X-3e E, X-4a A, X-4b E, X-4c A,
X-4d A, X-4e E, X-5a E, X-5b E, X-5c E, X-5d EA, X-5e E, X-6a E, X-6b E, X-6c E, X-6d EP, X-6e E, X-7a E, X-7b E,
X-7c E, X-7d E, X-7e EP, X-8 EA, X-9 E, X-10 A
""",
    "contracts": """
K-1a DE, K-1b E, K-1c E, K-1d E, K-1f D, K-1e AE, K-2a EP, K-2b EP, K-2c EP, K-2d EP, K-3a A, K-3b E, K-3c EP,
K-3d EP, K-4a EP, K-4b EP, K-4c E, K-4d E, K-4e E, K-4f E, K-4g E, K-4h E, K-4i A, K-4j P, K-4k P, K-4l P, K-4m A,
K-4n EP, K-4o P, K-4p AE
""",
}
COLLISIONS: Mapping[tuple[str, str], set[str]] = {
    ("agency", "contracts"): {"backups.kept_for"},  # destroyed within 90 days, and kept for a year
    ("network", "contracts"): {"residency.storage"},  # France only, and Germany with two others
}
"""What two policies can't both be held to; any other two can."""


def packs() -> dict[str, Pack]:
    """The five, read as an operator's own would be."""
    return {name: load(FOLDER / f"{name}.yaml", KNOWN) for name in SPECIFIED}


def specified(name: str) -> list[tuple[str, frozenset[str]]]:
    """The ids and kinds that a pack must have, in order."""
    told = (each.split() for each in SPECIFIED[name].replace("\n", " ").split(","))
    return [(clause, frozenset(KINDS[letter] for letter in letters)) for clause, letters in told]


def found(pack: Pack) -> list[tuple[str, frozenset[str]]]:
    """The ids and kinds that it has."""
    return [(clause.id, frozenset(clause.kinds)) for clause in pack.clauses]


def cited(given: Mapping[str, Pack]) -> Counter[str]:
    """How many clauses name each control, and each term."""
    clauses = [clause for pack in given.values() for clause in pack.clauses]
    return Counter(name for clause in clauses for name in (*clause.controls, *clause.terms))


def idle(given: Mapping[str, Pack]) -> set[str]:
    """Controls, topics and terms that no clause names, the template's included; a topic's cadence may go unnamed."""
    own = {term.name for term in VOCABULARY} - {f"attestations.{topic.id}.every" for topic in TOPICS}
    named = cited({**given, "template": load(FOLDER / "template.yaml", KNOWN)})
    return {*CODED, *PLANNED, *(ATTESTED + topic.id for topic in TOPICS), *own} - set(named)


def collisions(one: Pack, other: Pack) -> set[str]:
    """The terms that the two can't both be held to."""
    return {
        a.term
        for a in one.obligations
        for b in other.obligations
        if a.term == b.term and meet(a.constraint, b.constraint) is EMPTY
    }


NUMBERS = re.compile(
    r"\b\d+ (?:hours?|days?|weeks?|months?|years?|characters)|\d+\u00a0%|\b(?:a couple of days|half of it|two places|"
    r"second place|every (?:day|night|week|month|quarter|year)|once a (?:week|month|year)|at least once)\b",
    re.IGNORECASE,
)


def unbound(clause: Clause) -> list[str]:
    """The numbers that a clause says without any term that would hold it to them."""
    return [] if clause.obligations else NUMBERS.findall(clause.words.en)


def unanswered(pack: Pack) -> set[tuple[str, str]]:
    """Controls of a pack that can't do without a term which none of its clauses sets: they could never be kept."""
    said = {each.term for each in pack.obligations}
    needed = {
        (control, term)
        for control in pack.controls() & set(CODED)
        for term in re.findall(r'\bterms\["([a-z_]+(?:\.[a-z_]+)*)"\]', judge_source(control))
    }
    return {
        (control, term)
        for control, term in needed
        if re.sub(r"\.(at_least|at_most|one_of|all_of)$", "", term) not in said
    }


def judge_source(control: str) -> str:
    """The text of a coded judge."""
    path = ROOT / "judgement" / "src" / "troth_judge" / "controls" / f"{control}.py"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def without(pack: Pack, clause_id: str) -> Pack:
    """The pack as somebody in a hurry would have written it."""
    sections = (
        replace(each, clauses=tuple(clause for clause in each.clauses if clause.id != clause_id))
        for each in pack.sections
    )
    return replace(pack, sections=tuple(sections))


@pytest.mark.parametrize("name", SPECIFIED)
def test_no_clause_is_forgotten_and_none_is_made_up(name: str) -> None:
    pack = packs()[name]
    assert pack.id == name
    assert found(pack) == specified(name)
    assert found(without(pack, specified(name)[0][0])) != specified(name)


def test_there_are_176_of_them() -> None:
    ids = [clause for name in SPECIFIED for clause, _ in specified(name)]
    assert len(ids) == len({each.casefold() for each in ids}) == 176
    assert sum(1 for pack in packs().values() for _ in pack.clauses) == 176


def test_nothing_that_could_prove_a_promise_lies_idle() -> None:
    given = packs()
    assert idle(given) == set()
    assert idle(given | {"agency": without(given["agency"], "A-5d")}) == {"tls_serves_existing_clients"}
    assert idle(given | {"agency": without(given["agency"], "A-3a")}) == {"attested.background_checks"}
    assert idle(given | {"agency": without(given["agency"], "A-7c")}) == {"backups_restore", "backups.verified_every"}


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ("owner_deletes_customer_data", "owner_deletes_costumer_data", "there is no control"),
        ("attested.background_checks", "attested.background_check", "there is no topic"),
        ("erasure.production_within", "erasure.production_in", "there is no term"),
        ("at_most: P60D", "at_least: P60D", "this term takes at_most"),
        ("all_of: [servers]", "all_of: [server]", "did you mean “servers”"),
    ],
)
def test_a_name_that_nothing_has_is_refused_with_its_line(there: str, instead: str, said: str) -> None:
    text = (FOLDER / "agency.yaml").read_text(encoding="utf-8")
    assert text.count(there) == 1
    with pytest.raises(PackInvalid, match=re.escape(said)) as caught:
        load(text.replace(there, instead), KNOWN)
    line = text[: text.index(there)].count("\n") + 1
    assert any(fault.line == line and said in fault.why for fault in caught.value.faults)


def test_a_clause_cites_what_its_kinds_say() -> None:
    for pack in packs().values():
        for clause in pack.clauses:
            running = [each for each in clause.controls if not each.startswith(ATTESTED)]
            assert bool(running) >= bool({"enforced", "probed"} & set(clause.kinds)), clause.id
            assert ("attested" in clause.kinds) == (len(running) < len(clause.controls)), clause.id


def test_every_number_that_a_clause_says_is_a_term() -> None:
    clauses = [clause for pack in packs().values() for clause in pack.clauses]
    assert [(clause.id, unbound(clause)) for clause in clauses if unbound(clause)] == []
    bound = [clause for clause in clauses if NUMBERS.search(clause.words.en)]
    assert len(bound) >= 20
    assert all(unbound(replace(clause, obligations=())) for clause in bound)


def test_no_control_waits_for_a_limit_that_its_policy_does_not_set() -> None:
    given = packs()
    assert {name: unanswered(pack) for name, pack in given.items()} == {name: set() for name in SPECIFIED}
    clauses = tuple(replace(clause, obligations=()) for clause in given["agency"].clauses)
    silent = replace(given["agency"], sections=(replace(given["agency"].sections[0], clauses=clauses),))
    assert unanswered(silent) == {("erased_data_leaves_production", "erasure.production_within")}


def test_each_policy_can_be_kept_by_itself() -> None:
    for pack in packs().values():
        assert resolve(pack.obligations, BY_NAME).keys() == {each.term for each in pack.obligations}


@pytest.mark.parametrize("pair", tuple(combinations(SPECIFIED, 2)))
def test_two_policies_collide_where_they_contradict_each_other_and_nowhere_else(pair: tuple[str, str]) -> None:
    given = packs()
    one, other = (given[name] for name in pair)
    wanted = COLLISIONS.get(pair, set())
    assert collisions(one, other) == wanted
    both = [*one.obligations, *other.obligations]
    if wanted:
        with pytest.raises(Collision) as caught:
            resolve(both, BY_NAME)
        assert caught.value.data["term"] in wanted
    else:
        assert resolve(both, BY_NAME)


def test_what_no_other_policy_contradicts_collides_with_an_agreement_that_does() -> None:
    agreement = load(
        (FOLDER / "network.yaml").read_text(encoding="utf-8").replace("at_least: 12, at_most: 19", "at_least: 20")
    )
    assert collisions(packs()["network"], agreement) == {"access.password.length"}


def test_a_declared_negative_obliges_to_nothing_and_says_what_exceeds_it() -> None:
    clause = packs()["network"].clause("N-2.2f")
    assert clause is not None
    assert clause.kinds == ("declared",)
    assert clause.controls == ("stored_data_is_encrypted",)
    assert clause.terms == {}
    assert clause.exceeds is not None


def test_the_void_privacy_shield_can_never_be_kept() -> None:
    clause = packs()["cloud"].clause("C-1.4")
    assert clause is not None
    assert "privacy_shield_is_in_force" in clause.controls
    assert {control.kind for control in planned.CONTROLS} == {"planned"}
    assert clause.note is not None


def test_a_pack_says_the_same_after_it_was_kept() -> None:
    for pack in packs().values():
        assert load(canonical(pack), KNOWN) == pack


def test_the_template_is_a_pack_and_shows_every_kind() -> None:
    pack = load(FOLDER / "template.yaml", KNOWN)
    assert {kind for clause in pack.clauses for kind in clause.kinds} == set(KINDS.values())
    assert pack.id not in SPECIFIED


def test_owners_may_delete_where_a_policy_does_not_say_how_fast() -> None:
    hour = timedelta(hours=1)
    facts = owner_deletes_customer_data.Facts(
        tried=hour, owner_accepted=True, refused=("administrator",), accepted=(), took=hour, open_for=40 * hour
    )
    assert owner_deletes_customer_data.judge(facts, {}).state == "kept"
    assert owner_deletes_customer_data.judge(facts, {"erasure.production_within": 24 * hour}).state == "broken"
