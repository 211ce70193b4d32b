"""The labels: where each clause of each policy stands, and the check that the text is the labelled one."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).with_name("labels")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One policy: its text's bytes, and the places of each clause, in order."""

    pack: str
    data: bytes
    places: dict[str, tuple[Place, ...]]

    def distinct(self) -> list[Place]:
        """Every labelled place once: several clauses may share one."""
        return sorted({place for places in self.places.values() for place in places})


def load(folder: Path) -> list[Labelled]:
    """All five. Ends with a sentence when a text is missing or is not the labelled one."""
    found = []
    for path in sorted(_FOLDER.glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        data = (folder / told["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != told["sha256"]:
            raise SystemExit(f"{told['file']} is not the text that was labelled")
        places: dict[str, tuple[Place, ...]] = {}
        for each in told["places"]:
            places[each["clause"]] = (*places.get(each["clause"], ()), (each["start"], each["end"]))
        found.append(Labelled(told["pack"], data, places))
    return found
