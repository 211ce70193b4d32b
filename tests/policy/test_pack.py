"""Reading a pack: what is taken, and what is refused with its line and column."""

from troth.policy.constraints import Term, Words
from troth.policy.pack import Known, canonical, load

KNOWN = Known(
    terms={
        "erasure.production_within": Term(
            name="erasure.production_within", kind="duration", title=Words("Gone from production", "Hors production")
        )
    },
    topics=frozenset({"training"}),
    controls={"erased_data_leaves_production": ("erasure.production_within",)},
)
PACK = """\
pack: agency
version: 1
title: {en: "Security policy", fr: "Politique de sécurité"}
operator: {en: "A campaign agency", fr: "Une agence de campagnes"}
sections:
  - id: "4"
    title: {en: Deletion, fr: Suppression}
    clauses:
      - id: A-4b
        kinds: [enforced, probed]
        audience: [public]
        words: {en: "Within 24 hours nothing is left.", fr: "En 24 heures il ne reste rien."}
        controls: [erased_data_leaves_production]
        terms: {erasure.production_within: {at_most: P1D}}
"""


def test_a_pack_is_read_and_its_canonical_text_says_the_same() -> None:
    pack = load(PACK, KNOWN)
    assert [clause.id for clause in pack.clauses] == ["A-4b"]
    assert load(canonical(pack), KNOWN) == pack
    assert canonical(load(canonical(pack))) == canonical(pack)
