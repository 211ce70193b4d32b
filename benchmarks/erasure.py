"""Erasure: one person among a million, and a whole customer of a million records.

One person: from the request to the certificate, new epoch included; key places are folders of this machine. A customer:
until its keys are dead; then its rows, against a bare DELETE of a customer that holds the same rows.
"""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.installation import installation
from benchmarks.report import Row

PEOPLE = 1_000_000
ONE_WITHIN_SECONDS = 1.0
KEYS_WITHIN_SECONDS = 5.0
SHARE_OF_DELETE = 0.5
SAMPLES = 5


def run(scale: float = 1.0) -> list[Row]:
    """All measurements, at a share of the full size."""
    with installation() as home:
        return _Erasing(home, max(int(PEOPLE * scale), 2_000)).rows()


class _Erasing:
    """One customer full of people, and its twin to be deleted bare."""

    def __init__(self, home: Path, people: int) -> None:
        from benchmarks import vault
        from troth.access import gate
        from troth.access.roles import Action
        from troth.erasure.terms import ErasureTerms, Pace
        from troth.erasure.work import Surroundings

        self.people = people
        self.bench = vault.Bench()
        owner = self.bench.permit.actor
        self.erase = gate.permit(owner, self.bench.customer_id, Action.SUBJECTS_ERASE)
        self.delete = gate.permit(owner, self.bench.customer_id, Action.CUSTOMER_DELETE)
        pace = Pace(look_first=timedelta(milliseconds=10))
        self.around = Surroundings(home=home, terms=ErasureTerms(pace=pace))
        self.bench.run(vault.Rows(people))

    def rows(self) -> list[Row]:
        self._seal()
        one = sorted(self._one(subject) for subject in self._subjects(SAMPLES))[SAMPLES // 2]
        twin = self._twin()
        bare = self._bare_delete(twin)
        keys, purge, total = self._customer()
        per_second = self.people / purge
        return [
            Row(
                f"erase one person among {self.people:,}, request to certificate",
                one,
                ONE_WITHIN_SECONDS,
                "s",
                "< 1 s",
                one / ONE_WITHIN_SECONDS,
                better="lower",
                held=one < ONE_WITHIN_SECONDS,
            ),
            Row(
                f"delete a customer of {self.people:,} records: keys dead",
                keys,
                KEYS_WITHIN_SECONDS,
                "s",
                "< 5 s",
                keys / KEYS_WITHIN_SECONDS,
                better="lower",
                held=keys < KEYS_WITHIN_SECONDS,
            ),
            Row(
                "the same: rows purged, against a bare DELETE",
                per_second,
                self.people / bare,
                "records/s",
                "≥ 0.50",
                bare / purge,
                held=bare / purge >= SHARE_OF_DELETE,
                note=f"certificate after {total:.1f} s in all",
            ),
        ]

    def _subjects(self, count: int) -> list[UUID]:
        with self.bench.admin() as cursor:
            found = cursor.execute(
                "select subject_id from vault_subject where customer_id = %s order by md5(subject_id::text) limit %s",
                [self.bench.customer_id, count],
            ).fetchall()
        return [subject for (subject,) in found]

    def _one(self, subject: UUID) -> float:
        from troth.erasure import actions

        began = time.perf_counter()
        self._finish(actions.request_subject(self.erase, subject, around=self.around).erasure_id)
        return time.perf_counter() - began

    def _finish(self, erasure_id: UUID, reached: Any = None) -> None:
        from dataclasses import replace

        from troth.erasure import engine
        from troth.erasure.rules import State

        around = self.around if reached is None else replace(self.around, reached=reached)
        while engine.run(self.bench.customer_id, erasure_id, around).state is not State.DONE:
            self._seal()

    def _seal(self) -> None:
        from troth.audit import sealer

        while sealer.seal_once():
            pass

    def _twin(self) -> UUID:
        """A customer with copies of all rows: what is sealed in them does not matter to a DELETE."""
        from troth.kernel.actor import job
        from troth.tenancy.actions import add_customer
        from troth.vault import purging

        twin = add_customer(f"Twin of {self.bench.customer_id}", by=job("bench")).customer_id
        with self.bench.admin() as cursor:
            for table in reversed(purging.TABLES):
                cursor.execute(
                    "select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
                    " where attrelid = %s::regclass and attnum > 0 and not attisdropped and attname <> 'customer_id'",
                    [table],
                )
                columns = (cursor.fetchone() or ("",))[0]
                cursor.execute(
                    f"insert into {table} (customer_id, {columns}) select %s, {columns} from {table}"
                    " where customer_id = %s",
                    [twin, self.bench.customer_id],
                )
        return twin

    def _bare_delete(self, customer_id: UUID) -> float:
        from troth.vault import purging

        began = time.perf_counter()
        for table in purging.TABLES:
            with self.bench.admin() as cursor:
                cursor.execute(f"delete from {table} where customer_id = %s", [customer_id])
        return time.perf_counter() - began

    def _customer(self) -> tuple[float, float, float]:
        """Seconds until the keys were dead, of purging, and in all."""
        from troth.erasure import actions
        from troth.tenancy import queries

        at: dict[str, float] = {}
        began = time.perf_counter()
        name = queries.get(self.bench.customer_id).name
        asked = actions.request_customer(self.delete, name, around=self.around)
        self._finish(asked.erasure_id, lambda point: at.setdefault(point, time.perf_counter()))
        total = time.perf_counter() - began
        return at["epoch moved"] - began, at["end rows"] - at["begin rows"], total
