"""The story's promises: a policy comes into force, is looked at, shown to the public, and exchanged for four others."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from rich.table import Table

from troth.cli.demo.ending import Ending, changed
from troth.cli.demo.narrator import ClaimFailed, Narrator, timed, waiting
from troth.cli.demo.story import REASON, Story
from troth.cli.promises import MARKS
from troth.cli.terminal import marked, number, out
from troth_judge.sentences import STATE_WORDS

PACK = "agency"
OTHERS = ("cloud", "network", "campaigns", "contracts")
STATEMENT = "/trust/statement.json"
MOVED = {"tightened": "tighter", "loosened": "looser", "added": "new", "removed": "gone"}
SHOWN_WITHIN = 60.0
BAD = frozenset({"broken", "stale"})


@dataclass(slots=True)
class Promising:
    """Plays around what the other acts do."""

    story: Story
    ending: Ending
    board: list[dict[str, Any]] = field(default_factory=list)

    @property
    def narrator(self) -> Narrator:
        return self.story.narrator

    def bring_into_force(self) -> None:
        """The operator says what it promises, before anything comes in."""
        with self.narrator.act("The operator promises: a policy of 34 clauses comes into force"), timed() as whole:
            self._activate(PACK)
            promised = self._promises()
            states = Counter(one["state"] for one in promised)
            unseen = not states["kept"] and bool(states["unverified"])
            self.narrator.claim(unseen, f"{len(promised)} promises in force; none counts as kept before it was seen")
            derived = json.dumps(self.story.stage.ask("policy", "terms"))
            self.narrator.claim("A-4b" in derived, "its limits now rule the platform: 24 h to erase, from clause A-4b")
        self.narrator.keep("Policy in force", f"pack {PACK}, {len(promised)} promises", whole.seconds)

    def look(self) -> None:
        """Every control looks, and what follows is shown to everybody."""
        with self.narrator.act("Every promise is looked at, and shown to everybody"), timed() as whole:
            waiting("looking with every control, trying the forbidden on canaries")
            with timed() as watch:
                seen = self.story.stage.ask("promise", "check")
            self.narrator.claim(
                len(seen) > len(OTHERS), f"{len(seen)} controls looked, and sealed what they saw", watch.seconds
            )
            waiting("the canary that was just erased is tried with every key")
            self._look_again("erased_data_leaves_production", "erased_keys_open_nothing")
            self.board = self._promises()
            states = Counter(one["state"] for one in self.board)
            bad = [one["clause"] for one in self.board if one["state"] in BAD]
            self.narrator.claim(not bad, f"nothing is broken{': ' + ', '.join(bad) if bad else ''}")
            self.narrator.claim(
                bool(states["kept"]) and bool(states["unverified"]),
                f"{states['kept']} promises are kept; {states['unverified']} are not proven, and say why",
            )
            self._published()
            self._judged_again()
        seen_by_all = f"{states['kept']} kept, {states['unverified']} not proven, {states['declared']} declared"
        self.narrator.keep("Promises looked at", seen_by_all, whole.seconds)

    def _look_again(self, *controls: str) -> None:
        """The first look had a canary erased, which takes the worker a moment: until then nothing is shown by it."""
        deadline = time.monotonic() + SHOWN_WITHIN
        while time.monotonic() < deadline:
            seen = self.story.stage.ask("promise", "check", *controls)
            if all(one["state"] == "kept" for one in seen):
                return
            time.sleep(2.0)

    def _published(self) -> None:
        """The page and the statement, as anybody reads them: without a session."""
        browser = self.story.browser()
        self.ending.sealed(None)
        page = browser.ask("GET", "/trust")
        told = page.body.decode()
        shown = page.status == HTTPStatus.OK and all(f'id="{one["clause"]}"' in told for one in self.board)
        self.narrator.claim(shown, f"the trust page shows all {len(self.board)}, without signing in")
        names = [customer.name for customer in self.story.customers]
        self.narrator.claim(not any(name in told for name in names), "no customer's name stands on it")
        path = self.story.file("trust-statement.json")
        path.write_bytes(browser.ask("GET", STATEMENT).body)
        took = self.ending.verify("statement", path)
        forged = path.with_suffix(".forged")
        forged.write_bytes(changed(path.read_bytes(), b'"payload"'))
        self.ending.verify("statement", forged, refused=True)
        forged.unlink()
        self.narrator.claim(True, "its signed statement verifies offline; one letter changed, it is refused", took)
        self.story.papers.statement = path

    def _judged_again(self) -> None:
        """What an auditor takes away."""
        path = self.story.file("evidence-archive.tar")
        self.story.stage.ask("evidence", "archive", "--output", str(path))
        took = self.ending.verify("judge", path, "--sample", "5", "--seed", "demo")
        self.narrator.claim(True, "an auditor's archive: every verdict follows again from the sealed facts", took)
        self.story.papers.archive = path

    def exchange(self) -> None:
        """Each of the other policies on the same data; then the first again."""
        with self.narrator.act("The same data under four other policies"), timed() as whole:
            for name in OTHERS:
                with timed() as watch:
                    said = self._exchange(name)
                self.narrator.claim(True, said, watch.seconds)
            self._activate(PACK)
            again = {one["clause"] for one in self._promises()} == {one["clause"] for one in self.board}
            self.narrator.claim(again, f"back under {PACK}: every version and decision is kept for ever")
        self.narrator.keep("Policies exchanged", ", ".join(OTHERS), whole.seconds)

    def _exchange(self, name: str) -> str:
        terms = Counter(term["what"] for term in self.story.stage.ask("policy", "diff", PACK, name)["terms"])
        self._activate(name)
        found = self._promises()
        # What was seen under the first policy counts under this one too; only what nobody asked for yet is looked at.
        unseen = {each["id"] for one in found for each in one["controls"] if each["code"] == "evidence.none"}
        coded = sorted(each for each in unseen if not each.startswith("attested."))
        if coded:
            self.story.stage.ask("promise", "check", *coded)
            found = self._promises()
        states = Counter(one["state"] for one in found)
        moved = [f"{terms[what]} {word}" for what, word in MOVED.items() if terms[what]]
        return (
            f"{name}: {len(found)} promises, {states['kept']} kept, {states['unverified']} not proven; "
            f"limits: {', '.join(moved) or 'the same'}"
        )

    def _activate(self, name: str) -> None:
        self.story.stage.ask("policy", "activate", name, "--reason", REASON, "--yes")

    def _promises(self) -> list[dict[str, Any]]:
        told = self.story.stage.ask("promise", "list")
        found = [line for section in told["sections"] for line in section["clauses"]]
        if not found:
            raise ClaimFailed(claim="a policy is in force")
        return [{"clause": line["clause_id"], **line} for line in found]

    def show(self) -> None:
        """The promise board: what somebody must act on first, each with its reason."""
        order = ("broken", "stale", "at_risk", "unverified", "excepted", "kept", "declared")
        grid = Table.grid(padding=(0, 2), expand=True)
        grid.add_column(no_wrap=True)
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="ellipsis", no_wrap=True, ratio=1, style="dim")
        for one in sorted(self.board, key=lambda row: order.index(row["state"])):
            word = STATE_WORDS[one["state"]]["en"]
            grid.add_row(marked(MARKS[one["state"]], one["clause"]), word, one["sentence"])
        self.narrator.heading(f"The promise board: pack {PACK}, {number(len(self.board))} promises")
        out().print(grid, width=self.narrator.width)
