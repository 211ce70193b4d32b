"""What the state on disk and in the database means: pure judgements, made before anything is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from troth.keys.errors import DatabaseBehindKeys, KeysMissing, KeysOfAnotherInstallation
from troth.keys.terms import KeyTerms

DAMAGED: Final = ""
"""The fingerprint of a root file that can't be read: the place lacks that root, but it is there to be destroyed."""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What a usable key place holds: roots by epoch with their fingerprints, and the epochs of its snapshots."""

    label: str
    roots: Mapping[int, str]
    snapshots: frozenset[int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a half-done epoch needs.

    `undo`: roots above the database's epoch, to be destroyed: their transaction never happened.
    `finish`: whether an epoch was committed and its old roots still lie somewhere.
    `behind`: places that lack the current root and must be caught up.
    """

    undo: Mapping[str, frozenset[int]] = field(default_factory=dict)
    old: Mapping[str, frozenset[int]] = field(default_factory=dict)
    behind: tuple[str, ...] = ()
    unsaved: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Nothing is half-done: no root but the current one exists, and its snapshot lies beside it."""
        return not (any(self.undo.values()) or any(self.old.values()) or self.unsaved)


def judge(epoch: int, fingerprint: str, places: Sequence[PlaceFacts]) -> Judgement:
    """Compare the database's epoch (0: none yet) with the usable places; raises when they don't belong together."""
    newest = max((number for place in places for number in (*place.roots, *place.snapshots)), default=0)
    for place in places:
        if epoch and place.roots.get(epoch, fingerprint) not in {fingerprint, DAMAGED}:
            raise KeysOfAnotherInstallation(place=place.label)
    # A snapshot is written after the commit alone: one of a later epoch proves that the database lost it.
    saved = max((number for place in places for number in place.snapshots), default=0)
    if saved > epoch or newest > epoch + 1:
        raise DatabaseBehindKeys(database=epoch, places=max(saved, newest))
    holders = [place for place in places if place.roots.get(epoch) == fingerprint]
    if epoch and not holders:
        if newest > epoch:
            raise DatabaseBehindKeys(database=epoch, places=newest)
        raise KeysMissing(epoch=epoch)
    return Judgement(
        undo={place.label: frozenset(n for n in place.roots if n > epoch) for place in places},
        old={place.label: frozenset(n for n in place.roots if n < epoch) for place in places},
        behind=tuple(place.label for place in places if epoch and place not in holders),
        unsaved=tuple(place.label for place in holders if epoch not in place.snapshots),
    )


Rebase = Literal["delta", "full"]


def rebase(full_bytes: int, delta_bytes: int, deltas: int, terms: KeyTerms, patience: int = 1) -> Rebase:
    """Whether the next snapshot adds a delta or is written anew.

    Writing anew costs as much as everything: so it waits until the deltas weigh as much, or are many; and with more
    `patience` (while somebody's erasure waits) until they weigh several times as much.
    """
    heavy = delta_bytes > patience * max(full_bytes, terms.smallest_rebase)
    return "full" if heavy or deltas >= patience * terms.most_deltas or not full_bytes else "delta"


Key = tuple[str, bytes, int]
"""Which row: its table's letter (c, d or p), the customer, the page (0 in the other tables)."""


def merge(rows: Mapping[Key, int], more: Mapping[Key, int]) -> dict[Key, int]:
    """Row by row, the higher version wins: the order in which copies are merged does not matter."""
    merged = dict(rows)
    for key, version in more.items():
        if version > merged.get(key, -1):
            merged[key] = version
    return merged
