"""Django's session engine on our own table: a session belongs to an account, and nobody has none.

Guarantees: the cookie's value is stored as a digest; a session opens only while its account is active, for no longer
than the idle and absolute limits of the terms; deactivation, a new role and sign-out end it at once. A visitor who has
not signed in has no session: what is written to theirs is not kept.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase, UpdateError

from troth.access import tokens
from troth.access.doors import by_digest
from troth.access.models import Account, AccountState, Session
from troth.access.sign_in import SignedIn
from troth.access.terms import terms
from troth.kernel import wall
from troth.kernel.actor import Actor
from troth.kernel.clock import SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Whose session it is."""

    session_id: UUID
    customer_id: UUID
    account_id: UUID
    role: str
    locale: str


class SessionStore(SessionBase):
    """One visitor's session. `bound` says whose it is, or None."""

    _bound: Bound | None = None

    @property
    def bound(self) -> Bound | None:
        """Whose session it is; reads the table the first time it is asked."""
        if self._bound is None and self.session_key:
            _ = self._session  # type: ignore[attr-defined]  # the stubs leave it out
        return self._bound

    def actor(self, *, route: str, source_address: str | None, request_id: UUID) -> Actor | None:
        """The person who acts through this session, or None for a visitor."""
        found = self.bound
        if found is None:
            return None
        return Actor(
            kind="account",
            route=route,
            role=found.role,
            customer_id=found.customer_id,
            account_id=found.account_id,
            source_address=source_address,
            request_id=request_id,
        )

    def adopt(self, opened: SignedIn) -> None:
        """Go on as the session that signing in has just opened: the cookie gets its key."""
        self._session_key = opened.session_key
        self._session_cache: dict[str, Any] = self.load()
        self.modified = True

    def load(self) -> dict[str, Any]:
        key = self.session_key
        if not key:
            return {}
        found = _find(key)
        if found is None:
            self._session_key = None
            return {}
        session, account = found
        self._bound = Bound(
            session_id=session.session_id,
            customer_id=session.customer_id,
            account_id=session.account_id,
            role=account.role,
            locale=account.locale,
        )
        return self.decode(session.data) if session.data else {}

    def is_empty(self) -> bool:
        return self.bound is None

    def exists(self, session_key: str) -> bool:
        return _find(session_key) is not None

    def create(self) -> None:
        """Nothing: only signing in makes a session (`access.sign_in`)."""

    def save(self, must_create: bool = False) -> None:
        found = self.bound
        if found is None:
            return
        with wall.within(found.customer_id):
            kept = Session.objects.filter(customer_id=found.customer_id, session_id=found.session_id).update(
                data=self.encode(self._get_session(no_load=must_create))  # type: ignore[attr-defined]  # the same
            )
        if not kept:
            raise UpdateError

    def cycle_key(self) -> None:
        """The same session under a fresh key: whoever knew the old one is out."""
        found = self.bound
        if found is None:
            return
        key = tokens.new_secret()
        with wall.within(found.customer_id):
            Session.objects.filter(customer_id=found.customer_id, session_id=found.session_id).update(
                key_digest=tokens.digest(key)
            )
        self._session_key = key
        self.modified = True

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        found = _find(key) if key else None
        if found is not None:
            session, _ = found
            with wall.within(session.customer_id):
                Session.objects.filter(customer_id=session.customer_id, session_id=session.session_id).delete()
        if session_key is None or session_key == self.session_key:
            self._bound = None

    @classmethod
    def clear_expired(cls) -> None:
        """Nothing: a customer's expired sessions go at its next sign-in, and never open meanwhile."""


def _find(key: str) -> tuple[Session, Account] | None:
    """The live session under this key and its active account; notes that it was seen, at most once a minute."""
    digest = tokens.digest(key)
    now = SYSTEM.now()
    limits = terms().session
    with by_digest("session", digest):
        session = Session.objects.filter(key_digest=digest).first()
        if session is None or session.expires_at <= now or session.seen_at + limits.idle <= now:
            return None
        if session.created_at + limits.absolute <= now:
            return None  # it was opened under terms that allowed more
        wall.step_through(session.customer_id)
        account = Account.objects.filter(
            customer_id=session.customer_id, account_id=session.account_id, state=AccountState.ACTIVE
        ).first()
        if account is None:
            return None
        if session.seen_at + limits.seen_every <= now:
            _saw(session, now)
        return session, account


def _saw(session: Session, now: datetime) -> None:
    Session.objects.filter(customer_id=session.customer_id, session_id=session.session_id).update(seen_at=now)
